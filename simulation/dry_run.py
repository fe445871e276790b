"""Plays a part on a runner alone, and logs it as the oracle reads it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from domain.contract.defect import (
    ChangeSeverity,
    DefectStart,
    PostProgress,
    Reopen,
    Resolve,
    ScheduleRelease,
)
from domain.contract.effects import Lane
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Command
from domain.defect import DEFECT
from domain.policy import PinnedPolicy
from domain.runner import Runner
from simulation.histories import Story
from simulation.oracle.audit import Audit, audit
from simulation.oracle.expected_state import History
from simulation.world import Place, World

COMMANDS: dict[str, type[Command]] = {
    model.name: model for model in (ChangeSeverity, PostProgress, Reopen, Resolve, ScheduleRelease)
}
"""What stories are made of."""

ACTOR = "history"
PROMPT = {lane: Place(latency=timedelta(milliseconds=1)) for lane in Lane}
"""A message arrives after what it tells of, and after the one before it."""
BREATH = timedelta(seconds=1)
"""At least so long lies between two steps."""
AFTERMATH = timedelta(days=15)
"""A story goes on for so long after its last step: past the reopen window."""
LONGEST_TARGET = timedelta(days=125)
"""A story without an end is watched past its last target."""


LONGEST_STORY = timedelta(days=9 * 365)
"""The time-skipping server ends every run after ten years; longer stories are cut short."""


@dataclass(frozen=True, slots=True)
class Script:
    """What one defect or release goes through: how it begins, what it is told, until when."""

    number: str
    at: datetime
    start: dict[str, Any]
    """The start payload of its workflow."""
    commands: list[tuple[datetime, Command]]
    until: datetime
    workflow: Literal["DefectWorkflow", "ReleaseWorkflow"] = "DefectWorkflow"


def script_of(story: Story) -> Script:
    """A story as it happened, on its own."""
    return Script(story.number, story.at, story.start, commands_of(story), end_of(story))


def commands_of(story: Story) -> list[tuple[datetime, Command]]:
    """The steps of a story as commands with an actor, no two at one instant.

    Histories say a last word and resolve in the same second: what was said first arrives first.
    """
    end, last = end_of(story), story.at
    spaced: list[tuple[datetime, Command]] = []
    for step in story.steps:
        last = max(step.at, last + BREATH)
        if last <= end:
            command = parse(COMMANDS[step.command], {"actor": ACTOR} | step.payload)
            spaced.append((last, command))
    return spaced


def end_of(story: Story) -> datetime:
    """Until when a story is played."""
    return min(_natural_end(story), story.at + LONGEST_STORY)


def _natural_end(story: Story) -> datetime:
    last = story.steps[-1] if story.steps else None
    if last is None or not any(step.command == "resolve" for step in story.steps):
        after = last.at if last else story.at
        return max(after + AFTERMATH, story.at + LONGEST_TARGET)
    return last.at + AFTERMATH


@dataclass
class Outcome:
    """What came of one defect."""

    number: str
    history: History
    audit: Audit
    refused: int
    """Steps that no longer applied: said after the end, or saying nothing new."""
    events: int | None = None
    """Events in the workflow's history; a dry run has none."""


def dry_run(part: Script, policy: PinnedPolicy) -> Outcome:
    """Play one defect to its end on a runner alone; what is decided is delivered at once."""
    start = parse(DefectStart, part.start)
    world = World(Runner.begin(DEFECT, part.number, start, policy, part.at), part.at, PROMPT)
    refused = 0
    for at, command in part.commands:
        world.wait_until(at)
        try:
            world.say(command)
        except InvalidCommand:
            refused += 1
    world.wait_until(part.until)
    # Histories have single words for internal texts, which any message may hold.
    delivered = [replace(message, text="") for message in world.delivered]
    history = History(start, part.at, part.until, world.said, delivered)
    return Outcome(part.number, history, audit(history, policy), refused)
