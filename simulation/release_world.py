"""A release among defects that are told of its plan, some rounds later, some never."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from domain.contract.effects import AlignDefects, Effect, NotifyClients, UpdateReadModel
from domain.contract.receipts import DefectsAligned, DeliveryReceipt, Receipt
from simulation.world import World

EVERYBODY = "everybody"
"""The recipient of a newsletter."""


class Word(NamedTuple):
    """What one defect was told of the release."""

    at: datetime
    defect: str
    what: Literal["scheduled", "withdrawn", "deployed"]
    deploy_at: datetime
    plan_version: int


@dataclass
class Member:
    """A defect that is or was in the release, as the database has it."""

    sequence: int
    attached: bool
    aligned: int | None = None

    def behind(self, plan_sequence: int) -> bool:
        """Whether it does not know how the plan stands."""
        if self.aligned is None:
            return self.attached
        return self.aligned < self.sequence or (self.attached and self.aligned < plan_sequence)


@dataclass
class ReleaseWorld(World):
    """As `activities/fan_out.py` tells defects: `per_round` of them, then the release hears."""

    members: dict[str, Member] = field(default_factory=dict)
    words: list[Word] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    """Defects that do not run here."""
    unreached: set[str] = field(default_factory=set)
    """Those that did not when they should have been told the last time."""
    per_round: int = 1_000
    known_plan: int = 0
    """The version of the plan that the portal knows."""

    @property
    def last_words(self) -> dict[str, Word]:
        """What each defect was told last."""
        return {word.defect: word for word in self.words}

    def _carry_out(self, effect: Effect) -> Receipt:
        if isinstance(effect, AlignDefects):
            self.carried_out.append(effect)
            return self._align(effect)
        if isinstance(effect, NotifyClients) and effect.people is None:
            self.carried_out.append(effect)
            self._deliver(effect, EVERYBODY)
            return DeliveryReceipt(key=effect.key, sent=1)
        if isinstance(effect, UpdateReadModel):
            self._know(effect)
        return super()._carry_out(effect)

    def _know(self, effect: UpdateReadModel) -> None:
        self.known_plan = effect.snapshot["plan_version"]
        for change in effect.members:
            for defect in change.defects:
                known = self.members.setdefault(defect, Member(0, False))
                if known.sequence < change.sequence:
                    known.sequence, known.attached = change.sequence, change.attached

    def _align(self, effect: AlignDefects) -> DefectsAligned:
        plan, told, missing = effect.plan_sequence, 0, []
        superseded = self.known_plan > effect.plan_version
        behind = [d for d in sorted(self.members) if self.members[d].behind(plan)]
        for defect in [] if superseded else behind[: self.per_round]:
            member = self.members[defect]
            member.aligned = max(member.sequence, plan)
            if defect in self.absent:
                missing.append(defect)
                self.unreached.add(defect)
                continue
            self.unreached.discard(defect)
            told += 1
            self.words.append(
                Word(self.now, defect, _said(effect, member), effect.deploy_at, effect.plan_version)
            )
        left = [d for d in self.members if self.members[d].behind(plan)]
        return DefectsAligned(
            key=effect.key,
            sent=told,
            missing=missing,
            attached=sum(member.attached for member in self.members.values()),
            left=0 if superseded else len(left),
            superseded=superseded,
        )


def _said(effect: AlignDefects, member: Member) -> Literal["scheduled", "withdrawn", "deployed"]:
    if effect.plan == "cancelled" or not member.attached:
        return "withdrawn"
    return "deployed" if effect.plan == "deployed" else "scheduled"
