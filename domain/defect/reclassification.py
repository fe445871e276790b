"""A client's request for another severity, which client success decides (D4)."""

import textwrap
from datetime import datetime

from domain.contract.defect import DecideReclassification, RequestReclassification
from domain.contract.effects import Whom
from domain.contract.events import ClientEvent, Reminder, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.defect import notify
from domain.defect.severity import reclassify
from domain.defect.state import Defect, Reclassification, require_active, require_not_moving
from domain.entity import Due, Reminding, iso

JUSTIFICATION_KEPT = 1_000
"""Characters of a client's reasons that reminders repeat."""


def request_reclassification(
    defect: Defect, command: RequestReclassification, now: datetime
) -> None:
    """D4: client success hears of it, and is reminded until it is decided."""
    require_active(defect)
    require_not_moving(defect)
    if (asked := defect.reclassification) is not None:
        raise InvalidCommand(
            "severity",
            f"{asked.severity} is requested since {iso(asked.requested_at)} and not decided yet",
        )
    if not defect.cases.has_client(command.client):
        raise InvalidCommand("client", f"{command.client} has no case on this defect")
    if command.severity is defect.severity:
        raise InvalidCommand("severity", f"is already {defect.severity}")
    rules = defect.policy.defects
    defect.reclassification = Reclassification(
        client=command.client,
        severity=command.severity,
        justification=textwrap.shorten(command.justification, JUSTIFICATION_KEPT),
        requested_at=now,
        remind_at=defect.policy.calendar.add_business_days(
            now, rules.reclassification_decided_business_days
        ),
    )
    defect.record(
        "reclassification.requested",
        now,
        internal_text=command.justification,
        client=command.client,
        requested=command.severity,
        actor=command.actor,
    )
    notify.staff(
        defect,
        StaffEvent.RECLASSIFICATION_REQUESTED,
        Role.CLIENT_SUCCESS,
        now,
        client=command.client,
        requested=command.severity.value,
        justification=command.justification,
    )


def decide_reclassification(defect: Defect, command: DecideReclassification, now: datetime) -> None:
    """D4: the client gets the decision with its reason; approved, the severity changes."""
    require_active(defect)
    asked = defect.reclassification
    if asked is None:
        raise InvalidCommand("state", "no reclassification is requested")
    defect.reclassification = None
    defect.record(
        "reclassification.decided",
        now,
        internal_text=command.reason,
        client=asked.client,
        requested=asked.severity,
        approved=command.approve,
        actor=command.actor,
    )
    notify.attached(
        defect,
        ClientEvent.RECLASSIFICATION_DECIDED,
        now,
        whom=Whom(kind="client", client=asked.client),
        approved=command.approve,
        reason=command.reason,
        before=defect.severity.value,
        severity=asked.severity.value,
    )
    if command.approve and asked.severity is not defect.severity:
        reclassify(defect, asked.severity, command.reason, command.actor, now)


def agenda(defect: Defect) -> list[Due[Defect]]:
    """The next reminder to decide, unless it is put off."""
    asked = defect.reclassification
    if asked is None or defect.is_snoozed(Reminder.RECLASSIFICATION):
        return []
    return [Due(asked.remind_at, "reclassification undecided", _remind_when_due)]


def _remind_when_due(defect: Defect, _due: datetime, now: datetime) -> None:
    _remind(defect, now)


def _remind(defect: Defect, now: datetime) -> None:
    asked = defect.reclassification
    if asked is None:
        return
    days = defect.policy.defects.reclassification_reminder_business_days
    defect.reclassification = asked = asked.model_copy(
        update={
            "reminders": asked.reminders + 1,
            "remind_at": defect.policy.calendar.add_business_days(now, days),
        }
    )
    defect.record("reclassification.reminder", now, reminder=asked.reminders)
    notify.remind(
        defect,
        StaffEvent.RECLASSIFICATION_REMINDER,
        Role.CLIENT_SUCCESS,
        now,
        critical=False,
        client=asked.client,
        requested=asked.severity.value,
        justification=asked.justification,
        since=iso(asked.requested_at),
        reminder=asked.reminders,
    )


def _owed(defect: Defect, _at: datetime) -> bool:
    asked = defect.reclassification
    return defect.active and asked is not None and asked.reminders > 0


REMINDING: Reminding[Defect] = Reminding(role=Role.CLIENT_SUCCESS, owed=_owed, again=_remind)
"""Nobody has decided on a request."""
