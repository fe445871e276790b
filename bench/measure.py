"""Measures: figures with their spread, ours beside the baseline, and tables to show them in."""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

OURS, BASELINE = "ours", "baseline"
BOTH = (OURS, BASELINE)
"""The order in which they are measured, in turn."""
COMPARED = (OURS, BASELINE, "ours / baseline")
"""Heads of the columns of `Comparison.row`."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity, measured several times."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> "Figure":
        """The figure of these measurements."""
        return cls(tuple(values))

    @property
    def median(self) -> float:
        """The middle of the measurements: one that went astray does not move it."""
        return median(self.values)

    def over(self, other: "Figure") -> "Figure":
        """How many times the other one, round by round: noise that lasts a round cancels out."""
        pairs = zip(self.values, other.values, strict=True)
        return Figure.of(mine / theirs for mine, theirs in pairs)

    def __str__(self) -> str:
        low, high = min(self.values), max(self.values)
        if low == high:
            return _short(low)
        return f"{_short(self.median)} ({_short(low)} to {_short(high)})"


def _short(value: float) -> str:
    """Three digits that count; whole numbers from 100 on, with thousands apart."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


class Comparison:
    """One quantity of ours and of the baseline, measured in turn, round by round."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {kind: [] for kind in BOTH}

    def add(self, kind: str, value: float) -> None:
        """One more measurement of ours or of the baseline."""
        self._values[kind].append(value)

    def figure(self, kind: str) -> Figure:
        """That of ours or of the baseline."""
        return Figure.of(self._values[kind])

    @property
    def ratio(self) -> Figure:
        """Ours over the baseline."""
        return self.figure(OURS).over(self.figure(BASELINE))

    def row(self) -> tuple[Figure, Figure, Figure]:
        """The three cells of a table."""
        return self.figure(OURS), self.figure(BASELINE), self.ratio


@dataclass(frozen=True, slots=True)
class Aim:
    """A claim of the product with its figure: `at_most` or `at_least`, and why where it fails."""

    what: str
    figure: Figure
    at_most: float | None = None
    at_least: float | None = None
    missed_because: str = ""

    @property
    def met(self) -> bool:
        """Whether the median is within the aim."""
        value = self.figure.median
        return (self.at_most is None or value <= self.at_most) and (
            self.at_least is None or value >= self.at_least
        )

    @property
    def shown(self) -> str:
        """The figure; with one more digit where rounding hides that it misses the aim."""
        limit = self.at_most if self.at_most is not None else self.at_least
        if not self.met and limit is not None and _short(limit) == _short(self.figure.median):
            return f"{self.figure.median:.3f}"
        return str(self.figure)

    @property
    def wanted(self) -> str:
        """The limit in words."""
        if self.at_most is not None:
            return f"at most {_short(self.at_most)}"
        return f"at least {_short(self.at_least or 0)}"


@dataclass(slots=True)
class Section:
    """What one part found: Markdown lines, and the aims it speaks to."""

    title: str
    lines: list[str] = field(default_factory=list)
    aims: list[Aim] = field(default_factory=list)

    def say(self, *paragraphs: str) -> None:
        """Add paragraphs."""
        for paragraph in paragraphs:
            self.lines += [paragraph, ""]

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Add a table, its first column text and the others figures."""
        self.lines.append(f"| {' | '.join(heads)} |")
        self.lines.append(f"|---|{'---:|' * (len(heads) - 1)}")
        self.lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
        self.lines.append("")

    def markdown(self) -> str:
        """The section as it stands in the results."""
        return "\n".join([f"## {self.title}", "", *self.lines]).rstrip() + "\n"


def in_turn(works: dict[str, Callable[[], int]], rounds: int, seconds: float) -> dict[str, Figure]:
    """How many of what each piece of work answers get done per second, in turn, round by round.

    Each is run once beforehand, so that nobody pays for a first time.
    """
    for work in works.values():
        work()
    rates: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            rates[name].append(_per_second(work, seconds))
    return {name: Figure.of(values) for name, values in rates.items()}


def _per_second(work: Callable[[], int], seconds: float) -> float:
    # Processor time: what other processes take meanwhile does not count.
    gc.collect()
    done, begun = 0, time.process_time()
    while True:
        done += work()
        took = time.process_time() - begun
        if took >= seconds:
            return done / took
