"""Sums up what adopting a policy would move: who would hear of what earlier, later, not at all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from domain.contract.values import Instant, Severity, Value

Direction = Literal["earlier", "later", "gone", "new"]
WORDS: Mapping[Direction, str] = {
    "earlier": "earlier",
    "later": "later",
    "gone": "not any more",
    "new": "for the first time",
}


class Move(Value):
    """A due instant of a defect that would be another one."""

    number: str
    severity: Severity | None
    """None where an older worker does not say it."""
    what: str
    to: str | None
    """Who hears of it, `clients` or a role; None where it is sent to nobody."""
    before: Instant | None
    """None where it is not due as it stands."""
    after: Instant | None
    """None where it would not be due any more."""

    @property
    def direction(self) -> Direction:
        """How it would move."""
        if self.after is None:
            return "gone"
        if self.before is None:
            return "new"
        return "earlier" if self.after < self.before else "later"

    @property
    def event(self) -> str:
        """What they hear of, whoever it is and however often."""
        said = self.what.partition(" (")[0]
        return said.removesuffix(f" to {self.to}")


class Notified(Value):
    """What would be different for one recipient of one event."""

    to: str
    event: str
    numbers: dict[Direction, int]
    """How many of it, in each direction."""

    @property
    def sentence(self) -> str:
        """The same in words."""
        said = ", ".join(f"{count} {WORDS[way]}" for way, count in self.numbers.items())
        return f"{self.to.replace('_', ' ').capitalize()}: {self.event}, {said}."


def directions(moves: Iterable[Move]) -> dict[Direction, int]:
    """How many move in each direction."""
    counted = Counter(move.direction for move in moves)
    return {way: counted[way] for way in WORDS if way in counted}


def notified(moves: Iterable[Move]) -> Iterator[Notified]:
    """Who would hear of what otherwise, by recipient and event."""
    heard: dict[tuple[str, str], list[Move]] = {}
    for move in moves:
        if move.to is not None:
            heard.setdefault((move.to, move.event), []).append(move)
    for (to, event), some in sorted(heard.items()):
        yield Notified(to=to, event=event, numbers=directions(some))
