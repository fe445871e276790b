"""Plays a defect with its cases, or a case by itself, on their machines alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from activities.adapters.policy_files import PolicyFiles
from bench.alone import Alone, Note, Outage
from bench.population import CasePart, DefectPart, Say
from domain.case.lifecycle import Case
from domain.contract.case import CaseStart, ConfirmDefect, DefectResolved
from domain.contract.defect import AttachCase, DefectStart
from domain.contract.effects import Effect
from domain.contract.parsing import parse
from domain.contract.values import Command
from domain.defect.lifecycle import Defect
from domain.policy import PinnedPolicy

ACTOR = "agent-1"
_COMMANDS = {model.name: model for model in Command.__subclasses__()}


def command_of(say: Say) -> Command:
    """What is said, as a command."""
    return parse(_COMMANDS[say.name], {"actor": ACTOR} | say.payload)


def confirmation(part: DefectPart) -> dict[str, Any]:
    """What a specialist says to a case to put it on its defect."""
    return {"actor": ACTOR, "defect": part.number} | part.fields


def attachment(case: CasePart) -> dict[str, Any]:
    """A case as its defect knows it."""
    return {
        "case": case.number,
        "client": case.start["client"],
        "contact": case.start["contact"],
    }


@dataclass
class Stage:
    """What all parts have in common, and how far they are played."""

    until: datetime
    outage: Outage | None = None
    told_per_second: float = 1.0
    """Defects that a release tells a second."""
    brought: Callable[[Effect, datetime], None] | None = None
    """Whom to show each effect that is brought about."""
    _policies: dict[int, PinnedPolicy] = field(default_factory=dict)

    def when(self, say: Say) -> datetime:
        """The instant of a command; a release tells its defects one after another."""
        if say.after_turn is None:
            return say.at
        return say.at + timedelta(seconds=round(say.after_turn / self.told_per_second, 3))

    def case(self, part: CasePart) -> Alone:
        """A case that is no defect."""
        alone = self._opened(part)
        for say in part.says:
            if say.at <= self.until:
                alone.say(command_of(say), say.at)
        alone.until(self.until)
        return alone

    def family(self, part: DefectPart) -> list[Alone]:
        """A defect and its cases, the defect first."""
        known = [case for case in part.cases if _attached_at(case) <= self.until]
        cases = [self._opened(case) for case in part.cases if case.at <= self.until]
        for case, alone in zip(known, cases, strict=False):
            alone.say(parse(ConfirmDefect, confirmation(part)), _attached_at(case))
        defects = [self._defect(part, known)] if known else []
        closed = [n for defect in defects for n in defect.notes if n.about == "close_cases"]
        for note in closed:
            _close(cases[: len(known)], part.number, note)
        for alone in cases:
            alone.until(self.until)
        return [*defects, *cases]

    def _defect(self, part: DefectPart, known: Sequence[CasePart]) -> Alone:
        first, *others = known
        start = part.fields | {"actor": ACTOR, "cases": [attachment(first)]}
        machine, effects = Defect.open(
            part.number,
            parse(DefectStart, start),
            self._policy(part.at),
            part.at,
            accepted=True,
        )
        alone = Alone(
            machine,
            effects,
            part.at,
            outage=self.outage,
            people=lambda: len(machine.cases),
            brought=self.brought,
        )
        says: list[tuple[datetime, Command]] = [
            (self.when(say), command_of(say)) for say in part.says
        ]
        says += [
            (_attached_at(case), parse(AttachCase, attachment(case) | {"actor": ACTOR}))
            for case in others
        ]
        for at, command in sorted(says, key=lambda said: said[0]):
            if at <= self.until:
                alone.say(command, at)
        alone.until(self.until)
        return alone

    def _opened(self, part: CasePart) -> Alone:
        start, policy = parse(CaseStart, part.start), self._policy(part.at)
        machine, effects = Case.open(part.number, start, policy, part.at)
        return Alone(machine, effects, part.at, outage=self.outage, brought=self.brought)

    def _policy(self, at: datetime) -> PinnedPolicy:
        if at.year not in self._policies:
            self._policies[at.year] = PolicyFiles().load("eto", at.year).pinned()
        return self._policies[at.year]


def _attached_at(case: CasePart) -> datetime:
    if case.attached_at is None:
        raise ValueError(f"{case.number} is a case of no defect")
    return case.attached_at


def _close(cases: Sequence[Alone], defect: str, closed: Note) -> None:
    for alone in cases:
        alone.say(DefectResolved(defect=defect), closed.at, "signal")
