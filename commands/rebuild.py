"""What the database's record of a number is worth, where its workflow and its history are gone.

The start payload is that of an import: no message goes out, and everything is due again as the
record has it. What the record does not hold is named, so that an operator can send it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseMembers,
    DatabaseReadModel,
)
from domain.contract.values import Attachment
from runtime.client_records import Recorded
from runtime.stray_numbers import WORKFLOWS

ACTOR = "recover"
_PAGE = 500
_MERGING = (
    *("defect.merge_requested", "defect.unmerge_requested"),
    *("defect.merged", "defect.unmerged", "defect.merge_refused"),
)
"""What is asked of two defects, and then what came of it."""
_NOW = 1 << 62
"""A sequence behind all that there are."""


class NotRebuilt(ValueError):  # noqa: N818 - it is an answer
    """The record cannot become a workflow again; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A start made from a record."""

    workflow: str
    payload: dict[str, Any]
    lost: Sequence[str]
    """What was there and is not again."""
    attach: Sequence[str] = field(default_factory=list)
    """Defects that a release takes in again, once it runs."""
    feedback: Sequence[Mapping[str, Any]] = field(default_factory=list)
    """What clients said of a defect's severity, recorded again once it runs."""


def rebuilt(engine: Engine, number: str, known: Recorded, now: datetime) -> Rebuilt:
    """The start that comes closest to a number's record at `now`.

    Raises:
        NotRebuilt: it owes nothing any more, or nothing can begin that is like it.
    """
    snapshot = DatabaseReadModel(engine).entity(known.kind, number) or {}
    facts = list(DatabaseReadModel(engine).timeline(number, public_only=False))
    if known.kind == "release":
        payload, lost = _release(snapshot, now)
    elif known.kind == "area_work":
        payload, lost = {"functional_area": snapshot["functional_area"]}, []
    else:
        people = _people(engine, number)
        payload, lost = (_defect if known.kind == "defect" else _case)(snapshot, facts, people)
    payload |= {"policy": snapshot["policy"]["name"], "actor": ACTOR, "again": known.again}
    attach = DatabaseMembers(engine).attached(number) if known.kind == "release" else []
    given = {name: value for name, value in payload.items() if value is not None}
    lost = [*lost, "the keys of commands"]
    feedback = _feedback(snapshot, facts) if known.kind == "defect" else []
    return Rebuilt(WORKFLOWS[known.kind], given, lost, attach, feedback)


def _defect(
    snapshot: Mapping[str, Any], facts: Sequence[Mapping[str, Any]], people: Sequence[Attachment]
) -> tuple[dict[str, Any], list[str]]:
    if snapshot["merged_into"]:
        raise NotRebuilt(f"it is merged into {snapshot['merged_into']}, and owes nothing any more")
    confirmed = _last(facts, "defect.confirmed")
    spent = _Spent.of(facts, snapshot)
    payload = {
        **_given(snapshot, "severity", "title", "functional_area", "public_summary", "workaround"),
        "internal_description": confirmed and confirmed["internal_text"],
        "cases": [person.model_dump(mode="json") for person in people],
        "past": {
            **_given(snapshot, "confirmed_at", "stage", "release", "resolved_at"),
            **spent.past(),
        },
    }
    lost = ["its owner, and whether it is material or blocks access"]
    if snapshot["state"] == "resolved":
        return payload, lost
    if _last(facts, "defect.severity_changed"):
        lost.append("what was spent, told and missed at other severities")
    if snapshot["severity"] == "S1":
        lost.append("its incident on the status page: resolve that one by hand in the end")
    asked = _last(facts, *_MERGING)
    if asked and asked["event"] in _MERGING[:2]:
        lost.append("the merge under way, or its undoing: look whom the cases are with, ask again")
    for name, words in (
        ("feedback", "when clients said how severe it is: it counts as said now"),
        ("reclassification", "the request for another severity: send it again"),
        ("waiting_for_clients", "which cases wait for their clients"),
        ("area_work_since", "that work began in its area"),
        ("updates_missed", "how many updates were missed"),
    ):
        if snapshot.get(name):
            lost.append(words)
    return payload, lost


@dataclass
class _Spent:
    """When the budget of the present severity was spent, as the facts have it (T2).

    It is not while the defect is on hold, resolved, merged, or at another severity. A life that was
    itself begun from the record goes on where the one before it was.
    """

    severity: str
    since: datetime | None = None
    """When it first was."""
    stopped: datetime | None = None
    holds: list[tuple[datetime, datetime]] = field(default_factory=list)
    _why: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, facts: Sequence[Mapping[str, Any]], snapshot: Mapping[str, Any]) -> "_Spent":
        spent = cls(snapshot["severity"])
        for fact in facts:
            spent._hear(fact["event"], fact["details"])
            spent._note(fact["at"])
        if snapshot["state"] != "on_hold":
            # Resolved, it may have been on hold before; open, its going on was not written down.
            spent._why.clear()
            over = snapshot.get("resolved_at")
            spent._note(datetime.fromisoformat(over) if over else spent.stopped)
        return spent

    def _hear(self, event: str, details: Mapping[str, Any]) -> None:
        match event:
            case "defect.held":
                self._why.add("hold")
            case "defect.resumed":
                self._why.discard("hold")
            case "defect.resolved" | "defect.merged":
                self._why = (self._why - {"hold"}) | {"over"}
            case "defect.reopened" | "defect.unmerged":
                self._why.discard("over")
            case "defect.confirmed" | "defect.severity_changed":
                there = details["severity"] == self.severity
                self._why = self._why - {"severity"} | (set() if there else {"severity"})

    def _note(self, at: datetime | None) -> None:
        if self._why:
            self.stopped = self.stopped or at
        elif self.stopped is not None:
            if at is not None and self.since is not None and at > self.stopped:
                self.holds.append((self.stopped, at))
            self.stopped = None
        if not self._why and self.since is None:
            self.since = at

    def past(self) -> dict[str, Any]:
        """These fields of an import."""
        holds = [{"since": a.isoformat(), "until": b.isoformat()} for a, b in self.holds[-1_000:]]
        return {
            "severity_since": self.since and self.since.isoformat(),
            "held_since": self.stopped and self.stopped.isoformat(),
            "holds": holds,
        }


def _case(
    snapshot: Mapping[str, Any], facts: Sequence[Mapping[str, Any]], people: Sequence[Attachment]
) -> tuple[dict[str, Any], list[str]]:
    if not people:
        raise NotRebuilt("the database does not know its contact: open a new case")
    opened = _last(facts, "case.opened")
    answered = (snapshot["first_response"] or {}).get("met_at")
    payload = {
        **_given(snapshot, "client", "channel", "subject", "support_package"),
        "contact": people[0].contact.model_dump(mode="json"),
        "description": (opened and opened["internal_text"]) or "",
        # Answered, it would be owed its first response once more.
        "priority": "normal" if answered else snapshot["priority"],
        "past": _given(snapshot, "opened_at", "defect"),
    }
    lost = ["what the client gave when asked"]
    if answered:
        lost.append("that it was critical and answered, where the channel does not say so")
    if snapshot["missing"]:
        lost.append(f"what the client was asked for: {', '.join(snapshot['missing'])}")
    if snapshot["call"]:
        lost.append(f"its call at {snapshot['call']['at']}: cancel or book it by hand")
    return payload, lost


def _release(snapshot: Mapping[str, Any], now: datetime) -> tuple[dict[str, Any], list[str]]:
    if snapshot["state"] == "deploying":
        raise NotRebuilt("it is deployed: send release_deployed to each defect that is in it")
    if datetime.fromisoformat(snapshot["deploy_at"]) <= now:
        raise NotRebuilt("its hour has passed: plan it with --again for another one")
    names = "kind title deploy_at window_minutes functional_areas public_notes"
    lost = ["notices that were due are not sent again"]
    if snapshot["state"] == "frozen":
        lost.append("that it was frozen: freeze it again")
    return _given(snapshot, *names.split()), lost


def _people(engine: Engine, number: str) -> list[Attachment]:
    found: list[Attachment] = []
    audience = DatabaseAudience(engine)
    while page := audience.attachments(number, _NOW, found[-1].case if found else None, _PAGE):
        found += page
    return found


def _feedback(
    snapshot: Mapping[str, Any], facts: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The last of each client who still counts, with the words that only the timeline has."""
    if snapshot["state"] == "resolved":
        return []
    said = [fact for fact in facts if fact["event"] == "severity.feedback"]
    words = {fact["details"]["client"]: fact["internal_text"] for fact in said}
    return [
        {**_given(one, "client", "severity"), "comment": words.get(one["client"])}
        for one in snapshot.get("feedback") or []
    ]


def _last(facts: Sequence[Mapping[str, Any]], *events: str) -> Mapping[str, Any] | None:
    return next((fact for fact in reversed(facts) if fact["event"] in events), None)


def _given(snapshot: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: snapshot[name] for name in names if snapshot.get(name) is not None}
