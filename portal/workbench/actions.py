"""Everything that staff can do with a case, a defect or a release: one row for each command.

A row says when an action is worth offering; whether it may be taken is for the contract to say.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from domain.contract import case, contacts, defect, release, staff_notices
from domain.contract.events import Reminder
from domain.contract.status import OVER
from domain.contract.values import Command
from portal.api.contract import CASES, DEFECTS, RELEASES, Kind
from portal.workbench.fields import FormField, fields_of, in_words

Status = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done."""

    command: type[Command]
    title: str
    offered: Callable[[Status], bool]
    without: frozenset[str] = frozenset()
    """Fields of the command that a form does not ask for."""
    first: bool = False
    """It belongs among those that come first."""
    needs: frozenset[str] = frozenset()
    """Optional fields of the command that this action does not go without."""
    page: str = ""
    """The last part of its address, where that is not the command's name."""

    says: str = ""
    """What it does, where it is less than the command can do."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """Of its fields, likewise."""
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of its fields, where there are fewer than the command knows."""

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.page or self.command.name

    @property
    def fields(self) -> list[FormField]:
        """What its form asks for."""
        fields = fields_of(self.command, self.without)
        needed = [replace(f, required=True) if f.name in self.needs else f for f in fields]
        return [
            replace(
                f,
                hint=self.hints.get(f.name, f.hint),
                options=self.options.get(f.name, f.options),
            )
            for f in needed
        ]

    @property
    def words(self) -> str:
        """What it does, in the contract's words."""
        return self.says or in_words(self.command.__doc__)


def _open(status: Status) -> bool:
    return bool(status["state"] != "closed")


def _critical(status: Status) -> bool:
    undecided = status.get("critical_justified") is None
    return _open(status) and status.get("priority") == "critical" and undecided


def _alone(status: Status) -> bool:
    return _open(status) and status.get("defect") is None


def _has_call(status: Status) -> bool:
    return _open(status) and bool(status.get("call"))


def _active(status: Status) -> bool:
    return str(status["state"]) not in OVER


def _on_hold(status: Status) -> bool:
    return bool(status["state"] == "on_hold")


def _running(status: Status) -> bool:
    return _active(status) and not _on_hold(status)


def _asked(status: Status) -> bool:
    return bool(status.get("reclassification"))


def _owes_updates(status: Status) -> bool:
    return _active(status) and bool(status.get("next_update_due_at"))


def _planned(status: Status) -> bool:
    return _active(status) and bool(status.get("release"))


def _ahead(status: Status) -> bool:
    return status["state"] in {"planned", "frozen"}


def _in(*states: str) -> Callable[[Status], bool]:
    return lambda status: status["state"] in states


def _failing(status: Status) -> bool:
    return bool(status.get("failed_deliveries"))


def _unacknowledged(status: Status) -> bool:
    return bool(status.get("to_acknowledge"))


def _reminded_of_case(status: Status) -> bool:
    return _has_call(status) or (_open(status) and bool(status.get("client_wrote_at")))


def _reminded_of_defect(status: Status) -> bool:
    unwritten = _owes_updates(status) and not status.get("update_written")
    return unwritten or _planned(status) or (_active(status) and _asked(status))


def _snooze(offered: Callable[[Status], bool], *reminders: Reminder) -> Action:
    options = {"reminder": tuple(map(str, reminders))}
    return Action(staff_notices.Snooze, "Put a reminder off", offered, options=options)


_CASE = frozenset({"case"})
_KNOWN = frozenset({"defect"})
_DESCRIBED = frozenset({"severity", "title", "functional_area"})
_NEW = frozenset(case.ConfirmDefect.model_fields) - _KNOWN
_PLAN = frozenset({"plan_version", "moved", "watched"})
_NOT_KEPT = frozenset({"attachments_not_kept"})
_WHOSE = frozenset({"client", "contact"})
"""Of a case that is attached: the database knows them."""
_ACKNOWLEDGE = Action(staff_notices.Acknowledge, "Acknowledge", _unacknowledged, first=True)

ACTIONS: Mapping[str, tuple[Action, ...]] = {
    "case": (
        _ACKNOWLEDGE,
        Action(case.Respond, "Reply", _open, first=True),
        Action(case.AssessCritical, "Assess as critical or not", _critical, first=True),
        Action(case.RequestInformation, "Ask for information", _open, first=True),
        Action(
            case.ConfirmDefect,
            "Confirm a new defect",
            _alone,
            _KNOWN,
            True,
            _DESCRIBED,
            says="The defect gets a number, and the case is attached to it.",
            hints={"severity": "S1 is the most severe; the rubric below suggests one."},
        ),
        Action(
            case.ConfirmDefect,
            "Attach to a known defect",
            _alone,
            _NEW,
            True,
            _KNOWN,
            "attach",
            says="The client is told the number of the defect, and what helps already.",
            hints={"defect": "Number of an open defect."},
        ),
        Action(case.Answer, "Answer and close", _alone, first=True),
        Action(case.ProvideInformation, "Record information", _open, _NOT_KEPT),
        Action(case.BookCall, "Book a call", _open),
        Action(case.CancelCall, "Cancel the call", _has_call),
        Action(contacts.CorrectContact, "Correct the contact", _open, _CASE),
        Action(defect.Assign, "Assign", _open),
        _snooze(_reminded_of_case, Reminder.CLIENT_WROTE, Reminder.CALL),
        Action(case.CloseCase, "Close without an answer", _open),
        Action(defect.RetryDeliveries, "Retry deliveries", _failing),
    ),
    "defect": (
        _ACKNOWLEDGE,
        Action(defect.DecideReclassification, "Decide the request", _asked, first=True),
        Action(defect.DraftUpdate, "Write the next update", _owes_updates, first=True),
        Action(defect.PostProgress, "Post progress", _active, first=True),
        Action(defect.OfferWorkaround, "Publish a workaround", _active, first=True),
        Action(defect.ChangeSeverity, "Change the severity", _active, first=True),
        Action(defect.Resolve, "Resolve", _active, first=True),
        Action(defect.Hold, "Put on hold", _running),
        Action(defect.Resume, "Resume", _on_hold),
        Action(defect.ScheduleRelease, "Plan for a release", _active, _PLAN),
        Action(defect.WithdrawRelease, "Remove from its release", _planned, _PLAN),
        Action(defect.AttachCase, "Attach a case", _active, _WHOSE),
        Action(defect.DetachCase, "Detach a case", _active),
        Action(contacts.CorrectContact, "Correct a contact", _active),
        Action(defect.RecordSeverityFeedback, "Record severity feedback", _active),
        Action(defect.RequestReclassification, "Request a reclassification", _active),
        Action(defect.MergeInto, "Merge into another defect", _active),
        Action(defect.UndoMerge, "Undo the merge", _in("merged")),
        Action(defect.Reopen, "Reopen", _in("resolved")),
        Action(defect.Assign, "Assign", _active),
        _snooze(
            _reminded_of_defect,
            Reminder.UPDATE_NEEDED,
            Reminder.RECLASSIFICATION,
            Reminder.RELEASE_OVERDUE,
        ),
        Action(defect.RetryDeliveries, "Retry deliveries", _failing),
    ),
    "release": (
        _ACKNOWLEDGE,
        Action(release.AttachDefects, "Attach defects", _in("planned"), first=True),
        Action(release.Reschedule, "Move to another date", _ahead, first=True),
        Action(release.Deploy, "Report it as deployed", _ahead, first=True),
        Action(release.DetachDefect, "Detach a defect", _in("planned")),
        Action(release.Freeze, "Freeze", _in("planned")),
        Action(release.Unfreeze, "Unfreeze", _in("frozen")),
        Action(release.Announce, "Announce now", _ahead),
        _snooze(_ahead, Reminder.RELEASE_OVERDUE),
        Action(release.CancelRelease, "Cancel", _ahead),
        Action(defect.RetryDeliveries, "Retry deliveries", _failing),
    ),
}
KIND_OF: Mapping[str, Kind] = {kind.plural: kind for kind in (CASES, DEFECTS, RELEASES)}
"""By the part of an address that says which."""


def action_of(kind: Kind, name: str) -> Action | None:
    """The action of a command, whether it is offered or not."""
    return next((action for action in ACTIONS[kind.name] if action.name == name), None)


def offered(kind: Kind, status: Status, scopes: Collection[str]) -> list[Action]:
    """What is worth doing as it stands, of what one may do."""
    return [
        action
        for action in ACTIONS[kind.name]
        if kind.lacking(action.command, scopes) is None and action.offered(status)
    ]
