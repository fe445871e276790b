"""Where the bars of the compliance charts lie; `chart.html.j2` draws them, and writes the table."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.pages.compliance import Compliance, Month

WIDTH, HEIGHT = 640, 200
_LEFT, _TOP, _BOTTOM = 48, 16, 32
_GAP = 0.28
"""Share of a month's room between two bars."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, or the upper piece of one."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    says: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, what it says in a sentence, and its numbers as a table."""

    ident: str
    title: str
    described: str
    legend: Sequence[tuple[str, str]]
    bars: Sequence[Bar]
    months: Sequence[Tick]
    scale: Sequence[Tick]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    floor: int = HEIGHT - _BOTTOM


def charts_of(compliance: Compliance) -> list[Chart]:
    """The charts of a year; one with nothing in it has no bars."""
    months = compliance.months
    return [
        _kept(
            "updates",
            "Updates to clients",
            [(m.updates_given, m.updates_missed) for m in months],
            months,
            ("in time", "missed"),
        ),
        _kept(
            "targets",
            "Targets",
            [(m.targets_met, m.targets_missed) for m in months],
            months,
            ("met", "missed"),
        ),
        _took(compliance),
    ]


def _kept(
    ident: str,
    title: str,
    counted: Sequence[tuple[int, int]],
    months: Sequence[Month],
    called: tuple[str, str],
) -> Chart:
    good, bad = (sum(pair[place] for pair in counted) for place in (0, 1))
    most = max((sum(pair) for pair in counted), default=0)
    bars = []
    for place, (kept, broken) in enumerate(counted):
        name = months[place].month
        bars += _stack(place, len(months), [(kept, "good"), (broken, "bad")], most, name, called)
    share = f"{good / (good + bad):.0%} {called[0]}" if good + bad else "nothing was owed"
    return Chart(
        ident,
        title,
        f"{good} {called[0]}, {bad} {called[1]}: {share}.",
        [("good", called[0]), ("bad", called[1])],
        bars,
        _month_ticks(months),
        _scale(most),
        ["Month", called[0].capitalize(), called[1].capitalize(), "Share"],
        [
            [
                m.month,
                str(kept),
                str(broken),
                f"{kept / (kept + broken):.0%}" if kept + broken else "-",
            ]
            for m, (kept, broken) in zip(months, counted, strict=True)
        ],
    )


def _took(compliance: Compliance) -> Chart:
    months = compliance.months
    longest = max((took.median for m in months for _, took in m.times), default=0.0)
    bars = []
    for place, month in enumerate(months):
        room, left = _room(place, len(months))
        each = room / max(len(month.times), 1)
        for rank, (severity, took) in enumerate(month.times):
            height = max(took.median / longest * _tall() if longest else 0, 1.5)
            says = f"{month.month}, {severity}: median {took.median:g} days of {took.count}"
            bars.append(_bar(left + rank * each, each * 0.9, height, 0, severity.lower(), says))
    said = [f"{s}: median {t.median:g}, 90th percentile {t.p90:g}" for s, t in compliance.times]
    return Chart(
        "resolution",
        "Time to resolve: median days, by severity",
        f"Days from confirmation to resolution. {'; '.join(said) or 'Nothing was resolved'}.",
        [(severity.lower(), severity) for severity, _ in compliance.times],
        bars,
        _month_ticks(months),
        _scale(longest),
        ["Month", "Severity", "Resolved", "Median, days", "90th percentile, days"],
        [
            [m.month, severity, str(took.count), f"{took.median:g}", f"{took.p90:g}"]
            for m in months
            for severity, took in m.times
        ],
    )


def _stack(
    place: int,
    of: int,
    pieces: Sequence[tuple[int, str]],
    most: int,
    month: str,
    called: Sequence[str],
) -> list[Bar]:
    room, left = _room(place, of)
    bars, below = [], 0.0
    for (count, colour), name in zip(pieces, called, strict=True):
        if count:
            height = count / most * _tall()
            bars.append(_bar(left, room, height, below, colour, f"{month}: {count} {name}"))
            below += height
    return bars


def _bar(x: float, width: float, height: float, below: float, colour: str, says: str) -> Bar:
    y = HEIGHT - _BOTTOM - below - height
    return Bar(round(x, 1), round(y, 1), round(width, 1), round(height, 1), colour, says)


def _room(place: int, of: int) -> tuple[float, float]:
    """The width of a month's bars, and where they begin."""
    step = (WIDTH - _LEFT) / of
    return step * (1 - _GAP), _LEFT + place * step + step * _GAP / 2


def _tall() -> int:
    return HEIGHT - _BOTTOM - _TOP


def _month_ticks(months: Sequence[Month]) -> list[Tick]:
    ticks = []
    for place, month in enumerate(months):
        room, left = _room(place, len(months))
        ticks.append(Tick(round(left + room / 2, 1), _NAMES[int(month.month[-2:]) - 1]))
    return ticks


_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _scale(most: float) -> list[Tick]:
    return [
        Tick(HEIGHT - _BOTTOM - share * _tall(), f"{round(most * share, 1):g}")
        for share in ((0, 0.5, 1) if most else (0,))
    ]
