"""What goes wrong and when, drawn from one seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

Part = Literal["mail", "page", "server", "database", "worker"]
MAIL_FAULTS = ("refuse", "later", "hang_up")
LETTER = "letter"
"""A worker is killed as the next letter was taken, and before anybody hears of it."""
PAGE_FAULTS = (503, 429, 500, "drop", "garble")


@dataclass(frozen=True, slots=True, order=True)
class Disturbance:
    """One thing that goes wrong `at` seconds after the beginning, and for how long."""

    at: float
    part: Part
    how: str = ""
    seconds: float = 0.0
    choice: float = 0.0
    """0 to 1: which of those that run when it comes."""


@dataclass(frozen=True, slots=True)
class Chaos:
    """How much goes wrong while a month passes."""

    seed: int
    seconds: float
    kills: int
    restarts: int
    """Of the Temporal server, and as many of the database."""
    outages: int
    """Of the mail server, and as many of the status page."""

    def disturbances(self) -> list[Disturbance]:
        """In order of time. The first and last twentieth of the month are left in peace."""
        return sorted(self._drawn(Random(f"disturbances {self.seed}")))

    def _drawn(self, random: Random) -> Iterator[Disturbance]:
        first, last = self.seconds * 0.05, self.seconds * 0.95
        for number in range(self.kills):
            how = LETTER if number % 3 == 0 else ""
            yield Disturbance(random.uniform(first, last), "worker", how, choice=random.random())
        for number in range(self.outages):
            how = MAIL_FAULTS[number % len(MAIL_FAULTS)]
            yield Disturbance(random.uniform(first, last), "mail", how, self._span(random))
            fault = PAGE_FAULTS[number % len(PAGE_FAULTS)]
            yield Disturbance(random.uniform(first, last), "page", str(fault), self._span(random))
        for number in range(self.restarts):
            # Spread out, so that one is up again before the next begins.
            begin = first + (last - first) * number / self.restarts
            room = (last - first) / self.restarts
            yield Disturbance(begin + room * random.uniform(0.1, 0.4), "server")
            yield Disturbance(begin + room * random.uniform(0.5, 0.9), "database")

    def _span(self, random: Random) -> float:
        return random.uniform(0.02, 0.07) * self.seconds
