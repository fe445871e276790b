"""Part `calendar`: business time worked out per second, beside what else could work it out.

Everyone gets the same calendar and the same instants, and has to give the same answers, to the
minute and across changes of the clock, before anything is measured.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, cast
from zoneinfo import ZoneInfo

import businesstimedelta
import numpy as np
import pytz  # type: ignore[import-untyped]

from activities.adapters.policy_files import PolicyFiles
from bench.measure import Aim, Section, in_turn

AT_LEAST = 10.0
_YEAR = 2027
_CALENDAR = PolicyFiles().load("eto", _YEAR).pinned().calendar
_OPENS, _CLOSES = 7, 18
_HOURS = _CLOSES - _OPENS
_SHORT, _LONG = 2, 120
_MEASURED = 20
"""Instants that are measured; at the slowest of the contenders more would take too long."""

OURS, NUMPY, BTD, RAW = "ours", "numpy.busday, hours and zone", "businesstimedelta", "raw busday"

Add = Callable[[datetime, int], datetime]
Between = Callable[[datetime, datetime], timedelta]


class AnswersDiffer(AssertionError):  # noqa: N818 - says what is wrong
    """Two calendars give different answers, so their speed cannot be compared."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to work business time out: whole days of 11 hours added, and opening time between."""

    name: str
    add: Add
    between: Between


class NumpyHours:
    """`numpy.busday_*` with what they lack: hours, a zone, an instant within a day."""

    def __init__(self, zone: str, holidays: Sequence[date]) -> None:
        self._zone = ZoneInfo(zone)
        self._days = np.busdaycalendar(weekmask="1111100", holidays=list(holidays))

    def add(self, start: datetime, days: int) -> datetime:
        """The instant at which so many whole days of opening are spent, at a close if at all."""
        local = start.astimezone(self._zone)
        day, into = self._place(local)
        minutes = into + timedelta(hours=_HOURS * days)
        whole, rest = divmod(minutes, timedelta(hours=_HOURS))
        if not rest:
            whole, rest = whole - 1, timedelta(hours=_HOURS)
        due = self._offset(day, whole)
        return (datetime.combine(due, time(_OPENS), tzinfo=self._zone) + rest).astimezone(UTC)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Opening time from `start` until `end`."""
        first, into_first = self._place(start.astimezone(self._zone))
        last, into_last = self._place(end.astimezone(self._zone))
        days = int(np.busday_count(first, last, busdaycal=self._days))
        return timedelta(hours=_HOURS * days) + into_last - into_first

    def _place(self, local: datetime) -> tuple[date, timedelta]:
        """The business date at or after an instant, and how much of its opening has passed."""
        today = local.date()
        if not np.is_busday(today, busdaycal=self._days):
            return self._offset(today, 0), timedelta()
        since = timedelta(hours=local.hour - _OPENS, minutes=local.minute, seconds=local.second)
        return today, min(max(since, timedelta()), timedelta(hours=_HOURS))

    def _offset(self, day: date, days: int) -> date:
        found = np.busday_offset(day, days, roll="forward", busdaycal=self._days)
        return cast(date, found.item())


class Raw:
    """`numpy.busday_*` as they are: dates only, no hours and no zone; not comparable."""

    def __init__(self, holidays: Sequence[date]) -> None:
        self._days = np.busdaycalendar(weekmask="1111100", holidays=list(holidays))

    def add(self, start: date, days: int) -> Any:
        """The date so many business days later."""
        return np.busday_offset(start, days, roll="forward", busdaycal=self._days)

    def between(self, start: date, end: date) -> Any:
        """Business days between two dates."""
        return np.busday_count(start, end, busdaycal=self._days)


def _businesstimedelta(zone: str, holidays: Sequence[date]) -> Contender:
    here = pytz.timezone(zone)
    rules = businesstimedelta.Rules(
        [
            businesstimedelta.WorkDayRule(
                start_time=time(_OPENS), end_time=time(_CLOSES), working_days=range(5), tz=here
            ),
            businesstimedelta.HolidayRule(set(holidays), tz=here),
        ]
    )

    def add(start: datetime, days: int) -> datetime:
        step = businesstimedelta.BusinessTimeDelta(rules, hours=_HOURS * days)
        due: datetime = start + step
        return due.astimezone(UTC)

    def between(start: datetime, end: datetime) -> timedelta:
        found: timedelta = rules.difference(start, end).timedelta
        return found

    return Contender(BTD, add, between)


def _instants(how_many: int) -> list[datetime]:
    """Instants of one year, at any hour and day, to the minute."""
    random = Random(_YEAR)
    first = datetime(_YEAR, 1, 1, tzinfo=UTC)
    return [first + timedelta(minutes=random.randrange(365 * 1440)) for _ in range(how_many)]


def _contenders() -> list[Contender]:
    zone, holidays = _CALENDAR.time_zone, _CALENDAR.holidays
    numpy = NumpyHours(zone, holidays)
    return [
        Contender(
            OURS,
            lambda start, days: _CALENDAR.add_business_days(start, float(days)),
            _CALENDAR.business_time_between,
        ),
        Contender(NUMPY, numpy.add, numpy.between),
        _businesstimedelta(zone, holidays),
    ]


async def run(*, quick: bool) -> Section:
    """Check that all agree, then measure them in turn."""
    instants = _instants(10 if quick else 250)
    rounds, seconds = (1, 0.02) if quick else (5, 0.2)
    contenders = _contenders()
    _agree(contenders, instants)
    section = Section("Business time")
    section.say(
        f"The published calendar (Mon to Fri, {_OPENS:02}:00 to {_CLOSES}:00 in Chicago, "
        f"{len(_CALENDAR.holidays)} holidays) and {len(instants)} instants of one year at any hour "
        "and day. All answers were the same, to the second, for every comparable one; ours also "
        "does what they do not: hours that differ from day to day, several openings a day, hours "
        "that a clock change skips or repeats, shares of a day as exact fractions.",
        "`numpy.busday_*` knows dates only. The comparable one is the shortest code that gives it "
        "hours and a zone; the raw one is shown for honesty, as a call for one date. "
        "All are asked one thing at a time, as a workflow asks; rates count processor time only.",
    )
    rows = []
    for what, works in _works(contenders, instants[:_MEASURED]).items():
        rates = in_turn(works, rounds, seconds)
        for name, rate in rates.items():
            rows.append((f"{what}: {name}", rate, "" if name == OURS else rates[OURS].over(rate)))
        section.aims += [
            Aim(
                f"{what}: times {name}",
                rates[OURS].over(rates[name]),
                at_least=AT_LEAST,
                missed_because=_WHY[name],
            )
            for name in (NUMPY, BTD)
        ]
    section.table(("operation", "per second of CPU", "ours is so many times as fast"), rows)
    return section


_WHY = {
    NUMPY: "four calls into numpy and two conversions of zone are all it needs, and ours answers "
    "exactly, in plain Python",
    BTD: "it steps from day to day, and two days are few steps",
}


def _works(
    contenders: Sequence[Contender], instants: Sequence[datetime]
) -> dict[str, dict[str, Callable[[], int]]]:
    zone = ZoneInfo(_CALENDAR.time_zone)
    raw = Raw(_CALENDAR.holidays)
    dates = [at.astimezone(zone).date() for at in instants]
    later = timedelta(days=_LONG)

    def adding(add: Callable[[Any, int], object], given: Sequence[Any], days: int) -> int:
        for start in given:
            add(start, days)
        return len(given)

    def counting(between: Callable[[Any, Any], object], given: Sequence[Any]) -> int:
        for start in given:
            between(start, start + later)
        return len(given)

    works: dict[str, dict[str, Callable[[], int]]] = {}
    for days in (_SHORT, _LONG):
        works[f"add {days} business days"] = {
            **{
                c.name: lambda c=c, days=days: adding(c.add, instants, days)  # type: ignore[misc]
                for c in contenders
            },
            RAW: lambda days=days: adding(raw.add, dates, days),  # type: ignore[misc]
        }
    works[f"business time between, {_LONG} days apart"] = {
        **{
            c.name: lambda c=c: counting(c.between, instants)  # type: ignore[misc]
            for c in contenders
        },
        RAW: lambda: counting(raw.between, dates),
    }
    return works


def _agree(contenders: Sequence[Contender], instants: Sequence[datetime]) -> None:
    """Everyone gives the answers of the first.

    Raises:
        AnswersDiffer: naming who and where.
    """
    ours, *others = contenders
    for at in instants:
        later = at + timedelta(days=_LONG)
        for other in others:
            found = [(other.add(at, d), ours.add(at, d)) for d in (_SHORT, _LONG)]
            spans = (other.between(at, later), ours.between(at, later))
            for theirs, mine in (*found, spans):
                if theirs != mine:
                    raise AnswersDiffer(f"{other.name} at {at}: {theirs}, ours: {mine}")
