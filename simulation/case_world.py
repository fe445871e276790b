"""A case whose client has an allowance of consultation minutes, as the database keeps it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from domain.contract.effects import BookMinutes, Effect
from domain.contract.receipts import MinutesBooked, Receipt
from simulation.world import World


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

    def _carry_out(self, effect: Effect) -> Receipt:
        if not isinstance(effect, BookMinutes):
            return super()._carry_out(effect)
        self.carried_out.append(effect)
        before = self.taken.get(effect.booking)
        others = self._used(effect.period, effect.booking)
        fits = effect.minutes == 0 or others + effect.minutes <= effect.allowance
        if fits or before is None:
            self.taken[effect.booking] = Taken(effect.period, effect.minutes if fits else 0, fits)
        balance = max(0, effect.allowance - self._used(effect.period))
        refused = None if fits else "the allowance is spent"
        return MinutesBooked(key=effect.key, balance=balance, refused=refused)

    def _used(self, period: str, but: str | None = None) -> int:
        here = [t for b, t in self.taken.items() if b != but and t.period == period]
        return self.used_elsewhere + sum(taken.minutes for taken in here)
