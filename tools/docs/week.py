"""Draws what becomes of a budget over a week, as the runner works it out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from activities.adapters.policy_files import PolicyFiles
from domain.contract.defect import ChangeSeverity, DefectStart, Hold, Reopen, Resolve, Resume
from domain.contract.parsing import parse
from domain.contract.values import Command, Severity
from domain.defect import DEFECT
from domain.defect.state import Defect
from domain.runner import Runner
from portal.charts import About, Point, Stroke, over_time
from tools.docs.tables import table

_ZONE = ZoneInfo("America/Chicago")
_FROM, _TO = datetime(2026, 11, 27, tzinfo=_ZONE), datetime(2026, 12, 4, tzinfo=_ZONE)
_STEP = timedelta(minutes=15)
_NOONS = range(12, 7 * 24, 24)
STORY_SEVERITY = Severity.S1


class Happening(NamedTuple):
    """A command to the defect, and what the picture calls the time after it."""

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


def confirmed() -> Runner[Defect]:
    """The defect at its beginning."""
    start = {
        "actor": "agent-7",
        "severity": STORY_SEVERITY,
        "title": "Login fails",
        "functional_area": "login",
    }
    policy = PolicyFiles().load("eto", 2026).pinned()
    return Runner.begin(DEFECT, "DEF-000045", parse(DefectStart, start), policy, STORY[0].at)


def played() -> Told:
    """Let the defect live through the story."""
    runner = confirmed()
    defect = runner.entity
    first, *waiting = STORY
    spent, at, now = [], [(first, 0.0)], first.at
    while now < _TO:
        while waiting and waiting[0].at <= now:
            happening = waiting.pop(0)
            runner.tick(happening.at, start=False)
            if happening.command is not None:
                runner.apply(happening.command, happening.at)
            at.append((happening, _spent(defect, happening.at)))
        runner.tick(now, start=False)
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
    """The picture and, for readers who cannot see it, the same as a table."""
    story = played()
    said = f"It is spent on {_when(story.due)}."
    head = ("at", "the defect is", "business days spent")
    rows = [(_when(h.at), h.words, f"{spent:.2f}") for h, spent in story.at]
    rows.append((_when(story.due), "the target is missed, the COO is told", "2.00"))
    chart = over_time(
        About("week", "The budget of an S1 over a week", said, head, rows),
        _strokes(story),
        [(noon, f"{noon:%a %d %b}") for noon in (_FROM + timedelta(hours=n) for n in _NOONS)],
        [(-days, f"{days}") for days in (0, 1, 2)],
        height=400,
        reaches=(-2.6, 0.1),
    )
    return f'<div class="drawing" tabindex="0">{chart.svg}</div>\n\n{table(head, rows)}'


def _strokes(story: Told) -> list[Stroke]:
    calendar = PolicyFiles().load("eto", 2026).calendar
    spent = [Point(at, -days) for at, days in story.spent if at <= story.due]
    due = Point(story.due, -2)
    pauses = [(pause, after.at) for pause, after in pairwise(STORY) if pause.then]
    middles = [(pause.at + (until - pause.at) / 2, pause.then) for pause, until in pauses]
    return [
        Stroke("open", "", [_box(o.start, o.end) for o in calendar.openings_between(_FROM, _TO)]),
        Stroke("pause", "", [_box(pause.at, until) for pause, until in pauses]),
        Stroke("grid", "", [[Point(_FROM, -days), Point(_TO, -days)] for days in (0, 1, 2)]),
        Stroke("then", "", [[Point(middle, -2.1, words)] for middle, words in middles]),
        Stroke("spent", "", [[*spent, due]]),
        Stroke("due", "", [[due, due], [Point(story.due, -2.35, f"due {_when(story.due)}")]]),
    ]


def _box(start: datetime, end: datetime) -> list[Point]:
    return [Point(start, 0), Point(start, -2), Point(end, -2), Point(end, 0)]


def _when(at: datetime) -> str:
    return f"{at.astimezone(_ZONE):%a %d %b, %H:%M}"
