"""The scenarios that are measured, and the effects that the policy makes of each.

A scenario is what people do to one defect, in the words of the contract. A runner says what
follows from it and when; the baseline workflow replays that schedule, so that ours and the baseline
have the same activities to run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from activities.adapters.policy_files import PolicyFiles
from domain.contract import defect
from domain.contract.catalogue import COMMANDS
from domain.contract.effects import Effect, NotifyClients, NotifyStaff, PostStatus, UpdateReadModel
from domain.contract.parsing import parse
from domain.contract.receipts import Receipt
from domain.defect import DEFECT
from domain.defect.state import Defect
from domain.runner import Runner

_TEMPLATE = "DEF-TEMPLATE"
"""The number in the effects kept here; the baseline workflow puts its own in its place."""
MONDAY = datetime(2027, 5, 3, 15, tzinfo=UTC)
"""Ten o'clock in Chicago; no holiday and no change of clocks for three weeks."""
_CHICAGO = ZoneInfo("America/Chicago")
DEFECT_COMMANDS = tuple(sorted(n for n, c in COMMANDS.items() if c.__module__ == defect.__name__))


def next_monday(now: datetime) -> datetime:
    """The next Monday like `MONDAY` after `now`: a scenario runs the same in every year."""
    day = datetime(now.year + 1, 5, 1, 10, tzinfo=_CHICAGO)
    return day + timedelta(days=(7 - day.weekday()) % 7)


@dataclass(frozen=True, slots=True)
class ScenarioCommand:
    """One command, so long after the defect was confirmed."""

    after: timedelta
    name: str
    fields: Mapping[str, Any]
    """Its payload without the actor; a `timedelta` stands for an instant after the confirmation."""

    def payload(self, confirmed: datetime) -> dict[str, Any]:
        """The payload for a defect that was confirmed then."""
        return {"actor": "agent-1"} | {
            name: (confirmed + value).isoformat() if isinstance(value, timedelta) else value
            for name, value in self.fields.items()
        }


@dataclass(frozen=True, slots=True)
class Scenario:
    """One defect from its confirmation to its end."""

    name: str
    title: str
    severity: str
    commands: tuple[ScenarioCommand, ...]
    lasts: timedelta

    @property
    def start(self) -> dict[str, Any]:
        """The start payload."""
        return {
            "actor": "specialist-1",
            "severity": self.severity,
            "title": "Login fails",
            "functional_area": "login",
            "public_summary": "Users of some sites cannot log in.",
            "cases": [attachment("CASE-1")],
        }


def attachment(case: str, client: str | None = None) -> dict[str, Any]:
    """A case of a client, of one of its own where none is named."""
    client = client or f"client-{case}"
    return {
        "case": case,
        "client": client,
        "contact": {"email": f"{client}@client.example", "name": "Ada"},
    }


def _resolved(name: str, title: str, severity: str, after: timedelta) -> Scenario:
    """Confirmed and resolved; it ends with the reopen window of 14 days."""
    text = {"resolution": "fixed", "public_text": "Everyone can log in again."}
    resolve = ScenarioCommand(after, "resolve", text)
    return Scenario(name, title, severity, (resolve,), after + timedelta(days=15))


def _released() -> Scenario:
    deploy_after = timedelta(days=60)
    plan = {"release": "REL-1", "deploy_at": deploy_after}
    commands = (
        ScenarioCommand(timedelta(days=20), "attach_case", attachment("CASE-2")),
        ScenarioCommand(timedelta(days=45), "schedule_release", plan),
        ScenarioCommand(deploy_after, "release_deployed", {"release": "REL-1"}),
    )
    return Scenario("S2", "S2 of 60 days", "S2", commands, timedelta(days=75))


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        _resolved("S1", "S1 of five days", "S1", timedelta(days=5)),
        _released(),
        _resolved("S4", "S4 of a year", "S4", timedelta(days=365)),
        _resolved("S1-brief", "S1 confirmed and resolved", "S1", timedelta(hours=1)),
        _resolved("S3-brief", "S3 confirmed and resolved", "S3", timedelta(hours=1)),
    )
}


@dataclass(slots=True)
class Step:
    """One instant of a scenario at which effects are due."""

    after: timedelta
    """Since the confirmation."""
    answers: int | None
    """Which command it answers, counted from 1; None where a timer brings it."""
    effects: list[Effect] = field(default_factory=list)
    due: timedelta | None = None
    """When a timer brings the next step, unless a command comes before."""


def _schedule(scenario: Scenario) -> tuple[Step, ...]:
    """What is due in a scenario, and when."""
    policy = PolicyFiles().load("eto", MONDAY.year).pinned()
    start = parse(defect.DefectStart, scenario.start)
    runner = Runner.begin(DEFECT, _TEMPLATE, start, policy, MONDAY)
    found = [_step(runner, MONDAY, None)]
    waiting = list(enumerate(scenario.commands, 1))
    while not runner.finished:
        commanded = MONDAY + waiting[0][1].after if waiting else None
        wakeup = runner.next_wakeup(found[-1].after + MONDAY)
        if commanded is not None and (wakeup is None or commanded < wakeup.at):
            count, given = waiting.pop(0)
            runner.apply(parse(COMMANDS[given.name], given.payload(MONDAY)), commanded)
            found.append(_step(runner, commanded, count))
        elif wakeup is not None:
            found.append(_step(runner, wakeup.at, None))
        else:
            raise ValueError(f"scenario {scenario.name}: its commands must resolve the defect")
    return tuple(found)


def _step(runner: Runner[Defect], now: datetime, answers: int | None) -> Step:
    """One update of the read model per step, however much changes in it."""
    step = Step(now - MONDAY, answers)
    while started := runner.tick(now):
        for effect in started.values():
            answer = {"sent": 1} if effect.receipt is not Receipt else {}
            receipt = effect.receipt.model_validate({"key": effect.key} | answer)
            runner.delivered(effect, receipt, now)
            written = next((e for e in step.effects if isinstance(e, UpdateReadModel)), None)
            if isinstance(effect, UpdateReadModel) and written is not None:
                both = written.joined_with(effect) or effect
                step.effects[step.effects.index(written)] = both
            else:
                step.effects.append(effect)
    wakeup = runner.next_wakeup(now)
    step.due = None if wakeup is None else wakeup.at - MONDAY
    return step


def addressed(effect: Effect, number: str, at: datetime) -> Effect:
    """The same effect of another defect at another instant."""
    key = effect.key.replace(_TEMPLATE, number, 1)
    changes: dict[str, Any] = {"key": key, "entity": number, "at": at}
    if isinstance(effect, NotifyClients | NotifyStaff):
        changes["defect"] = number
    elif isinstance(effect, PostStatus):
        changes["incident"] = effect.incident.replace(_TEMPLATE, number, 1)
    elif isinstance(effect, UpdateReadModel):
        changes["snapshot"] = effect.snapshot | {"number": number}
    return effect.model_copy(update=changes)


STEPS = {scenario.name: _schedule(scenario) for scenario in SCENARIOS.values()}
"""Worked out on import: a workflow has no time for it."""
