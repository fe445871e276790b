"""A queue that is served at a limited rate: how long it gets, and how old what waits in it.

First in, first out, second by second, everything of a second at its beginning. What waits does
nothing else meanwhile: that is where a real queue is worse.
"""

from dataclasses import dataclass
from math import inf
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

PerSecond: TypeAlias = NDArray[np.float64]
_LITTLE = 1e-9


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits at the end of each second, and how many seconds the oldest of it has waited."""

    waiting: PerSecond
    oldest: PerSecond

    @property
    def longest(self) -> float:
        """The most that ever waits."""
        return float(self.waiting.max(initial=0.0))

    @property
    def latest(self) -> float:
        """Seconds the unluckiest waits."""
        return float(self.oldest.max(initial=0.0))


def backlog(arriving: PerSecond, per_second: float) -> Backlog:
    """What a queue comes to that serves so many a second."""
    surplus = np.cumsum(arriving - per_second)
    waiting = surplus - np.minimum(np.minimum.accumulate(surplus), 0.0)
    waiting[waiting < _LITTLE] = 0.0
    arrived = np.cumsum(arriving)
    seconds = np.arange(len(arriving))
    since = np.searchsorted(arrived, arrived - waiting + _LITTLE, side="right")
    oldest = np.where(waiting > 0, seconds - since + 1, 0)
    return Backlog(waiting, oldest.astype(np.float64))


def rate_for(arriving: PerSecond, seconds: float) -> float:
    """How many a second have to be served so that nothing waits longer than so many seconds.

    The most that arrives in any window of that length, spread over it.
    """
    low, high = 0.0, float(arriving.max(initial=0.0)) + 1.0
    while high - low > max(0.001 * high, _LITTLE):
        middle = (low + high) / 2
        if _waits(arriving, middle) <= seconds:
            high = middle
        else:
            low = middle
    return high


def _waits(arriving: PerSecond, per_second: float) -> float:
    """Longest wait; without an end where something waits still when the story is over."""
    found = backlog(arriving, per_second)
    left = float(found.waiting[-1]) if len(found.waiting) else 0.0
    if left == 0:
        return found.latest
    return max(found.latest, found.oldest[-1] + left / per_second if per_second else inf)
