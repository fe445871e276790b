"""A case whose client has an allowance of consultation minutes, as the database keeps it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from domain.contract.case import BookCall
from domain.contract.effects import BookMinutes, Effect, Receipt
from domain.policy import PinnedPolicy
from tests.domain.builders import ETO, FRIDAY, a_case, at
from tests.domain.world import World

CLIENT, SUPPORT = "client-1@example.org", "support"
MONDAY = at("2027-03-08 10:00")


class Taken(NamedTuple):
    """What one booking took of which period, and whether its last change did fit."""

    period: str
    minutes: int
    fits: bool


@dataclass
class CaseWorld(World):
    """As `activities/adapters/database/consultation.py` books: all of it, or nothing changes."""

    taken: dict[str, Taken] = field(default_factory=dict)
    used_elsewhere: int = 0
    """Minutes the client used of each period through other cases."""

    @property
    def minutes(self) -> dict[str, int]:
        """What each booking takes."""
        return {booking: taken.minutes for booking, taken in self.taken.items()}

    def _bring_about(self, effect: Effect) -> Receipt:
        if not isinstance(effect, BookMinutes):
            return super()._bring_about(effect)
        self.brought_about.append(effect)
        before = self.taken.get(effect.booking)
        others = self._used(effect.period, effect.booking)
        fits = effect.minutes == 0 or others + effect.minutes <= effect.allowance
        if fits or before is None:
            self.taken[effect.booking] = Taken(effect.period, effect.minutes if fits else 0, fits)
        balance = max(0, effect.allowance - self._used(effect.period))
        refused = None if fits else "the allowance is spent"
        return Receipt(key=effect.key, balance=balance, refused=refused)

    def _used(self, period: str, but: str | None = None) -> int:
        here = [t for b, t in self.taken.items() if b != but and t.period == period]
        return self.used_elsewhere + sum(taken.minutes for taken in here)


def a_world(
    now: datetime = FRIDAY,
    under: PinnedPolicy = ETO,
    *,
    through_json: bool = False,
    **fields: Any,
) -> CaseWorld:
    """A case, logged on Friday unless said otherwise."""
    case, effects = a_case(now, under, **fields)
    world = CaseWorld(case, now, through_json=through_json)
    world.begin(effects)
    return world


def book(
    world: CaseWorld, call_at: datetime, minutes: int = 30, when: datetime | None = None
) -> None:
    """Book a call, or move it."""
    world.hear(BookCall, when, at=call_at.isoformat(), minutes=minutes)


def booked(call_at: datetime = MONDAY, minutes: int = 30, **fields: Any) -> CaseWorld:
    """A case with a call that is booked, on Monday unless said otherwise."""
    world = a_world(**fields)
    book(world, call_at, minutes)
    return world
