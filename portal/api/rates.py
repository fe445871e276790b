"""How often one caller may ask: a bucket of requests that fills at a steady rate.

In memory, for each process by itself: two processes of the portal allow twice as much. It keeps one
service that runs wild from taking the place of all others; it is no protection of a network.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

BUCKETS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests per second, and as many at once as `burst`."""

    per_second: float = 20
    burst: int = 100


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(slots=True)
class Rates:
    """A bucket for each caller."""

    rate: Rate = field(default_factory=Rate)
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def take(self, caller: str) -> int:
        """Take one request out: 0 where there was one, else seconds until there is."""
        now = self.clock()
        bucket = self._buckets.get(caller)
        if bucket is None:
            self._make_room(now)
            bucket = self._buckets[caller] = _Bucket(self.rate.burst, now)
        bucket.left = self._left(bucket, now)
        bucket.at = now
        if bucket.left >= 1:
            bucket.left -= 1
            return 0
        return max(1, ceil((1 - bucket.left) / self.rate.per_second))

    def _left(self, bucket: _Bucket, now: float) -> float:
        return min(self.rate.burst, bucket.left + (now - bucket.at) * self.rate.per_second)

    def _make_room(self, now: float) -> None:
        """A full bucket says no more than none."""
        if len(self._buckets) >= BUCKETS_KEPT:
            burst = self.rate.burst
            self._buckets = {c: b for c, b in self._buckets.items() if self._left(b, now) < burst}
