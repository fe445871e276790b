"""What the simulated server knows of one number: its history, what waits, what is under way."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.contract.effects import Effect
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import Receipt
from domain.contract.values import Command, Start
from domain.webhooks.receiver import Round
from simulation.nights.memory import (
    CancelAsked,
    Commands,
    Event,
    Memory,
    Signalled,
    Slot,
    Task,
    Updated,
)
from simulation.oracle.expected_state import Moved, Said
from workflows.entity import EntityWorkflow


class Differs(AssertionError):  # noqa: N818 - it is a finding
    """A replay came to something else than what is on record."""


@dataclass
class Flight:
    """One activity that the server has scheduled, whose outcome is not on record."""

    lane: Slot
    asked: Effect | Round
    since: datetime
    attempt: int = 1
    heartbeat: tuple[Any, ...] = ()
    """The details of the last one."""


@dataclass
class Life:
    """One number, through all of its runs."""

    workflow: type[EntityWorkflow[Any]]
    number: str
    start: Start | str
    """The start payload, or what the run before handed on."""
    began: datetime
    """When this run began."""
    first_start: Start
    first_began: datetime
    run: int = 1
    tasks: list[Task] = field(default_factory=list)
    buffered: list[Event] = field(default_factory=list)
    flights: dict[Slot, Flight] = field(default_factory=dict)
    memory: Memory | None = None
    """None where no worker has it in memory."""
    task_at: datetime | None = None
    """When the next workflow task is to be worked on."""
    wake_at: datetime | None = None
    """What the timer is set to."""
    closed: bool = False
    refused: bool = False
    """Its start payload was wrong."""
    opened_by: str | None = None
    """The memo that says for which key it was started."""
    decided: list[Effect] = field(default_factory=list)
    """Every effect that was decided, as it stands after resets."""
    done: list[tuple[Effect, Receipt, datetime]] = field(default_factory=list)
    """What was brought about, with what came of it and when that was heard, in order."""
    said: list[Said | Moved] = field(default_factory=list)
    """What was accepted, as it stands after resets."""
    refusals: list[tuple[Command, InvalidCommand]] = field(default_factory=list)
    """Updates that were refused, and why."""
    marks: list[tuple[int, int, int]] = field(default_factory=list)
    """For each task of this run, how much of the three lists above there was after it."""
    resets: int = 0
    heaviest: int = 0
    """The bytes of the largest payload that a run handed on."""

    def remembered(self) -> Memory:
        """The workflow as a worker has it: from its cache, or by a replay of the whole history.

        Raises:
            Differs: the replay comes to something else.
        """
        if self.memory is None:
            self.memory = replayed(self)
        return self.memory

    def reset_to(self, tasks: int, now: datetime) -> None:
        """A new run goes on from an earlier point; messages after it are applied again."""
        lost = [event for task in self.tasks[tasks:] for event in task.events]
        again = [event for event in [*lost, *self.buffered] if _is_message(event)]
        self.tasks = self.tasks[:tasks]
        self.marks = self.marks[:tasks]
        decided, done, said = self.marks[-1]
        del self.decided[decided:], self.done[done:], self.said[said:]
        self.run += 1
        self.resets += 1
        self.memory = None
        self.buffered = again
        memory = self.remembered()
        self.flights = {lane: Flight(lane, asked, now) for lane, asked in memory.under_way.items()}
        commands = self.tasks[-1].commands
        self.wake_at = None if commands.wake_at is None else max(commands.wake_at, now)


def replayed(life: Life) -> Memory:
    """A run from its beginning, checked task by task against what is on record.

    Raises:
        Differs: a task asks for something else than it did.
    """
    memory = Memory(life.workflow, life.number, life.start, life.began)
    for place, task in enumerate(life.tasks):
        commands = memory.again(task)
        if commands != task.commands:
            raise Differs(
                f"{life.number}: task {place} asks for {_short(commands)}, not for "
                f"{_short(task.commands)}"
            )
    if life.tasks and memory.state != life.tasks[-1].state:
        raise Differs(f"{life.number}: a replay of {len(life.tasks)} tasks comes to another state")
    memory.record.clear()
    return memory


def _short(commands: Commands) -> str:
    return f"{commands.activities} and {commands.wake_at}"


def _is_message(event: Event) -> bool:
    return isinstance(event, Updated | Signalled | CancelAsked)
