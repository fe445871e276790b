"""What some hundred cases, defects and releases live through in a month, drawn from one seed."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.chaos.month import DAYS

PROGRESS = "We have found where it comes from."
UNANSWERED = "It does not work"
"""The subject of a case whose client never says what is missing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One start or command; a step waits for its day, and for the one before it."""

    day: float
    number: str
    command: str
    """The name of a command, or of a workflow to start."""
    fields: dict[str, Any] = field(default_factory=dict)
    deploy_in: float | None = None
    """Days from when it is first said until the date that it plans."""

    @property
    def starts(self) -> bool:
        """Whether it begins something."""
        return self.command.endswith("Workflow")


@dataclass(frozen=True, slots=True)
class Story:
    """Steps in their order; what belongs together is told one after another."""

    kind: str
    steps: list[Step]


def stories(seed: int, size: float = 1.0) -> list[Story]:
    """A hundred entities and more for a `size` of 1."""
    return _Author(Random(f"stories {seed}"), size).all()


def clients_of(stories: list[Story]) -> dict[str, dict[str, Any]]:
    """By case, how it is attached: its client and contact."""
    return {
        step.number: {
            "case": step.number,
            "client": step.fields["client"],
            "contact": step.fields["contact"],
        }
        for story in stories
        for step in story.steps
        if step.command == "CaseWorkflow"
    }


class _Author:
    def __init__(self, random: Random, size: float) -> None:
        self._random = random
        self._size = size
        self._numbers = {prefix: itertools.count(1) for prefix in ("CASE", "DEF", "REL", "client")}

    def all(self) -> list[Story]:
        kinds = [
            (self._outage, 8),
            (self._reclassified, 8),
            (self._many_clients, 5),
            (self._left_open, 6),
            (self._question, 6),
            (self._asked, 5),
            (self._unanswered, 4),
            (self._ignored, 5),
            (self._released, 2),
        ]
        told: list[Story] = []
        for kind, count in kinds:
            for _ in range(max(1, round(count * self._size))):
                name = kind.__name__.removeprefix("_")
                told.append(Story(name, self._in_order(kind())))
        return told

    def _in_order(self, steps: Iterator[Step]) -> list[Step]:
        return sorted(steps, key=lambda step: step.day)

    def _next(self, prefix: str) -> str:
        return f"{prefix}-{next(self._numbers[prefix]):04}"

    def _day(self, first: float, last: float) -> float:
        return self._random.uniform(first, last)

    # --- beginnings ------------------------------------------------------------------------------

    def _case(self, day: float, client: str | None = None, **fields: Any) -> Step:
        client = client or self._next("client")
        start = {
            "client": client,
            "contact": {"email": f"{client}@client.example", "name": "Ada"},
            "channel": "portal",
            "subject": "The report is empty",
            "description": "It was not before.",
            "who_am_i": "Site 2",
            "steps": "1. open",
            "feature": "Reports",
            "form_or_report": "Overview",
        }
        return Step(day, self._next("CASE"), "CaseWorkflow", start | fields)

    def _confirm(self, day: float, case: Step, severity: str) -> tuple[str, Step]:
        defect = self._next("DEF")
        fields = {
            "defect": defect,
            "severity": severity,
            "title": "Reports are empty",
            "functional_area": "reports",
            "public_summary": "Some reports are empty.",
        }
        return defect, Step(day, case.number, "confirm_defect", fields)

    def _onto(self, day: float, case: Step, defect: str) -> Step:
        return Step(day, case.number, "confirm_defect", {"defect": defect})

    def _resolve(self, day: float, defect: str) -> Step:
        said = {"resolution": "repaired the query", "public_text": "Reports are full again."}
        return Step(day, defect, "resolve", said)

    # --- stories ---------------------------------------------------------------------------------

    def _outage(self) -> Iterator[Step]:
        """An S1 with progress and a workaround; some come back after they were resolved."""
        day = self._day(1, 12)
        case = self._case(day, priority="critical")
        yield case
        defect, confirmed = self._confirm(day + 0.05, case, "S1")
        yield confirmed
        yield Step(day + 1.2, defect, "post_progress", {"public_text": PROGRESS})
        offered = {"description": "Print the report instead.", "effort": "easy"}
        yield Step(day + 1.5, defect, "offer_workaround", offered)
        yield Step(
            day + 4.3, defect, "post_progress", {"stage": "fixing", "public_text": "We fix it."}
        )
        yield self._resolve(day + 6, defect)
        if self._random.random() < 0.5:
            yield Step(day + 8, defect, "reopen", {"reason": "it is back"})
            yield self._resolve(day + 12, defect)

    def _reclassified(self) -> Iterator[Step]:
        """An S2 that is on hold for a while, and becomes another severity."""
        day = self._day(1, 10)
        case = self._case(day)
        yield case
        defect, confirmed = self._confirm(day + 1, case, "S2")
        yield confirmed
        again = case.fields["client"] if self._random.random() < 0.3 else None
        other = self._case(day + 2, again)
        yield other
        yield self._onto(day + 2.5, other, defect)
        yield Step(day + 4, defect, "hold", {"reason": "waits for a supplier"})
        yield Step(day + 6, defect, "resume")
        severity = self._random.choice(["S1", "S3"])
        changed = {"severity": severity, "reason": "as it turned out"}
        yield Step(day + 9, defect, "change_severity", changed)
        yield Step(day + 11, defect, "post_progress", {"public_text": PROGRESS})
        if self._random.random() < 0.7:
            yield self._resolve(day + 15, defect)

    def _many_clients(self) -> Iterator[Step]:
        """An S3 of three clients, one of whom asks for another severity."""
        day = self._day(1, 10)
        cases = [self._case(day + n) for n in range(3)]
        yield from cases
        defect, confirmed = self._confirm(day + 2.5, cases[0], "S3")
        yield confirmed
        yield from (self._onto(day + 3 + n, case, defect) for n, case in enumerate(cases[1:]))
        client = cases[1].fields["client"]
        asked = {"client": client, "severity": "S2", "justification": "nobody can work"}
        yield Step(day + 6, defect, "request_reclassification", asked)
        approve = self._random.random() < 0.5
        decided = {"approve": approve, "reason": "We have looked at it."}
        yield Step(day + 9, defect, "decide_reclassification", decided)
        yield self._resolve(day + 14, defect)

    def _left_open(self) -> Iterator[Step]:
        """A defect of any severity that is open still when the month ends."""
        day = self._day(1, 20)
        case = self._case(day)
        yield case
        _, confirmed = self._confirm(day + 1, case, self._random.choice(["S1", "S2", "S3", "S4"]))
        yield confirmed

    def _question(self) -> Iterator[Step]:
        day = self._day(1, 25)
        case = self._case(day)
        yield case
        yield Step(day + 0.5, case.number, "respond", {"message": "We look at it."})
        yield Step(day + 2, case.number, "answer", {"message": "It is meant to be like that."})

    def _asked(self) -> Iterator[Step]:
        """A case whose client is asked for something, and gives it."""
        day = self._day(1, 20)
        case = self._case(day)
        yield case
        yield Step(day + 1, case.number, "request_information", {"items": ["a screenshot"]})
        yield Step(day + 1.4, case.number, "provide_information", {"note": "Here it is."})
        yield Step(day + 3, case.number, "answer", {"message": "It is meant to be like that."})

    def _unanswered(self) -> Iterator[Step]:
        """A case that is not complete, and whose client never says anything."""
        yield self._case(self._day(1, DAYS - 8), who_am_i="", subject=UNANSWERED)

    def _ignored(self) -> Iterator[Step]:
        """A critical case that nobody answers in time."""
        day = self._day(1, 20)
        case = self._case(day, priority="critical")
        yield case
        yield Step(day + 4, case.number, "respond", {"message": "We look at it."})
        yield Step(day + 5, case.number, "close", {"reason": "solved by telephone"})

    def _released(self) -> Iterator[Step]:
        """A release of five defects, that moves once and comes."""
        day, defects = self._day(1, 6), []
        for n in range(5):
            case = self._case(day + n / 5)
            yield case
            defect, confirmed = self._confirm(
                day + 1 + n / 5, case, self._random.choice(["S2", "S3", "S4"])
            )
            defects.append(defect)
            yield confirmed
        release = self._next("REL")
        start = {"kind": "maintenance", "title": "Better reports"}
        yield Step(day + 3, release, "ReleaseWorkflow", start, deploy_in=12)
        yield Step(day + 4, release, "attach_defects", {"defects": defects})
        yield Step(day + 6, release, "announce")
        moved = {"reason": "a test has failed"}
        yield Step(day + 9, release, "reschedule", moved, deploy_in=10)
        yield Step(day + 18, release, "deploy")
