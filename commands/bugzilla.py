"""Reads bugs of Bugzilla as defects with their own past."""

from datetime import datetime
from typing import Any

from pydantic import AliasChoices, Field

from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Instant, Message

SEVERITIES = {
    "blocker": "S1",
    "critical": "S1",
    "S1": "S1",
    "major": "S2",
    "S2": "S2",
    "normal": "S3",
    "S3": "S3",
    "minor": "S4",
    "trivial": "S4",
    "S4": "S4",
}
RESOLVED = {"RESOLVED", "VERIFIED", "CLOSED"}
WORKED_ON = {"ASSIGNED", "IN_PROGRESS"}
ACTOR = "import"
TITLE = 200
"""Characters of a title or an area."""


class _Change(Message):
    field: str = Field(validation_alias=AliasChoices("field_name", "field"))
    before: str | None = Field(None, validation_alias=AliasChoices("removed", "from"))
    after: str | None = Field(None, validation_alias=AliasChoices("added", "to"))


class _ReducedChange(_Change):
    at: Instant


class _Changes(Message):
    when: Instant
    changes: list[_Change]


class _Bug(Message):
    """What matters of a bug, as the REST API answers it or as a reduced record of its history."""

    id: int
    created_at: Instant = Field(validation_alias=AliasChoices("creation_time", "created_at"))
    severity: str
    component: str = Field(min_length=1)
    status: str = ""
    summary: str | None = None
    cf_last_resolved: Instant | None = None
    last_change_time: Instant | None = None
    history: list[_Changes] = Field(default_factory=list)
    changes: list[_ReducedChange] = Field(default_factory=list)

    def changed(self, field: str) -> list[tuple[datetime, str, str]]:
        """When a field changed, from what to what, oldest first."""
        said = [(entry.when, change) for entry in self.history for change in entry.changes]
        said += [(change.at, change) for change in self.changes]
        return sorted(
            (at, change.before or "", change.after or "")
            for at, change in said
            if change.field == field
        )

    @property
    def severity_since(self) -> datetime | None:
        """Since when it has our severity: a severity by another name is no change."""
        since = None
        for at, before, after in self.changed("severity"):
            if SEVERITIES.get(before) != SEVERITIES.get(after):
                since = at
        return since

    @property
    def resolved_at(self) -> datetime | None:
        """When it was last resolved; None for a bug that is open.

        Raises:
            InvalidCommand: it is resolved, and nothing says when.
        """
        if self.status not in RESOLVED:
            return None
        resolved = [at for at, _, after in self.changed("status") if after == "RESOLVED"]
        at = self.cf_last_resolved or max(resolved, default=self.last_change_time)
        if at is None:
            raise InvalidCommand("cf_last_resolved", f"is required of a bug that is {self.status}")
        return at


def is_bug(record: dict[str, Any]) -> bool:
    """Whether a record is a bug of Bugzilla; their field `type` means something else than ours."""
    return "number" not in record and "id" in record


def as_defect(record: dict[str, Any]) -> dict[str, Any] | None:
    """A bug in the shape of an imported defect; None where its severity is none of ours.

    Raises:
        InvalidCommand: naming the field of the bug that is wrong.
    """
    bug = parse(_Bug, record)
    if bug.severity not in SEVERITIES:
        return None
    resolved_at = bug.resolved_at
    past = {
        "confirmed_at": bug.created_at,
        "severity_since": bug.severity_since,
        "stage": "fixing" if bug.status in WORKED_ON else None,
        "resolved_at": resolved_at,
    }
    title = (bug.summary or "").strip() or f"Bug {bug.id}"
    return {
        "type": "defect",
        "number": f"BZ-{bug.id}",
        "actor": ACTOR,
        "severity": SEVERITIES[bug.severity],
        "title": title[:TITLE],
        "functional_area": bug.component[:TITLE],
        "past": {name: value for name, value in past.items() if value is not None},
    }
