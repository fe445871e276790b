"""Says which lives are measured, and which messages the policy makes of each.

A life is what people do to one defect. The pure machine is asked what that makes happen and when;
the bare workflow is given the answer, so both have the same messages to bring about.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from activities.adapters.policy_files import PolicyFiles
from domain.contract.defect import DefectStart
from domain.contract.effects import Effect, PostStatus, Project, Receipt, TellClients, TellStaff
from domain.contract.parsing import parse
from domain.contract.values import Command
from domain.defect.lifecycle import Defect
from workflows.defect import DefectWorkflow

TEMPLATE = "DEF-TEMPLATE"
"""The number in the messages kept here; a bare workflow puts its own in its place."""
MONDAY = datetime(2027, 5, 3, 15, tzinfo=UTC)
"""Ten o'clock in Chicago; no holiday and no change of clocks for three weeks."""
_CHICAGO = ZoneInfo("America/Chicago")
_POLICY = PolicyFiles().load("eto", MONDAY.year).pinned()
SUMMARY = "Users of some sites cannot log in."


def quiet_monday(now: datetime) -> datetime:
    """The next Monday like `MONDAY` that is later than `now`: a life is the same in every year."""
    day = datetime(now.year + 1, 5, 1, 10, tzinfo=_CHICAGO)
    return day + timedelta(days=(7 - day.weekday()) % 7)


@dataclass(frozen=True, slots=True)
class Word:
    """One command, so long after the defect was confirmed."""

    after: timedelta
    command: type[Command]
    fields: Callable[[datetime], dict[str, Any]]
    """Its payload beside the actor, given when the defect was confirmed."""

    def payload(self, confirmed: datetime) -> dict[str, Any]:
        """What is sent."""
        return {"actor": "agent-1"} | self.fields(confirmed)


@dataclass(frozen=True, slots=True)
class Life:
    """One defect from its confirmation to its end."""

    name: str
    title: str
    severity: str
    words: tuple[Word, ...]
    lasts: timedelta

    @property
    def start(self) -> dict[str, Any]:
        """The start payload."""
        return {
            "actor": "specialist-1",
            "severity": self.severity,
            "title": "Login fails",
            "functional_area": "login",
            "public_summary": SUMMARY,
            "cases": [_attachment(1)],
        }


def _attachment(n: int) -> dict[str, Any]:
    return {
        "case": f"CASE-{n}",
        "client": f"client-{n}",
        "contact": {"email": f"client-{n}@client.example", "name": "Ada"},
    }


def _resolved(after: timedelta) -> Word:
    """A resolution; the reopen window of 14 days follows it."""
    return Word(
        after,
        _command("resolve"),
        lambda _: {"resolution": "fixed", "public_text": "Everyone can log in again."},
    )


def _command(name: str) -> type[Command]:
    return next(model for model in Command.__subclasses__() if model.name == name)


def _plan(confirmed: datetime) -> dict[str, Any]:
    return {"release": "REL-1", "deploy_at": (confirmed + timedelta(days=60)).isoformat()}


LIVES = {
    life.name: life
    for life in (
        Life(
            "S1",
            "S1 of five days",
            "S1",
            (_resolved(timedelta(days=5)),),
            timedelta(days=20),
        ),
        Life(
            "S2",
            "S2 of 60 days",
            "S2",
            (
                Word(timedelta(days=20), _command("attach_case"), lambda _: _attachment(2)),
                Word(timedelta(days=45), _command("schedule_release"), _plan),
                Word(
                    timedelta(days=60),
                    _command("release_deployed"),
                    lambda _: {"release": "REL-1"},
                ),
            ),
            timedelta(days=75),
        ),
        Life(
            "S4",
            "S4 of a year",
            "S4",
            (_resolved(timedelta(days=365)),),
            timedelta(days=380),
        ),
        Life(
            "S1-brief",
            "S1 confirmed and resolved",
            "S1",
            (_resolved(timedelta(hours=1)),),
            timedelta(days=15),
        ),
        Life(
            "S3-brief",
            "S3 confirmed and resolved",
            "S3",
            (_resolved(timedelta(hours=1)),),
            timedelta(days=15),
        ),
    )
}
COMMANDS = tuple(
    sorted({model.name for model in Command.__subclasses__()} & set(vars(DefectWorkflow)))
)
"""The updates of a defect; the bare workflow has a handler for each too."""


@dataclass(slots=True)
class Step:
    """One instant of a life at which messages are due."""

    after: timedelta
    """Since the confirmation."""
    answers: int | None
    """Which command it answers, counted from 1; None where time brings it."""
    effects: list[Effect] = field(default_factory=list)
    due: timedelta | None = None
    """When time will bring the next step, unless a command comes before."""


def _lived(life: Life) -> tuple[Step, ...]:
    """What is due in a life, and when: one portal write per step, however much changes in it."""
    defect, effects = Defect.open(TEMPLATE, parse(DefectStart, life.start), _POLICY, MONDAY)
    found = [_step(defect, MONDAY, None, effects)]
    waiting = list(enumerate(life.words, 1))
    while not defect.finished:
        said = MONDAY + waiting[0][1].after if waiting else None
        due = defect.next_due()
        if said is not None and (due is None or said < due):
            count, word = waiting.pop(0)
            effects = defect.handle(parse(word.command, word.payload(MONDAY)), said)
            found.append(_step(defect, said, count, effects))
        elif due is not None:
            found.append(_step(defect, due, None, defect.fire(due)))
        else:
            raise ValueError(f"{life.name} never ends: its words must resolve the defect")
    return tuple(found)


def _step(defect: Defect, now: datetime, answers: int | None, effects: list[Effect]) -> Step:
    step = Step(now - MONDAY, answers)
    while effects:
        further: list[Effect] = []
        for effect in effects:
            further += defect.delivered(effect, Receipt(key=effect.key, sent=1), now)
            written = next((e for e in step.effects if isinstance(e, Project)), None)
            if isinstance(effect, Project) and written is not None:
                step.effects[step.effects.index(written)] = written.merged_with(effect)
            else:
                step.effects.append(effect)
        effects = further
    due = defect.next_due()
    step.due = None if due is None else due - MONDAY
    return step


def addressed(effect: Effect, number: str, at: datetime) -> Effect:
    """The same message about another defect at another instant."""
    changes: dict[str, Any] = {
        "key": effect.key.replace(TEMPLATE, number, 1),
        "entity": number,
        "at": at,
    }
    if isinstance(effect, TellClients | TellStaff):
        changes["defect"] = number
    elif isinstance(effect, PostStatus):
        changes["incident"] = effect.incident.replace(TEMPLATE, number, 1)
    elif isinstance(effect, Project):
        changes["snapshot"] = effect.snapshot | {"number": number}
    return effect.model_copy(update=changes)


STEPS = {life.name: _lived(life) for life in LIVES.values()}
"""Worked out on import: a workflow has no time for it."""
