"""Decides when support is open, how much opening time lies between two instants, and when a
budget of opening time that starts now is spent.

What the calendar means (clauses T1, T3, T4, T8):

* Support is open at an instant exactly when the clock on the wall of the calendar's zone then
  shows a time within the hours of the date it shows. Openings include their first instant and
  exclude their last. So where the clock jumps ahead, the hours it jumps over have no time, and
  an opening that begins among them begins at the jump; where the clock is put back, hours that
  are shown twice are open twice.
* Time is real elapsed time: with hours round the clock, the date on which the clock is put back
  has 25 hours of it.
* A business day is one local date's opening, however long; an instant within it has spent its
  share of that date's opening. Dates without opening time are no business days.
* A budget spent exactly at a close is due at that close.

Nothing here reads a clock or keeps state that could change an answer. All instants given back
are in UTC.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_DAY = 1440 * _MINUTE
_STRETCH_DATES = 28
_STRETCHES_KEPT = 128
_STRETCHES_SEARCHED = 10 * 366 // _STRETCH_DATES
# Zones are asked for their offset this often, and searched for the instant of the change where it
# differs. In tzdata, no zone has ever changed its clocks twice within six days.
_OFFSET_STEP = 4 * _DAY


class NaiveDatetime(ValueError):  # noqa: N818 - says what was given
    """A datetime without a zone was given where an instant is needed (T1)."""


class CalendarNeverOpens(ValueError):  # noqa: N818 - says what is wrong
    """The calendar has no opening within ten years of where one was looked for."""


class Opening(NamedTuple):
    """An uninterrupted opening: from `start` until just before `end`, both in UTC."""

    start: datetime
    end: datetime
    local_date: date


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f'{name!r} is no zone known to tzdata: give an IANA name such as "America/Chicago"'
        ) from None
    return name


def _time_of_day(text: object) -> object:
    if isinstance(text, str) and re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", text, re.ASCII):
        return text
    raise ValueError(
        f'{text!r} is no time of day: give text from "00:00" to "24:00", in quotes in YAML'
    )


def _iso_date(text: object) -> object:
    # pydantic by itself would also take numbers, as seconds since 1970.
    if isinstance(text, date) and not isinstance(text, datetime):
        return text
    if isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError(f'{text!r} is no date: give one that exists, such as "2026-11-26"')


def _in_order(openings: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    # "HH:MM" sorts as text the way it sorts as time.
    for start, end in openings:
        if start >= end:
            raise ValueError(
                f'opening ["{start}", "{end}"] has no time: its end must be later than its start; '
                'split one that runs past midnight at "24:00"'
            )
    for (_, end), (start, _) in pairwise(openings):
        if start < end:
            raise ValueError(
                f'opening from "{start}" follows one until "{end}": '
                "give a day's openings in order and without overlap"
            )
    return openings


def _no_duplicates(dates: tuple[date, ...]) -> tuple[date, ...]:
    seen: set[date] = set()
    for listed in dates:
        if listed in seen:
            raise ValueError(f"{listed} is listed more than once: list each holiday once")
        seen.add(listed)
    return dates


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeOfDay = Annotated[str, BeforeValidator(_time_of_day)]
Openings = Annotated[tuple[tuple[TimeOfDay, TimeOfDay], ...], AfterValidator(_in_order)]
IsoDate = Annotated[date, BeforeValidator(_iso_date)]


class BusinessCalendar(BaseModel):
    """When support is open: hours for each day of the week in one zone, less holidays.

    `hours` has, for each day that opens, its openings as `["HH:MM", "HH:MM"]`, local time, in
    order; `"24:00"` is the end of the day. Days left out are closed, and so are `holidays`, all
    day. `holidays_known_until` is the last date for which holidays have been looked up (T8).

    All methods take aware datetimes of any zone and raise `NaiveDatetime` for others. Near the
    ends of what a datetime can hold (years 1 and 9999) they raise `OverflowError`.
    """

    model_config = ConfigDict(frozen=True)

    time_zone: Annotated[str, AfterValidator(_known_zone)]
    hours: dict[Weekday, Openings]
    holidays: Annotated[tuple[IsoDate, ...], AfterValidator(_no_duplicates)] = ()
    holidays_known_until: IsoDate | None = None

    def add_business_time(self, start: datetime, time: timedelta) -> datetime:
        """The instant at which `time` of opening has elapsed since `start`, in UTC (T1, T4).

        Adding nothing gives `start`, open or not. Raises `ValueError` for negative `time` and
        `CalendarNeverOpens`.
        """
        begun = _microseconds("start", start)
        if time < timedelta():
            raise ValueError(f"time is {time}: it must not be negative")
        return _instant(self._timeline.add_time(begun, time // _MICROSECOND))

    def add_business_days(self, start: datetime, days: float | Fraction) -> datetime:
        """The instant at which a budget of `days` that starts at `start` is spent, in UTC (T3, T4).

        Exact, then rounded to the microsecond. What a float is off by (0.1 + 0.2) does not carry
        a budget past a close. Adding nothing gives `start`, open or not. Raises `ValueError` for
        negative or infinite `days` and `CalendarNeverOpens`.
        """
        begun = _microseconds("start", start)
        if not 0 <= days < math.inf:
            raise ValueError(f"days is {days}: it must be a finite number, zero or more")
        return _instant(self._timeline.add_days(begun, *days.as_integer_ratio()))

    def business_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Opening time from `start` until `end`. Raises `ValueError` if `end` is earlier."""
        return timedelta(microseconds=self._timeline.time_between(*_range(start, end)))

    def business_days_between(self, start: datetime, end: datetime) -> Fraction:
        """Business days from `start` until `end`, exact: what a budget has spent (T3).

        Raises `ValueError` if `end` is earlier.
        """
        return self._timeline.days_between(*_range(start, end))

    def is_open(self, at: datetime) -> bool:
        """Whether support is open at `at`: yes at the start of an opening, no at its end."""
        return self._timeline.is_open(_microseconds("at", at))

    def next_opening(self, at: datetime) -> datetime:
        """The first instant from `at` on at which support is open, in UTC; `at` itself if open.

        Raises `CalendarNeverOpens`.
        """
        return _instant(self._timeline.next_opening(_microseconds("at", at)))

    def openings_between(self, start: datetime, end: datetime) -> Iterator[Opening]:
        """The openings from `start` until `end`, cut off there, one or more for each open date.

        Their lengths sum up to `business_time_between`. Raises `ValueError` if `end` is earlier.
        """
        return (
            Opening(_instant(opens), _instant(closes), self.local_date(_instant(opens)))
            for opens, closes in self._timeline.openings_between(*_range(start, end))
        )

    def local_date(self, at: datetime) -> date:
        """The date the calendar's zone shows at `at`."""
        return _instant(_microseconds("at", at)).astimezone(self._timeline.zone).date()

    def end_of_local_date(self, local_date: date) -> datetime:
        """The instant at which the calendar's zone first shows a later date, in UTC.

        Where the clock jumps over midnight, this is the jump. A date the zone skipped
        (Pacific/Apia, 2011-12-30) ends when it would have begun.
        """
        return _instant(self._timeline.midnight(_ordinal(local_date) + 1))

    def horizon_exceeded(self, at: datetime) -> bool:
        """Whether `at` lies past the last date with known holidays (T8); never if none is set."""
        local_date = self.local_date(at)
        return self.holidays_known_until is not None and local_date > self.holidays_known_until

    def __copy__(self) -> Self:
        # What is remembered of the openings stays behind: model_copy(update=...) changes the
        # fields of the copy.
        copied = super().__copy__()
        copied.__dict__.pop("_timeline", None)
        return copied

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.__copy__()

    @cached_property
    def _timeline(self) -> "_Timeline":
        return _Timeline(
            zone=ZoneInfo(self.time_zone),
            week=tuple(
                tuple((_of_day(start), _of_day(end)) for start, end in self.hours.get(day, ()))
                for day in get_args(Weekday)
            ),
            holidays=frozenset(map(_ordinal, self.holidays)),
        )


def _ordinal(local_date: date) -> int:
    return local_date.toordinal() - _EPOCH.toordinal()


def _of_day(text: str) -> int:
    return (int(text[:2]) * 60 + int(text[3:])) * _MINUTE


def _microseconds(parameter: str, at: datetime) -> int:
    if at.utcoffset() is None:
        raise NaiveDatetime(f"{parameter} is {at.isoformat()}: it needs a zone, such as UTC")
    elapsed = at - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * _SECOND + elapsed.microseconds


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _range(start: datetime, end: datetime) -> tuple[int, int]:
    first, last = _microseconds("start", start), _microseconds("end", end)
    if last < first:
        raise ValueError(
            f"end is {end.isoformat()}: it must not be earlier than start, {start.isoformat()}"
        )
    return first, last


@dataclass(slots=True)
class _Stretch:
    """The openings of 28 local dates, from `start` until `end`, and the opening time passed since
    `start` at each close and at the end of each date that opens. All in microseconds."""

    key: int
    start: int
    end: int
    opens: list[int] = field(default_factory=list)
    closes: list[int] = field(default_factory=list)
    passed: list[int] = field(default_factory=lambda: [0])
    passed_by_date: list[int] = field(default_factory=lambda: [0])

    @property
    def time(self) -> int:
        return self.passed[-1]

    @property
    def days(self) -> int:
        return len(self.passed_by_date) - 1

    def time_before(self, at: int) -> int:
        index = bisect_right(self.closes, at)
        if index == len(self.opens):
            return self.passed[index]
        return self.passed[index] + max(0, at - self.opens[index])

    def days_before(self, at: int) -> tuple[int, int, int]:
        """Whole business days before `at`, then time spent and total time of the day it is in."""
        time = self.time_before(at)
        day = bisect_right(self.passed_by_date, time) - 1
        if day == self.days:
            return day, 0, 1
        begun, done = self.passed_by_date[day : day + 2]
        return day, time - begun, done - begun

    def append(self, opens: int, closes: int, *, new_date: bool) -> None:
        """Add an opening, or lengthen the last one if this goes on with it on the same date."""
        time = self.time + closes - opens
        if self.closes and self.closes[-1] == opens and not new_date:
            self.closes[-1] = closes
            self.passed[-1] = time
        else:
            self.opens.append(opens)
            self.closes.append(closes)
            self.passed.append(time)
        if new_date:
            self.passed_by_date.append(time)
        else:
            self.passed_by_date[-1] = time

    def instant_of(self, time: int) -> int:
        """The earliest instant at which `time`, more than zero, has passed: a close, not the next
        opening (T4)."""
        index = bisect_left(self.passed, time)
        return self.closes[index - 1] - (self.passed[index] - time)


@dataclass(slots=True)
class _Timeline:
    """A calendar's openings as integers: microseconds and dates, both counted from 1970.

    Stretches are worked out when first needed and remembered.
    """

    zone: ZoneInfo
    week: tuple[tuple[tuple[int, int], ...], ...]
    holidays: frozenset[int]
    stretches: dict[int, _Stretch] = field(default_factory=dict)

    def add_time(self, start: int, time: int) -> int:
        if not time:
            return start
        stretch = self._stretch_at(start)
        time += stretch.time_before(start)
        while time > stretch.time:
            time -= stretch.time
            stretch = self._next_open(stretch)
        return stretch.instant_of(time)

    def add_days(self, start: int, numerator: int, denominator: int) -> int:
        if 2 * numerator * _DAY < denominator:
            return start
        stretch = self._stretch_at(start)
        days, spent, length = stretch.days_before(start)
        # Whole days from the beginning of the stretch, and the part of one more, in 1/unit.
        unit = length * denominator
        whole, part = divmod(spent * denominator + numerator * length, unit)
        days += whole
        if 2 * part * _DAY < unit:
            # Less than half a microsecond of a day is rounding, so the budget is spent at a close.
            days, part = days - 1, unit
        while days >= stretch.days:
            days -= stretch.days
            stretch = self._next_open(stretch)
        begun, done = stretch.passed_by_date[days : days + 2]
        into = (2 * part * (done - begun) + unit) // (2 * unit)
        # Rounding must lead neither to the close before this day nor to one before the start.
        return max(start, stretch.instant_of(begun + max(1, into)))

    def time_between(self, start: int, end: int) -> int:
        first, last = self._stretch_at(start), self._stretch_at(end)
        whole = sum(self._stretch(key).time for key in range(first.key, last.key))
        return whole + last.time_before(end) - first.time_before(start)

    def days_between(self, start: int, end: int) -> Fraction:
        first, last = self._stretch_at(start), self._stretch_at(end)
        whole = sum(self._stretch(key).days for key in range(first.key, last.key))
        days_by_end, *share_by_end = last.days_before(end)
        days_by_start, *share_by_start = first.days_before(start)
        whole += days_by_end - days_by_start
        return whole + Fraction(*share_by_end) - Fraction(*share_by_start)

    def is_open(self, at: int) -> bool:
        stretch = self._stretch_at(at)
        index = bisect_right(stretch.closes, at)
        return index < len(stretch.opens) and stretch.opens[index] <= at

    def next_opening(self, at: int) -> int:
        stretch = self._stretch_at(at)
        index = bisect_right(stretch.closes, at)
        if index == len(stretch.opens):
            return self._next_open(stretch).opens[0]
        return max(at, stretch.opens[index])

    def openings_between(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        for key in range(self._stretch_at(start).key, self._stretch_at(end).key + 1):
            stretch = self._stretch(key)
            for opens, closes in zip(stretch.opens, stretch.closes, strict=True):
                if max(opens, start) < min(closes, end):
                    yield max(opens, start), min(closes, end)

    def midnight(self, ordinal: int) -> int:
        """The first instant at which the zone shows this date or a later one."""
        shown = ordinal * _DAY
        return next(
            max(begin, shown - offset)
            for begin, end, offset in self._offsets(shown - _DAY, shown + _DAY)
            if shown - offset < end
        )

    def _stretch_at(self, at: int) -> _Stretch:
        # UTC and local dates differ by less than a day, so a stretch next to the right one at most.
        stretch = self._stretch(at // (_STRETCH_DATES * _DAY))
        if at < stretch.start:
            return self._stretch(stretch.key - 1)
        if at >= stretch.end:
            return self._stretch(stretch.key + 1)
        return stretch

    def _next_open(self, stretch: _Stretch) -> _Stretch:
        for key in range(stretch.key + 1, stretch.key + 1 + _STRETCHES_SEARCHED):
            following = self._stretch(key)
            if following.opens:
                return following
        raise CalendarNeverOpens(
            f"the calendar has no opening within ten years of {_instant(stretch.end).date()}: "
            "its hours need a day that opens and is no holiday"
        )

    def _stretch(self, key: int) -> _Stretch:
        stretch = self.stretches.get(key)
        if stretch is None:
            stretch = self._work_out(key)
            if len(self.stretches) >= _STRETCHES_KEPT:
                self.stretches.clear()
            self.stretches[key] = stretch
        return stretch

    def _work_out(self, key: int) -> _Stretch:
        first = key * _STRETCH_DATES
        stretch = _Stretch(key, self.midnight(first), self.midnight(first + _STRETCH_DATES))
        latest = first - _STRETCH_DATES
        for begin, end, offset in self._offsets(stretch.start, stretch.end):
            for ordinal in range((begin + offset) // _DAY, (end - 1 + offset) // _DAY + 1):
                if ordinal in self.holidays:
                    continue
                # Date 0, 1970-01-01, was a Thursday.
                for opening, closing in self.week[(ordinal + 3) % 7]:
                    opens = max(begin, ordinal * _DAY + opening - offset)
                    closes = min(end, ordinal * _DAY + closing - offset)
                    if opens < closes:
                        # Put back over midnight, the clock shows a date again after the next has
                        # begun (America/St_Johns until 2011): that hour then counts as the next's.
                        stretch.append(opens, closes, new_date=ordinal > latest)
                        latest = max(latest, ordinal)
        return stretch

    def _offsets(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """From `start` to `end`, each period with one offset from UTC: begin, end, offset."""
        begin, offset, asked = start, self._offset(start), start
        while asked < end:
            ask = min(asked + _OFFSET_STEP, end)
            if (following := self._offset(ask)) != offset:
                seconds = range(asked, ask + 1, _SECOND)
                change = seconds[
                    bisect_left(seconds, True, key=lambda at: self._offset(at) != offset)
                ]
                yield begin, change, offset
                begin, offset = change, following
            asked = ask
        yield begin, end, offset

    def _offset(self, at: int) -> int:
        offset = _instant(at).astimezone(self.zone).utcoffset() or timedelta()
        return offset // _MICROSECOND
