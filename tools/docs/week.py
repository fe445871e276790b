"""Draws what becomes of a budget over a week, as the machines of the domain work it out."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from activities.adapters.policy_files import PolicyFiles
from domain.contract.defect import ChangeSeverity, DefectStart, Hold, Reopen, Resolve, Resume
from domain.contract.effects import Effect
from domain.contract.parsing import parse
from domain.contract.values import Command, Severity
from domain.defect.lifecycle import Defect
from tools.docs.tables import table

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 920, 300, 44, 46, 34
_ZONE = ZoneInfo("America/Chicago")
_FROM, _TO = datetime(2026, 11, 27, tzinfo=_ZONE), datetime(2026, 12, 4, tzinfo=_ZONE)
_STEP = timedelta(minutes=15)
STORY_SEVERITY = Severity.S1


class Happening(NamedTuple):
    """What somebody says to the defect, and what the picture calls the time after it."""

    at: datetime
    words: str
    command: Command | None
    then: str


def _on(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=_ZONE).astimezone(UTC)


def _say(kind: type[Command], **fields: object) -> Command:
    return parse(kind, {"actor": "agent-7", **fields})


STORY: Sequence[Happening] = (
    Happening(_on(27, 16, 15, month=11), "confirmed as S1", None, ""),
    Happening(_on(30, 10, month=11), "put on hold", _say(Hold, reason="logs"), "on hold"),
    Happening(_on(30, 14, month=11), "goes on", _say(Resume), ""),
    Happening(
        _on(1, 9), "becomes S2", _say(ChangeSeverity, severity="S2", reason="a way round"), "S2"
    ),
    Happening(
        _on(1, 15), "is S1 again", _say(ChangeSeverity, severity="S1", reason="it failed"), ""
    ),
    Happening(_on(2, 9), "resolved", _say(Resolve, resolution="patched"), "resolved"),
    Happening(_on(2, 13), "reopened", _say(Reopen, reason="it is back"), ""),
)
"""A Friday afternoon before a weekend, and everything that stops a budget."""


class Told(NamedTuple):
    """The story as it was: how much was spent at each step, and when the target was missed."""

    spent: Sequence[tuple[datetime, float]]
    at: Sequence[tuple[Happening, float]]
    due: datetime


def confirmed() -> tuple[Defect, list[Effect]]:
    """The defect at its beginning, and what it wants brought about."""
    start = {
        "actor": "agent-7",
        "severity": STORY_SEVERITY,
        "title": "Login fails",
        "functional_area": "login",
    }
    policy = PolicyFiles().load("eto", 2026).pinned()
    return Defect.open("DEF-000045", parse(DefectStart, start), policy, STORY[0].at)


def played() -> Told:
    """Let the defect live through the story."""
    defect, _ = confirmed()
    first, *waiting = STORY
    spent, at, now = [], [(first, 0.0)], first.at
    while now < _TO:
        while waiting and waiting[0].at <= now:
            happening = waiting.pop(0)
            defect.fire(happening.at)
            if happening.command is not None:
                defect.handle(happening.command, happening.at)
            at.append((happening, _spent(defect, happening.at)))
        defect.fire(now)
        spent.append((now, _spent(defect, now)))
        now += _STEP
    return Told(spent, at, defect.target.missed_at[STORY_SEVERITY])


def _spent(defect: Defect, now: datetime) -> float:
    """Of the S1 budget, whatever the severity is now."""
    target = defect.policy.severities[STORY_SEVERITY].target
    if target is None:
        return 0.0
    return float(defect.target.spent_by(STORY_SEVERITY, target, defect.policy.calendar, now))


def drawn() -> str:
    """The picture and, for whoever cannot see it, the same as a table."""
    story = played()
    marks = [*_openings(), *_grid(), *_pauses(), _line(story), *_due(story), *_days()]
    said = f"The budget of an S1 over a week: it is spent on {_when(story.due)}"
    picture = (
        f'<div class="drawing" tabindex="0"><svg viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'style="min-width:640px" class="week" role="img" aria-label="{escape(said)}">'
        f"{''.join(marks)}</svg></div>"
    )
    rows = [(_when(h.at), h.words, f"{spent:.2f}") for h, spent in story.at]
    rows.append((_when(story.due), "the target is missed, the COO is told", "2.00"))
    return f"{picture}\n\n{table(('at', 'the defect is', 'business days spent'), rows)}"


def _x(at: datetime) -> float:
    share = (at - _FROM) / (_TO - _FROM)
    return LEFT + share * (WIDTH - LEFT - 12)


def _y(spent: float) -> float:
    return HEIGHT - BOTTOM - spent / 2 * (HEIGHT - BOTTOM - TOP)


def _box(start: datetime, end: datetime, kind: str) -> str:
    x, width = _x(start), _x(end) - _x(start)
    height = HEIGHT - TOP - BOTTOM
    return f'<rect class="{kind}" x="{x:.1f}" y="{TOP}" width="{width:.1f}" height="{height}"/>'


def _openings() -> Iterator[str]:
    calendar = PolicyFiles().load("eto", 2026).calendar
    for opening in calendar.openings_between(_FROM, _TO):
        yield _box(opening.start, opening.end, "open")


def _grid() -> Iterator[str]:
    for days in (0, 1, 2):
        y = _y(days)
        yield f'<path class="grid" d="M{LEFT} {y:.0f}H{WIDTH - 12}"/>'
        yield f'<text class="scale" x="{LEFT - 8}" y="{y + 4:.0f}">{days}</text>'


def _pauses() -> Iterator[str]:
    for pause, after in pairwise(STORY):
        if pause.then:
            yield _box(pause.at, after.at, "pause")
            middle = (_x(pause.at) + _x(after.at)) / 2
            yield f'<text class="then" x="{middle:.0f}" y="{TOP - 8}">{pause.then}</text>'


def _line(story: Told) -> str:
    points = [f"{_x(at):.1f} {_y(spent):.1f}" for at, spent in story.spent if at <= story.due]
    return f'<path class="spent" d="M{" L".join([*points, f"{_x(story.due):.1f} {_y(2):.1f}"])}"/>'


def _due(story: Told) -> Iterator[str]:
    x, y = _x(story.due), _y(2)
    yield f'<circle class="due" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    yield f'<text class="due" x="{x + 4:.0f}" y="{TOP - 26}">due {_when(story.due)}</text>'


def _days() -> Iterator[str]:
    day = _FROM
    while day < _TO:
        x = _x(day + timedelta(hours=12))
        yield f'<text class="day" x="{x:.0f}" y="{HEIGHT - 12}">{day:%a %d %b}</text>'
        day += timedelta(days=1)


def _when(at: datetime) -> str:
    return f"{at.astimezone(_ZONE):%a %d %b, %H:%M}"
