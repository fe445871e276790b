"""What of a case, defect or release needs somebody: what it owes, and what waits, by its status.

The one place where that is derived. The read model keeps it to find it by, and the queue, the page
for staff and the metrics read it from there, so that they cannot disagree.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, get_args

from domain.contract.status import OVER, CaseState, DefectState, ReleaseState

OWING: Mapping[str, Sequence[str]] = {
    "case": [state for state in get_args(CaseState) if state != "closed"],
    "defect": [state for state in get_args(DefectState) if state not in OVER],
    "release": [s for s in get_args(ReleaseState) if s not in {"deployed", "cancelled"}],
}
"""The states, by kind, in which something may be owed."""


class Need(StrEnum):
    """Why something needs somebody."""

    UPDATE = "update"
    RESOLUTION = "resolution"
    DECISION = "decision"
    FIRST_RESPONSE = "first_response"
    DEPLOYMENT = "deployment"
    ACKNOWLEDGEMENT = "acknowledgement"
    ASSESSMENT = "assessment"
    CALL = "call"
    CLIENT_WROTE = "client_wrote"
    GAPS = "gaps"
    OPEN = "open"


DUTIES = frozenset(
    {Need.UPDATE, Need.RESOLUTION, Need.DECISION, Need.FIRST_RESPONSE, Need.DEPLOYMENT}
)
"""What is owed; the others only wait."""


class Shown(StrEnum):
    """When the queue shows it, and in which part."""

    NOW = "now"
    DUE = "due"
    """By its instant: now, or next."""
    AHEAD = "ahead"
    """The same, until its instant."""
    PASSED = "passed"
    """Now, from its instant on."""
    OPEN = "open"
    WAITING = "waiting"
    NEVER = "never"
    """It is owed and provided for."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One reason to look at one thing."""

    need: Need
    at: datetime
    """When it is due, or since when it waits."""
    shown: Shown
    is_since: bool = False
    """`at` is since when, not until when."""
    is_missed: bool = False
    """It is on record as missed, and still owed."""
    notice: str | None = None
    """The key of the notice that nobody has acknowledged."""

    @property
    def why(self) -> str:
        """Tells it from the others of its number."""
        return self.notice or self.need


def work_items(kind: str, status: Mapping[str, Any]) -> list[WorkItem]:
    """Everything about it that needs somebody.

    `status` is one that the read model keeps, of whatever version: an instant that it does not
    have, nothing is said of.
    """
    if status.get("state") not in OWING.get(kind, ()):
        return []
    of_kind = {"case": _of_case, "defect": _of_defect, "release": _of_release}[kind]
    return [*_to_acknowledge(status), *of_kind(status)]


def _to_acknowledge(status: Mapping[str, Any]) -> Iterator[WorkItem]:
    for one in status.get("to_acknowledge") or ():
        if since := _at(one, "since"):
            yield WorkItem(
                Need.ACKNOWLEDGEMENT, since, Shown.NOW, is_since=True, notice=one["notice"]
            )


def _of_case(case: Mapping[str, Any]) -> Iterator[WorkItem]:
    first = case.get("first_response") or {}
    is_answered = not first or first.get("met_at") is not None
    opened, wrote = _at(case, "opened_at"), _at(case, "client_wrote_at")
    if not is_answered and (due := _at(first, "due_at")):
        is_missed = bool(first.get("missed_at"))
        yield WorkItem(Need.FIRST_RESPONSE, due, Shown.NOW, is_missed=is_missed)
    if opened and case.get("priority") == "critical" and case.get("critical_justified") is None:
        yield WorkItem(Need.ASSESSMENT, opened, Shown.OPEN, is_since=True)
    if call := _at(case.get("call"), "at"):
        yield WorkItem(Need.CALL, call, Shown.AHEAD)
    if wrote:
        yield WorkItem(Need.CLIENT_WROTE, wrote, Shown.OPEN, is_since=True)
    elif opened and case["state"] == "waiting_for_client":
        yield WorkItem(Need.GAPS, opened, Shown.WAITING, is_since=True)
    elif opened and case["state"] == "open" and is_answered:
        yield WorkItem(Need.OPEN, opened, Shown.OPEN, is_since=True)


def _of_defect(defect: Mapping[str, Any]) -> Iterator[WorkItem]:
    if update := _at(defect, "next_update_due_at"):
        is_written = defect.get("update_written")
        yield WorkItem(Need.UPDATE, update, Shown.NEVER if is_written else Shown.DUE)
    target, asked = defect.get("target"), defect.get("reclassification")
    if missed := _at(target, "missed_at"):
        yield WorkItem(Need.RESOLUTION, missed, Shown.DUE, is_missed=True)
    elif due := _at(target, "due_at"):
        yield WorkItem(Need.RESOLUTION, due, Shown.DUE)
    if asked and (since := _at(asked, "requested_at")):
        is_missed = asked.get("reminders", 0) > 0
        yield WorkItem(Need.DECISION, since, Shown.OPEN, is_since=True, is_missed=is_missed)


def _of_release(release: Mapping[str, Any]) -> Iterator[WorkItem]:
    if release["state"] != "deploying" and (at := _at(release, "deploy_at")):
        yield WorkItem(Need.DEPLOYMENT, at, Shown.PASSED)


def _at(record: object, field: str) -> datetime | None:
    """An instant that a record has, or None."""
    value = record.get(field) if isinstance(record, Mapping) else None
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
