"""Part `opening_hours`: business time worked out per second, beside two other libraries.

All get the same calendar and the same instants, and have to give the same answers, to the second
and across changes of the clock, before anything is measured.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import cast
from zoneinfo import ZoneInfo

import businesstimedelta
import numpy as np
import pytz  # type: ignore[import-untyped]

from activities.adapters.policy_files import PolicyFiles
from bench.measure import OURS, Aim, Section, in_turn

_AT_LEAST = 10.0
_YEAR = 2027
_CALENDAR = PolicyFiles().load("eto", _YEAR).pinned().calendar
_ZONE = ZoneInfo(_CALENDAR.time_zone)
_OPENS, _CLOSES = 7, 18
_DAY = timedelta(hours=_CLOSES - _OPENS)
_SHORT, _LONG = 2, 120
_MEASURED = 20
"""Instants that are measured; at the slowest of the contenders more would take too long."""

_NUMPY, _BTD = "numpy.busday, hours and zone", "businesstimedelta"
_MISSED_BECAUSE = {
    _NUMPY: "four calls into numpy and two conversions of zone are all it needs, and ours answers "
    "exactly, in plain Python",
    _BTD: "it steps from day to day, and two days are few steps",
}


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to work business time out: whole days of opening added, and opening time between."""

    name: str
    add: Callable[[datetime, int], datetime]
    between: Callable[[datetime, datetime], timedelta]


class NumpyHours:
    """`numpy.busday_*` with what they lack: hours, a zone, an instant within a day."""

    def __init__(self) -> None:
        holidays = list(_CALENDAR.holidays)
        self._days = np.busdaycalendar(weekmask="1111100", holidays=holidays)

    def add(self, start: datetime, days: int) -> datetime:
        """The instant at which so many whole days of opening are spent, at a close if at all."""
        day, into = self._place(start.astimezone(_ZONE))
        whole, rest = divmod(into + _DAY * days, _DAY)
        if not rest:
            whole, rest = whole - 1, _DAY
        due = self._offset(day, whole)
        return (datetime.combine(due, time(_OPENS), tzinfo=_ZONE) + rest).astimezone(UTC)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Opening time from `start` until `end`."""
        first, into_first = self._place(start.astimezone(_ZONE))
        last, into_last = self._place(end.astimezone(_ZONE))
        days = int(np.busday_count(first, last, busdaycal=self._days))
        return _DAY * days + into_last - into_first

    def _place(self, local: datetime) -> tuple[date, timedelta]:
        """The business date at or after an instant, and how much of its opening has passed."""
        today = local.date()
        if not np.is_busday(today, busdaycal=self._days):
            return self._offset(today, 0), timedelta()
        since = timedelta(hours=local.hour - _OPENS, minutes=local.minute, seconds=local.second)
        return today, min(max(since, timedelta()), _DAY)

    def _offset(self, day: date, days: int) -> date:
        found = np.busday_offset(day, days, roll="forward", busdaycal=self._days)
        return cast(date, found.item())


def contenders() -> list[Contender]:
    """Ours, and those that give the same answers."""
    numpy = NumpyHours()
    here = pytz.timezone(_CALENDAR.time_zone)
    hours = businesstimedelta.WorkDayRule(
        start_time=time(_OPENS), end_time=time(_CLOSES), working_days=range(5), tz=here
    )
    holidays = businesstimedelta.HolidayRule(set(_CALENDAR.holidays), tz=here)
    rules = businesstimedelta.Rules([hours, holidays])

    def add(start: datetime, days: int) -> datetime:
        step = businesstimedelta.BusinessTimeDelta(rules, hours=days * _DAY.seconds // 3600)
        return cast(datetime, start + step).astimezone(UTC)

    def between(start: datetime, end: datetime) -> timedelta:
        return cast(timedelta, rules.difference(start, end).timedelta)

    return [
        Contender(
            OURS,
            lambda start, days: _CALENDAR.add_business_days(start, float(days)),
            _CALENDAR.business_time_between,
        ),
        Contender(_NUMPY, numpy.add, numpy.between),
        Contender(_BTD, add, between),
    ]


def instants(how_many: int) -> list[datetime]:
    """Instants of one year, at any hour and day, to the minute."""
    random = Random(_YEAR)
    first = datetime(_YEAR, 1, 1, tzinfo=UTC)
    return [first + timedelta(minutes=random.randrange(365 * 1440)) for _ in range(how_many)]


async def run(*, quick: bool) -> Section:
    """Check that all agree, then measure them in turn."""
    given = instants(10 if quick else 250)
    rounds, seconds = (1, 0.02) if quick else (5, 0.2)
    compared = contenders()
    if differ := next(disagreements(compared, given), None):
        raise AssertionError(f"speed cannot be compared where answers differ: {differ}")
    section = Section("Business time")
    section.say(
        f"The published calendar (Mon to Fri, {_OPENS:02}:00 to {_CLOSES}:00 in Chicago, "
        f"{len(_CALENDAR.holidays)} holidays) and {len(given)} instants of one year at any hour "
        "and day. All three gave the same answers, to the second; ours also "
        "does what they do not: hours that differ from day to day, several openings a day, hours "
        "that a clock change skips or repeats, shares of a day as exact fractions.",
        "`numpy.busday_*` knows dates only; it is compared with the shortest code that gives it "
        "hours and a zone. All are asked one thing at a time, as a workflow asks; rates count "
        "processor time only.",
    )
    rows: list[tuple[object, ...]] = []
    for what, works in _works(compared, given[:_MEASURED]).items():
        rates = in_turn(works, rounds, seconds)
        for name, rate in rates.items():
            rows.append((f"{what}: {name}", rate, "" if name == OURS else rates[OURS].over(rate)))
        section.aims += [
            Aim(
                f"{what}: times {name}",
                rates[OURS].over(rates[name]),
                at_least=_AT_LEAST,
                missed_because=why,
            )
            for name, why in _MISSED_BECAUSE.items()
        ]
    section.table(("operation", "per second of CPU", "ours is so many times as fast"), rows)
    return section


def _works(
    compared: Sequence[Contender], given: Sequence[datetime]
) -> dict[str, dict[str, Callable[[], int]]]:
    """By operation and contender; each answers how many it did."""
    later = timedelta(days=_LONG)

    def adding(contender: Contender, days: int) -> Callable[[], int]:
        return lambda: len([contender.add(start, days) for start in given])

    def counting(contender: Contender) -> Callable[[], int]:
        return lambda: len([contender.between(start, start + later) for start in given])

    works = {
        f"add {days} business days": {c.name: adding(c, days) for c in compared}
        for days in (_SHORT, _LONG)
    }
    between = f"business time between, {_LONG} days apart"
    return works | {between: {c.name: counting(c) for c in compared}}


def disagreements(compared: Sequence[Contender], given: Sequence[datetime]) -> Iterator[str]:
    """Where one gives another answer than the first: who, and when."""
    for at in given:
        later = at + timedelta(days=_LONG)
        ours, *others = (
            (c.add(at, _SHORT), c.add(at, _LONG), c.between(at, later)) for c in compared
        )
        for contender, theirs in zip(compared[1:], others, strict=True):
            if theirs != ours:
                yield f"{contender.name} at {at}: {theirs}, ours: {ours}"
