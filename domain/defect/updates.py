"""How a defect keeps its clients up to date: progress, the daily update, what was missed."""

from datetime import datetime, timedelta

from domain.contract.defect import DraftUpdate, OfferWorkaround, PostProgress
from domain.contract.effects import NotifyClients
from domain.contract.events import ClientEvent, Reminder, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import DeliveryReceipt
from domain.contract.values import Workaround
from domain.defect import notify
from domain.defect.notify import STATUS_TOPIC
from domain.defect.state import Defect, Progress, UnknownCases, require_active
from domain.defect.update_clock import UpdateClock
from domain.entity import Due, Reminding, iso

COUNT_AS_UPDATE = {
    ClientEvent.DEFECT_UPDATE,
    ClientEvent.DEFECT_WORKAROUND,
    ClientEvent.DEFECT_SEVERITY_CHANGED,
    ClientEvent.DEFECT_REOPENED,
}
"""Messages to everyone attached that say how it stands (T6); a confirmation is to some only."""


_LATE = timedelta(seconds=1)


# --- commands -------------------------------------------------------------------------------------


def post_progress(defect: Defect, command: PostProgress, now: datetime) -> None:
    """D6: at once by mail where the severity asks for it, in the portal always."""
    require_active(defect)
    if not (command.public_text or command.internal_note or command.stage):
        raise InvalidCommand("public_text", "is missing: give it, internal_note or stage")
    if command.stage is not None:
        defect.stage = command.stage
    defect.record(
        "defect.progress",
        now,
        public=command.public_text is not None or command.stage is not None,
        public_text=command.public_text,
        internal_text=command.internal_note,
        stage=command.stage,
        actor=command.actor,
    )
    if command.public_text is not None:
        defect.progress = Progress(text=command.public_text, at=now)
        if defect.rules.progress_by_mail:
            restart(defect, now, notify.update(defect, now, command.public_text))
    if command.public_text is not None or command.stage is not None:
        notify.status_page(defect, now, command.public_text)


def draft_update(defect: Defect, command: DraftUpdate, now: datetime) -> None:
    """D6: the next update says it, when it is due."""
    require_active(defect)
    if defect.updates.clock is None:
        told = f"{defect.severity} owes no updates; post_progress tells clients"
        raise InvalidCommand("severity", told)
    if command.public_text == defect.updates.draft:
        return
    defect.updates.draft = command.public_text
    event = "update.drafted" if command.public_text else "update.draft_dropped"
    defect.record(event, now, internal_text=command.public_text, actor=command.actor)


def offer_workaround(defect: Defect, command: OfferWorkaround, now: datetime) -> None:
    """D5: attached clients get it now, later ones with their confirmation."""
    require_active(defect)
    offered = Workaround(description=command.description, effort=command.effort)
    if offered == defect.workaround:
        return
    defect.workaround = offered
    defect.record(
        "defect.workaround",
        now,
        public=True,
        public_text=command.description,
        effort=command.effort,
        actor=command.actor,
    )
    sent = notify.attached(
        defect,
        ClientEvent.DEFECT_WORKAROUND,
        now,
        description=command.description,
        effort=command.effort,
    )
    if sent is not None and defect.updates.clock is not None:
        restart(defect, now, sent)


# --- what time brings -----------------------------------------------------------------------------


def agenda(defect: Defect) -> list[Due[Defect]]:
    """T6: the next update."""
    clock = defect.updates.clock
    if clock is None:
        return []
    next_one = Due(clock.send_at, "status update to clients", _send)
    if clock.unconfirmed is None or not defect.by_telephone:
        return [next_one]
    # Of what is told by telephone nothing else comes back that would wake anybody.
    late = clock.unconfirmed.deadline + _LATE
    return [next_one, Due(late, "status update not told by telephone", _note_missed)]


def _note_missed(defect: Defect, _due: datetime, now: datetime) -> None:
    record_missed(defect, now)


def _send(defect: Defect, _due: datetime, now: datetime) -> None:
    """The daily update; where there is no new text it says so, and engineering is asked for one."""
    text = defect.next_update_text
    if defect.updates.draft is not None:
        defect.progress, defect.updates.draft = Progress(text=defect.updates.draft, at=now), None
    sent = notify.update(defect, now, text, replaceable=STATUS_TOPIC)
    notify.status_page(defect, now, text, replaceable=STATUS_TOPIC)
    defect.record("defect.update", now, public=True, public_text=text)
    if text is None and not defect.is_snoozed(Reminder.UPDATE_NEEDED):
        _ask_for_text(defect, now)
    restart(defect, now, sent)
    defect.updates.without_text = text is None


def _ask_for_text(defect: Defect, now: datetime) -> None:
    notify.remind(
        defect,
        StaffEvent.DEFECT_UPDATE_NEEDED,
        Role.ENGINEERING,
        now,
        critical=defect.rules.round_the_clock,
        owner=defect.owner,
        last_text_at=iso(defect.progress.at if defect.progress else None),
    )


def _owed(defect: Defect, _at: datetime) -> bool:
    updates = defect.updates
    unwritten = updates.without_text and defect.next_update_text is None
    return defect.active and updates.clock is not None and unwritten


REMINDING: Reminding[Defect] = Reminding(role=Role.ENGINEERING, owed=_owed, again=_ask_for_text)
"""The last update had no text, and nobody has written one since."""


def record_missed(defect: Defect, now: datetime) -> None:
    """Put on record every update that was not with the clients in time (T9)."""
    clock, cadence = defect.updates.clock, defect.rules.updates
    if clock is None or cadence is None:
        return
    for deadline in clock.take_missed(cadence, defect.calendar, now):
        _miss(defect, deadline, now)


def _miss(defect: Defect, deadline: datetime, now: datetime) -> None:
    if defect.cases:
        defect.updates.missed += 1
        defect.record("update.missed", now, deadline=iso(deadline))


# --- steps that others take -----------------------------------------------------------------------


def restart(defect: Defect, now: datetime, sent: NotifyClients | None) -> None:
    """A message that counts as an update has gone out at `now`."""
    defect.updates.without_text = False
    cadence, calendar, clock = defect.rules.updates, defect.calendar, defect.updates.clock
    if cadence is None:
        defect.updates.clock = defect.updates.draft = None
    elif clock is None:
        defect.updates.clock = UpdateClock.started(cadence, calendar, now)
    else:
        sequence = sent.sequence if sent else None
        defect.updates.clock = clock.restarted(cadence, calendar, now, sequence)


def take_back(defect: Defect, sequence: int | None, now: datetime) -> None:
    """T9: the message that met an update came back."""
    clock = defect.updates.clock
    if clock is None or sequence is None:
        return
    deadline = clock.came_back(sequence, now)
    if deadline is not None:
        _miss(defect, deadline, now)


def note_arrival(
    defect: Defect, message: NotifyClients, receipt: DeliveryReceipt, now: datetime
) -> None:
    """T9: an update counts once it was delivered, and not to nobody since no case was known."""
    _note_unknown_cases(defect, message, receipt, now)
    if receipt.arrived and not (receipt.cases == 0 and defect.unknown_cases):
        reached(defect, message)


def reached(defect: Defect, message: NotifyClients) -> None:
    """A client has the message."""
    clock = defect.updates.clock
    if clock is not None and message.kind in COUNT_AS_UPDATE:
        clock.arrived(message.sequence)


def _note_unknown_cases(
    defect: Defect, message: NotifyClients, receipt: DeliveryReceipt, now: datetime
) -> None:
    """Whether the database knew all cases that the defect knows.

    Not judged where cases joined or left since the message was decided: the two then rightly
    differ. Neither are receipts of versions that did not count.
    """
    known, attached = receipt.cases, len(defect.cases)
    if (
        known is None
        or not message.is_to_all_attached
        or defect.audience_changed > message.sequence
    ):
        return
    before = defect.unknown_cases
    defect.unknown_cases = (
        UnknownCases(attached=attached, known=known) if known < attached else None
    )
    if defect.unknown_cases is None and before is not None:
        defect.record("audience.complete", now)
    elif defect.unknown_cases not in (None, before):
        defect.record("audience.incomplete", now, attached=attached, known=known)
