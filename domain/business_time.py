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
* A special day has its own hours, whatever its day of the week and the holidays say.
* A budget spent exactly at a close is due at that close.

Nothing here reads a clock or keeps state that could change an answer. All instants given back
are in UTC.
"""

import math
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

from domain.opening_index import (
    MICROSECOND,
    MINUTE,
    CalendarNeverOpens,
    OpeningTimeline,
    to_instant,
    to_microseconds,
    to_ordinal,
)

__all__ = [
    "BusinessCalendar",
    "CalendarNeverOpens",
    "ClockChange",
    "IsoDate",
    "NaiveDatetime",
    "Opening",
    "Openings",
    "SpecialDay",
    "TimeOfDay",
    "WeekHours",
    "Weekday",
]


class NaiveDatetime(ValueError):  # noqa: N818 - says what was given
    """A datetime without a zone was given where an instant is needed (T1)."""


class Opening(NamedTuple):
    """An uninterrupted opening: from `start` until just before `end`, both in UTC."""

    start: datetime
    end: datetime
    local_date: date


class ClockChange(NamedTuple):
    """The zone's clock is put ahead or back: `at` is the first instant of the new time."""

    at: datetime
    before: timedelta
    """What it was ahead of UTC."""
    after: timedelta
    """What it is ahead of UTC from then on."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"{name!r} is not a time zone known to tzdata: "
            'give an IANA name such as "America/Chicago"'
        ) from None
    return name


def _time_of_day(text: object) -> object:
    if isinstance(text, str) and re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", text, re.ASCII):
        return text
    raise ValueError(
        f'{text!r} is not a time of day: give text from "00:00" to "24:00", in quotes in YAML'
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
    raise ValueError(f'{text!r} is not a date: give one that exists, such as "2026-11-26"')


def _in_order(openings: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    # "HH:MM" sorts as text the way it sorts as time.
    for start, end in openings:
        if start >= end:
            raise ValueError(
                f'opening ["{start}", "{end}"] is empty: its end must be later than its start; '
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
            raise ValueError(f"{listed} is listed more than once: list each date once")
        seen.add(listed)
    return dates


def _some(openings: tuple[tuple[str, str], ...] | None) -> tuple[tuple[str, str], ...] | None:
    if openings is None or openings:
        return openings
    raise ValueError("hours must have an opening: a date that is closed is a holiday")


def _spelt_out(day: object) -> object:
    if isinstance(day, str | date):
        return {"date": day}
    if isinstance(day, dict | SpecialDay):
        return day
    raise ValueError(
        f'{day!r} is no day: give a date, or {{ date = …, hours = [["09:00", "13:00"]] }}'
    )


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeOfDay = Annotated[str, BeforeValidator(_time_of_day)]
Openings = Annotated[tuple[tuple[TimeOfDay, TimeOfDay], ...], AfterValidator(_in_order)]
WeekHours = dict[Weekday, Openings]
IsoDate = Annotated[date, BeforeValidator(_iso_date)]


class SpecialDay(BaseModel):
    """A date that is open whatever its day of the week and the holidays say.

    It has the `hours` given, and no others; where none are given, those that are usual on its day
    of the week. A day of the week that is closed has those of the open ones, if these are alike.
    """

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    date: IsoDate
    """The date, in the calendar's zone."""
    hours: Annotated[Openings | None, AfterValidator(_some)] = None
    """Its openings, from and to; the usual ones if left out."""


def _each_once(days: tuple[SpecialDay, ...]) -> tuple[SpecialDay, ...]:
    _no_duplicates(tuple(day.date for day in days))
    return days


SpecialDays = Annotated[
    tuple[Annotated[SpecialDay, BeforeValidator(_spelt_out)], ...], AfterValidator(_each_once)
]


class BusinessCalendar(BaseModel):
    """When support is open: hours for each day of the week in one zone, less holidays.

    `hours` has, for each day that opens, its openings as `["HH:MM", "HH:MM"]`, local time, in
    order; `"24:00"` is the end of the day. Days left out are closed, and so are `holidays`, all
    day; but what is `also_open` is open for once. `holidays_known_until` is the last date for
    which holidays have been looked up (T8).

    All methods take aware datetimes of any zone and raise `NaiveDatetime` for others. Near the
    ends of what a datetime can hold (years 1 and 9999) they raise `OverflowError`.
    """

    model_config = ConfigDict(frozen=True)

    time_zone: Annotated[str, AfterValidator(_known_zone)]
    hours: WeekHours
    holidays: Annotated[tuple[IsoDate, ...], AfterValidator(_no_duplicates)] = ()
    also_open: SpecialDays = ()
    holidays_known_until: IsoDate | None = None

    @model_validator(mode="after")
    def _special_days_have_hours(self) -> Self:
        for day in self.also_open:
            self.hours_on(day)
        return self

    def hours_on(self, day: SpecialDay) -> Openings:
        """The openings of a special day.

        Raises:
            ValueError: its hours are not given, and no others are usual.
        """
        weekday = get_args(Weekday)[day.date.weekday()]
        if hours := day.hours or self.hours.get(weekday):
            return hours
        usual = {openings for openings in self.hours.values() if openings}
        if len(usual) != 1:
            raise ValueError(
                f"also_open: {day.date} needs hours: {weekday} has none, and the other days differ"
            )
        return usual.pop()

    def with_hours(self, hours: WeekHours | Literal["24x7"]) -> Self:
        """The same dates with other hours; or always open, whatever the date.

        Raises:
            ValidationError: a special day has no hours of its own, and no others are usual.
        """
        if hours == "24x7":
            always = dict.fromkeys(get_args(Weekday), (("00:00", "24:00"),))
            return type(self)(time_zone=self.time_zone, hours=always)
        return type(self).model_validate({**dict(self), "hours": hours})

    def is_holiday(self, local_date: date) -> bool:
        """Whether a date is closed as a holiday."""
        return local_date in self.holidays and all(local_date != d.date for d in self.also_open)

    def add_business_time(self, start: datetime, time: timedelta) -> datetime:
        """The instant at which `time` of opening has elapsed since `start`, in UTC (T1, T4).

        Adding nothing gives `start`, open or not. Raises `ValueError` for negative `time` and
        `CalendarNeverOpens`.
        """
        begun = _microseconds("start", start)
        if time < timedelta():
            raise ValueError(f"time is {time}: it must not be negative")
        return to_instant(self._timeline.add_time(begun, time // MICROSECOND))

    def add_business_days(self, start: datetime, days: float | Fraction) -> datetime:
        """The instant at which a budget of `days` that starts at `start` is spent, in UTC (T3, T4).

        Exact, then rounded to the microsecond. What a float is off by (0.1 + 0.2) does not carry
        a budget past a close. Adding nothing gives `start`, open or not. Raises `ValueError` for
        negative or infinite `days` and `CalendarNeverOpens`.
        """
        begun = _microseconds("start", start)
        if not 0 <= days < math.inf:
            raise ValueError(f"days is {days}: it must be a finite number, zero or more")
        return to_instant(self._timeline.add_days(begun, *days.as_integer_ratio()))

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
        return to_instant(self._timeline.next_opening(_microseconds("at", at)))

    def openings_between(self, start: datetime, end: datetime) -> Iterator[Opening]:
        """The openings from `start` until `end`, cut off there, one or more for each open date.

        Their lengths sum up to `business_time_between`. Raises `ValueError` if `end` is earlier.
        """
        return (
            Opening(to_instant(opens), to_instant(closes), self.local_date(to_instant(opens)))
            for opens, closes in self._timeline.openings_between(*_range(start, end))
        )

    def local_date(self, at: datetime) -> date:
        """The date the calendar's zone shows at `at`."""
        return to_instant(_microseconds("at", at)).astimezone(self._timeline.zone).date()

    def end_of_local_date(self, local_date: date) -> datetime:
        """The instant at which the calendar's zone first shows a later date, in UTC.

        Where the clock jumps over midnight, this is the jump. A date the zone skipped
        (Pacific/Apia, 2011-12-30) ends when it would have begun.
        """
        return to_instant(self._timeline.midnight(to_ordinal(local_date) + 1))

    def clock_changes_between(self, start: datetime, end: datetime) -> Iterator[ClockChange]:
        """When the zone's clock is put ahead or back. Raises `ValueError` if `end` is earlier."""
        return (
            ClockChange(to_instant(at), before * MICROSECOND, after * MICROSECOND)
            for at, before, after in self._timeline.clock_changes(*_range(start, end))
        )

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
    def _timeline(self) -> OpeningTimeline:
        return OpeningTimeline(
            zone=ZoneInfo(self.time_zone),
            week=tuple(_in_microseconds(self.hours.get(day, ())) for day in get_args(Weekday)),
            holidays=frozenset(map(to_ordinal, self.holidays)),
            special={
                to_ordinal(day.date): _in_microseconds(self.hours_on(day)) for day in self.also_open
            },
        )


def _in_microseconds(openings: Openings) -> tuple[tuple[int, int], ...]:
    return tuple((_of_day(start), _of_day(end)) for start, end in openings)


def _of_day(text: str) -> int:
    return (int(text[:2]) * 60 + int(text[3:])) * MINUTE


def _microseconds(parameter: str, at: datetime) -> int:
    """The instant in microseconds since 1970, if it is one (T1)."""
    if at.utcoffset() is None:
        raise NaiveDatetime(f"{parameter} is {at.isoformat()}: it needs a zone, such as UTC")
    return to_microseconds(at)


def _range(start: datetime, end: datetime) -> tuple[int, int]:
    first, last = _microseconds("start", start), _microseconds("end", end)
    if last < first:
        raise ValueError(
            f"end is {end.isoformat()}: it must not be earlier than start, {start.isoformat()}"
        )
    return first, last
