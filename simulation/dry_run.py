"""Plays a part on the pure machine alone, and logs it as the oracle reads it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
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
from domain.contract.effects import Effect, Receipt, TellClients, TellStaff
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Command, Contact
from domain.defect.lifecycle import Defect
from domain.policy import PinnedPolicy
from simulation.histories import Story
from simulation.oracle.audit import Audit, audit
from simulation.oracle.expected_state import Delivered, History, Said

COMMANDS: dict[str, type[Command]] = {
    model.name: model for model in (ChangeSeverity, PostProgress, Reopen, Resolve, ScheduleRelease)
}
"""What stories are made of."""

ACTOR = "history"
DELIVERY = timedelta(milliseconds=1)
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
class Part:
    """What one defect or release goes through: how it begins, what it is told, until when."""

    number: str
    at: datetime
    start: dict[str, Any]
    """The start payload of its workflow."""
    commands: list[tuple[datetime, Command]]
    until: datetime
    workflow: Literal["DefectWorkflow", "ReleaseWorkflow"] = "DefectWorkflow"


def part_of(story: Story) -> Part:
    """A story as it happened, on its own."""
    return Part(story.number, story.at, story.start, commands_of(story), end_of(story))


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
    """Events in the workflow's history; the machines alone have none."""


@dataclass
class Rehearsal:
    """One defect on one machine: everything is delivered as soon as it is decided."""

    policy: PinnedPolicy
    delivered: list[Delivered] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    refused: int = 0

    def play(self, part: Part) -> Outcome:
        """Play it to its end."""
        start = parse(DefectStart, part.start)
        defect, effects = Defect.open(part.number, start, self.policy, part.at)
        contacts = {attachment.case: attachment.contact for attachment in start.cases}
        self._deliver(defect, effects, contacts, part.at)
        for at, command in part.commands:
            self._let_pass(defect, contacts, at)
            try:
                effects = defect.fire(at) + defect.handle(command, at)
            except InvalidCommand:
                self.refused += 1
                continue
            self.said.append(Said(at, command))
            self._deliver(defect, effects, contacts, at)
        self._let_pass(defect, contacts, part.until)
        history = History(start, part.at, part.until, self.said, self.delivered)
        return Outcome(part.number, history, audit(history, self.policy), self.refused)

    def _let_pass(self, defect: Defect, contacts: dict[str, Contact], until: datetime) -> None:
        while (due := defect.next_due()) is not None and due <= until:
            self._deliver(defect, defect.fire(due), contacts, due)

    def _deliver(
        self, defect: Defect, effects: list[Effect], contacts: dict[str, Contact], at: datetime
    ) -> None:
        waiting = list(effects)
        arrival = max([at, *(message.at for message in self.delivered[-1:])]) + DELIVERY
        while waiting:
            effect = waiting.pop(0)
            recipients = list(_recipients(effect, defect, contacts))
            self.delivered += [
                Delivered(arrival, effect.event, effect.key, recipient, effect.at)
                for recipient in recipients
            ]
            receipt = Receipt(key=effect.key, sent=len(recipients))
            waiting += defect.delivered(effect, receipt, arrival)


def _recipients(effect: Effect, defect: Defect, contacts: dict[str, Contact]) -> Iterable[str]:
    if isinstance(effect, TellStaff):
        return [effect.role.value]
    if not isinstance(effect, TellClients):
        return []
    if effect.people is not None:
        return [person.contact.email.lower() for person in effect.people]
    return dict.fromkeys(contacts[case].email.lower() for case in defect.cases)
