"""What holds for every business calendar: random calendars, compared with a clock on the wall.

The oracle asks, for each minute of two weeks, what the zone's clock shows, and counts. It shares
nothing with the code under test but the zone data.
"""

import math
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.business_time import BusinessCalendar
from tests.soak import lives

ALL_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)

quick = settings(max_examples=lives(60))
slow = settings(max_examples=lives(50))

# A zone, and a date in it around which the clock changes or something else is odd.
NIGHTS = [
    ("UTC", date(2026, 1, 1)),
    ("America/Chicago", date(2026, 3, 8)),
    ("America/Chicago", date(2026, 11, 1)),
    ("America/Sao_Paulo", date(2018, 2, 18)),  # put back from midnight
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight skipped
    ("America/Havana", date(2026, 11, 1)),  # put back to midnight
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Asia/Gaza", date(2040, 10, 20)),  # two changes within a week
    ("Asia/Kathmandu", date(2026, 7, 1)),  # UTC+05:45
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # changes of half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a date that never was
    ("Pacific/Kiritimati", date(2026, 7, 1)),  # UTC+14
]


class Shown(NamedTuple):
    """What the clock on the wall shows."""

    day: date
    minute: int


class Fortnight(NamedTuple):
    """The minutes from a week before a night until a week after it."""

    begin: datetime
    shown: list[Shown]


@cache
def fortnight(zone: str, night: date) -> Fortnight:
    """Ask the zone's clock, minute by minute."""
    begin = datetime(night.year, night.month, night.day, tzinfo=UTC) - timedelta(days=7)
    clock = ZoneInfo(zone)
    readings = ((begin + minute * MINUTE).astimezone(clock) for minute in range(14 * 1440))
    return Fortnight(begin, [Shown(at.date(), at.hour * 60 + at.minute) for at in readings])


class Oracle:
    """Counts the open minutes of a fortnight, one by one."""

    def __init__(self, calendar: BusinessCalendar, night: date) -> None:
        self.begin, shown = fortnight(calendar.time_zone, night)
        hours = {
            day: {
                minute for start, end in openings for minute in range(minutes(start), minutes(end))
            }
            for day, openings in calendar.hours.items()
        }
        special = {
            day.date: {
                minute
                for start, end in day.hours or ()
                for minute in range(minutes(start), minutes(end))
            }
            or hours.get(ALL_DAYS[day.date.weekday()])  # type: ignore[call-overload]
            or next(filter(None, hours.values()))
            for day in calendar.also_open
        }
        self.open = [
            at.minute in special[at.day]
            if at.day in special
            else at.day not in calendar.holidays
            and at.minute in hours.get(ALL_DAYS[at.day.weekday()], ())  # type: ignore[call-overload]
            for at in shown
        ]
        self.day = [at.day for at in shown]
        self.length = Counter(
            day for day, is_open in zip(self.day, self.open, strict=True) if is_open
        )

    def instant(self, minute: Fraction) -> datetime:
        """The instant `minute` minutes into the fortnight, rounded to the microsecond."""
        return self.begin + timedelta(microseconds=math.floor(minute * 60_000_000 + Fraction(1, 2)))

    def add_time(self, start: int, time: int) -> datetime | None:
        """The instant `time` open minutes after minute `start`; None if not in this fortnight."""
        for minute in range(start, len(self.open)):
            if time == 0:
                return self.instant(Fraction(minute))
            time -= self.open[minute]
        return None

    def add_days(self, start: int, days: Fraction) -> datetime | None:
        """The instant `days` business days after minute `start`, if on a date wholly counted."""
        for minute in range(start, len(self.open) - 2 * 1440):
            if self.open[minute]:
                share = Fraction(1, self.length[self.day[minute]])
                if days <= share:
                    return self.instant(minute + days / share)
                days -= share
        return None


def minutes(text: str) -> int:
    """Minutes since midnight."""
    return int(text[:2]) * 60 + int(text[3:])


@st.composite
def openings(draw: st.DrawFn) -> list[list[str]]:
    """A day's openings, often none, often round the clock, up to three in order."""
    kind = draw(st.sampled_from(["closed", "office", "all day", "any", "any"]))
    if kind == "closed":
        return []
    if kind == "office":
        return [["07:00", "18:00"]]
    if kind == "all day":
        return [["00:00", "24:00"]]
    quarters = st.integers(0, 96)
    cuts = sorted(draw(st.lists(quarters, min_size=1, max_size=3, unique=True)))
    ends = [draw(st.integers(a, b)) for a, b in zip(cuts, [*cuts[1:], 96], strict=True)]
    texts = [
        [f"{q // 4:02}:{q % 4 * 15:02}" for q in pair] for pair in zip(cuts, ends, strict=True)
    ]
    return [[start, end] for start, end in texts if start < end]


@st.composite
def calendars(draw: st.DrawFn, zone: str, night: date) -> BusinessCalendar:
    """A calendar of `zone` with some openings, holidays and special days around `night`."""
    near = st.integers(-6, 7).map(lambda days: night + timedelta(days=days))
    hours = {day: draw(openings()) for day in ALL_DAYS}
    assume(any(hours.values()))
    holidays = draw(st.lists(near, max_size=3, unique=True))
    one_way = len({str(day) for day in hours.values() if day}) == 1
    special: list[Any] = []
    for day in draw(st.lists(near, max_size=3, unique=True)):
        usual = one_way or hours[ALL_DAYS[day.weekday()]]
        own = draw(openings())
        if own:
            special.append({"date": day, "hours": own})
        elif usual:
            special.append(day)
    return BusinessCalendar.model_validate(
        {"time_zone": zone, "hours": hours, "holidays": holidays, "also_open": special}
    )


@st.composite
def calendars_and_nights(draw: st.DrawFn) -> tuple[BusinessCalendar, date]:
    """A calendar and the night its fortnight is about."""
    zone, night = draw(st.sampled_from(NIGHTS))
    return draw(calendars(zone, night)), night


def fresh(calendar: BusinessCalendar) -> BusinessCalendar:
    """An equal calendar that has answered nothing yet."""
    return BusinessCalendar.model_validate_json(calendar.model_dump_json())


any_calendar = calendars_and_nights().map(lambda pair: pair[0])
instants = st.datetimes(
    min_value=datetime(2005, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
# Thirds and sevenths have no end in any other base; eighths are exact floats.
budgets = st.builds(Fraction, st.integers(0, 300), st.sampled_from([1, 2, 3, 7, 8, 100]))
times = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=90))
# Rounding an instant to the microsecond moves it by this share of a day of 15 minutes at most.
ROUNDING = Fraction(1, 15 * 60_000_000)


@slow
@given(calendars_and_nights(), st.integers(0, 14 * 1440 - 1), st.integers(1, 5000))
def test_business_time_agrees_with_a_clock_on_the_wall(
    drawn: tuple[BusinessCalendar, date], start: int, time: int
) -> None:
    """T1, T4: adding, counting and being open are what counting minutes gives."""
    calendar, night = drawn
    oracle = Oracle(calendar, night)
    begin = oracle.instant(Fraction(start))

    assert oracle.open[start] == calendar.is_open(begin)
    for end in (start, min(start + 997, len(oracle.open)), len(oracle.open)):
        assert sum(oracle.open[start:end]) * MINUTE == calendar.business_time_between(
            begin, oracle.instant(Fraction(end))
        )
    due = oracle.add_time(start, time)
    if due is not None:
        assert due == calendar.add_business_time(begin, time * MINUTE)
    if any(oracle.open[start:]):
        opening = oracle.open.index(True, start)
        assert oracle.instant(Fraction(opening)) == calendar.next_opening(begin)


@slow
@given(
    calendars_and_nights(),
    st.integers(2 * 1440, 12 * 1440),
    st.builds(Fraction, st.integers(1, 40), st.sampled_from([1, 3, 7, 8, 10])),
)
def test_business_days_agree_with_a_clock_on_the_wall(
    drawn: tuple[BusinessCalendar, date], start: int, days: Fraction
) -> None:
    """T3, T4: each open minute is worth its share of the open minutes of its date."""
    calendar, night = drawn
    oracle = Oracle(calendar, night)
    due = oracle.add_days(start, days)
    assume(due is not None)

    assert due == calendar.add_business_days(oracle.instant(Fraction(start)), days)


@quick
@given(st.integers(0, 2000), st.integers(1, 1000), st.sets(st.integers(0, 1500), max_size=20))
def test_whole_business_days_over_years_agree_with_numpy(
    first: int, days: int, holidays: set[int]
) -> None:
    """T4: from an opening, whole days are due at the close of the last of that many open dates."""
    epoch = date(2024, 1, 1)
    closed = [epoch + timedelta(days=holiday) for holiday in sorted(holidays)]
    calendar = BusinessCalendar.model_validate(
        {
            "time_zone": "America/Chicago",
            "hours": {day: [["07:00", "18:00"]] for day in ALL_DAYS[:5]},
            "holidays": closed,
        }
    )
    last = np.busday_offset(
        epoch + timedelta(days=first), days - 1, roll="forward", holidays=closed
    )
    chicago = ZoneInfo("America/Chicago")
    start = datetime.combine(epoch + timedelta(days=first), datetime.min.time(), chicago)
    due = datetime.combine(last.astype(date), datetime.min.time(), chicago).replace(hour=18)

    assert due == calendar.add_business_days(start, days)
    assert due == calendar.add_business_time(start, days * timedelta(hours=11))
    assert days == calendar.business_days_between(start, due)


@quick
@given(any_calendar, instants, times, budgets)
def test_between_undoes_adding(
    calendar: BusinessCalendar, start: datetime, time: timedelta, days: Fraction
) -> None:
    """T2: what is spent when a budget is due is the budget."""
    due = calendar.add_business_time(start, time)
    assert time == calendar.business_time_between(start, due)

    due = calendar.add_business_days(start, days)
    assert abs(days - calendar.business_days_between(start, due)) <= ROUNDING


@quick
@given(any_calendar, instants, times, times, budgets, budgets)
def test_a_budget_may_be_spent_in_parts(
    calendar: BusinessCalendar,
    start: datetime,
    time: timedelta,
    more_time: timedelta,
    days: Fraction,
    more_days: Fraction,
) -> None:
    """T2: adding a, then b, is adding a + b, and time between adds up in the same way."""
    in_parts = calendar.add_business_time(calendar.add_business_time(start, time), more_time)
    # A part that is nothing leaves the start where it is, which need not be a close.
    assume(more_time)
    assert in_parts == calendar.add_business_time(start, time + more_time)

    halfway = calendar.add_business_days(start, days)
    due = calendar.add_business_days(halfway, more_days)
    spent = calendar.business_days_between(start, due)
    assert abs(days + more_days - spent) <= 2 * ROUNDING
    assert spent == calendar.business_days_between(start, halfway) + calendar.business_days_between(
        halfway, due
    )


@quick
@given(any_calendar, instants, instants, times, times, budgets, budgets)
def test_more_budget_or_a_later_start_is_never_due_earlier(
    calendar: BusinessCalendar,
    start: datetime,
    other: datetime,
    time: timedelta,
    more_time: timedelta,
    days: Fraction,
    more_days: Fraction,
) -> None:
    """Adding keeps the order of starts and of budgets."""
    earlier, later = sorted((start, other))
    due = calendar.add_business_time(earlier, time)
    assert earlier <= due <= calendar.add_business_time(later, time)
    assert due <= calendar.add_business_time(earlier, time + more_time)

    due = calendar.add_business_days(earlier, days)
    assert earlier <= due <= calendar.add_business_days(later, days)
    assert due <= calendar.add_business_days(earlier, days + more_days)


@quick
@given(any_calendar, instants, times, budgets)
def test_nothing_is_due_outside_opening_hours(
    calendar: BusinessCalendar, start: datetime, time: timedelta, days: Fraction
) -> None:
    """T4: a due instant lies within an opening, or exactly at its close."""
    assume(time and days)
    for due in (
        calendar.add_business_time(start, time),
        calendar.add_business_days(start, days),
    ):
        assert due.tzinfo is UTC
        assert calendar.is_open(due - timedelta(microseconds=1))


@quick
@given(any_calendar, instants, times)
def test_the_openings_explain_the_time_between(
    calendar: BusinessCalendar, start: datetime, time: timedelta
) -> None:
    """Openings are in order, open, apart, on their date, and sum up to the time between."""
    end = start + time
    listed = list(calendar.openings_between(start, end))

    assert calendar.business_time_between(start, end) == sum(
        (opening.end - opening.start for opening in listed), timedelta()
    )
    for opening in listed:
        assert start <= opening.start < opening.end <= end
        assert opening.local_date == calendar.local_date(opening.start)
        assert opening.start == calendar.next_opening(opening.start)
    for one, following in pairwise(listed):
        assert one.end < following.start or (
            one.end == following.start and one.local_date < following.local_date
        )


@quick
@given(any_calendar, instants)
def test_every_instant_is_before_the_end_of_its_local_date(
    calendar: BusinessCalendar, at: datetime
) -> None:
    """T6: a date's end is the first instant of the next date shown."""
    end = calendar.end_of_local_date(calendar.local_date(at))

    assert at < end
    assert calendar.local_date(end - timedelta(microseconds=1)) == calendar.local_date(at)
    assert calendar.local_date(end) > calendar.local_date(at)


@quick
@given(any_calendar, st.lists(st.tuples(instants, budgets), min_size=1, max_size=8))
def test_what_a_calendar_was_asked_before_changes_no_answer(
    calendar: BusinessCalendar, asked: list[tuple[datetime, Fraction]]
) -> None:
    """A replayed workflow starts with a fresh calendar and must come to the same instants."""
    for start, days in asked:
        assert calendar.add_business_days(start, days) == fresh(calendar).add_business_days(
            start, days
        )
        assert calendar.is_open(start) == fresh(calendar).is_open(start)
    assert calendar == fresh(calendar)
