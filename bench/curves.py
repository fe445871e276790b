"""The most that comes in any window of so long: what a limited rate makes of a burst.

An arrival curve, as network calculus calls it. From it follow the longest backlog and the longest
wait at any rate, and it scales with the crowd, so a peak need be played only once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.queues import PerSecond

_RATIO, _LONGEST = 1.2, 7 * 24 * 3600


def _windows() -> tuple[int, ...]:
    found = [1]
    while found[-1] < _LONGEST:
        found.append(min(max(found[-1] + 1, round(found[-1] * _RATIO)), _LONGEST))
    return tuple(found)


WINDOWS = _windows()
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Curve:
    """For each of `WINDOWS` the most that comes within it."""

    most: tuple[float, ...]

    @classmethod
    def of(cls, seconds: PerSecond) -> "Curve":
        """The curve of what came second by second."""
        total = np.concatenate(([0.0], np.cumsum(seconds)))
        return cls(
            tuple(
                float((total[w:] - total[:-w]).max()) if w < len(total) else float(total[-1])
                for w in WINDOWS
            )
        )

    @classmethod
    def read(cls, kept: Sequence[float]) -> "Curve":
        """A curve as it was written down."""
        return cls(tuple(kept))

    def times(self, factor: float) -> "Curve":
        """That of a crowd so many times as large, or of work so many times as long."""
        return Curve(tuple(factor * most for most in self.most))

    def plus(self, other: "Curve") -> "Curve":
        """Both together, if their worst windows fall together."""
        return Curve(tuple(a + b for a, b in zip(self.most, other.most, strict=True)))

    def within(self, seconds: int) -> float:
        """The most within so many seconds; those between two windows take the longer one."""
        return next(m for w, m in zip(WINDOWS, self.most, strict=True) if w >= seconds)

    def longest(self, per_second: float) -> float:
        """The most that ever waits, where so many a second are served."""
        return max(0.0, *(m - per_second * w for w, m in self._points()))

    def wait(self, per_second: float) -> float:
        """Seconds the unluckiest waits."""
        return max(0.0, *(m / per_second - w for w, m in self._points()))

    def rate_for(self, seconds: float) -> float:
        """How many a second have to be served so that nothing waits longer than so many seconds."""
        return max(m / (w + seconds) for w, m in self._points())

    def _points(self) -> list[tuple[int, float]]:
        return list(zip(WINDOWS, self.most, strict=True))
