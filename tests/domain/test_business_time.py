"""What the business calendar answers, case by case; random calendars are in the properties file."""

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from domain.business_time import (
    BusinessCalendar,
    CalendarNeverOpens,
    NaiveDatetime,
    Opening,
)

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
ALL_DAYS = (*WORKDAYS, "sat", "sun")
CHICAGO = "America/Chicago"


def calendar(
    *openings: tuple[str, str],
    days: tuple[str, ...] = WORKDAYS,
    zone: str = CHICAGO,
    holidays: tuple[str, ...] = (),
    **more: Any,
) -> BusinessCalendar:
    """A calendar with the same openings on each of `days`."""
    return BusinessCalendar.model_validate(
        {
            "time_zone": zone,
            "hours": {day: [list(opening) for opening in openings] for day in days},
            "holidays": list(holidays),
            **more,
        }
    )


def local(text: str, zone: str = CHICAGO) -> datetime:
    """The instant at which the clock in `zone` shows `text`, the first if it does so twice."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def utc(text: str) -> datetime:
    """The instant at which it is `text` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


SUPPORT = calendar(("07:00", "18:00"), holidays=("2026-11-26", "2026-12-25"))
ROUND_THE_CLOCK = calendar(("00:00", "24:00"), days=ALL_DAYS)
LUNCH = calendar(("08:00", "12:00"), ("13:00", "17:00"))
# A day of 8 hours, then one of 2.
UNEVEN = BusinessCalendar.model_validate(
    {"time_zone": CHICAGO, "hours": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "11:00"]]}}
)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2026-11-06T16:00", 2.0, "2026-11-10T16:00", id="T3 Friday 16:00"),
        pytest.param("2026-11-07T12:00", 2.0, "2026-11-10T18:00", id="T3 Saturday noon"),
        pytest.param("2026-11-09T07:00", 1.0, "2026-11-09T18:00", id="T4 from opening to close"),
        pytest.param("2026-11-09T18:00", 1.0, "2026-11-10T18:00", id="T4 from close to close"),
        pytest.param("2026-11-09T05:00", 1.0, "2026-11-09T18:00", id="before hours"),
        pytest.param("2026-11-09T21:00", 0.5, "2026-11-10T12:30", id="after hours"),
        pytest.param("2026-11-06T18:00", 0.5, "2026-11-09T12:30", id="Friday's close"),
        pytest.param("2026-11-25T16:00", 2.0, "2026-11-30T16:00", id="over Thanksgiving"),
        pytest.param("2026-11-26T12:00", 1.0, "2026-11-27T18:00", id="from within a holiday"),
        pytest.param("2026-03-06T12:30", 1.0, "2026-03-09T12:30", id="over the spring change"),
        pytest.param("2026-10-30T12:30", 1.0, "2026-11-02T12:30", id="over the autumn change"),
        pytest.param("2026-11-09T07:00", 120, "2027-04-27T18:00", id="120 days"),
    ],
)
def test_a_business_day_is_a_share_of_each_days_opening(start: str, days: float, due: str) -> None:
    """T3, T4: 07:00 to 18:00 Central Time, as in the policy."""
    assert local(due) == SUPPORT.add_business_days(local(start), days)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2026-11-09T13:00", Fraction(1), "2026-11-10T10:00", id="half and half"),
        pytest.param("2026-11-10T10:00", Fraction(1), "2026-11-16T13:00", id="short day first"),
        pytest.param("2026-11-09T09:00", Fraction(1, 8), "2026-11-09T10:00", id="hour of 8"),
        pytest.param("2026-11-10T09:00", Fraction(1, 8), "2026-11-10T09:15", id="quarter of 2"),
    ],
)
def test_a_share_of_a_long_day_is_the_same_share_of_a_short_one(
    start: str, days: Fraction, due: str
) -> None:
    """T3: each day's own opening is what its share is taken of."""
    assert local(due) == UNEVEN.add_business_days(local(start), days)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        pytest.param("2026-11-06T16:00", 4, "2026-11-09T09:00", id="over the weekend"),
        pytest.param("2026-11-06T16:00", 2, "2026-11-06T18:00", id="T4 due at the close"),
        pytest.param("2026-11-06T18:00", 11, "2026-11-09T18:00", id="T4 from close to close"),
        pytest.param("2026-11-25T17:50", 1, "2026-11-27T07:50", id="over Thanksgiving"),
        pytest.param("2026-11-07T03:00", 1, "2026-11-09T08:00", id="from the weekend"),
        pytest.param("2026-11-09T07:00", 1320, "2027-04-27T18:00", id="120 days of 11 hours"),
    ],
)
def test_business_time_runs_only_while_support_is_open(start: str, hours: int, due: str) -> None:
    """T2, T4: opening time is elapsed time, and spent at a close is due at the close."""
    assert local(due) == SUPPORT.add_business_time(local(start), timedelta(hours=hours))


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        pytest.param("2026-11-09T11:00", 60, "2026-11-09T12:00", id="T4 due before lunch"),
        pytest.param("2026-11-09T11:00", 61, "2026-11-09T13:01", id="goes on after lunch"),
        pytest.param("2026-11-09T12:30", 30, "2026-11-09T13:30", id="from within lunch"),
        pytest.param("2026-11-09T11:00", 300, "2026-11-09T17:00", id="T4 due in the evening"),
    ],
)
def test_a_day_may_have_several_openings(start: str, minutes: int, due: str) -> None:
    """Time between two openings of one day is not open, and no budget is due in it (T4)."""
    assert local(due) == LUNCH.add_business_time(local(start), timedelta(minutes=minutes))
    assert local(due) == LUNCH.add_business_days(local(start), Fraction(minutes, 480))


def test_openings_that_meet_are_one() -> None:
    """Adjacent openings of a day change nothing but how the hours are written."""
    split = calendar(("07:00", "12:00"), ("12:00", "18:00"))
    monday = (local("2026-11-09T00:00"), local("2026-11-10T00:00"))

    assert [Opening(utc("2026-11-09T13:00"), utc("2026-11-10T00:00"), date(2026, 11, 9))] == list(
        split.openings_between(*monday)
    )
    assert split.is_open(local("2026-11-09T12:00"))


def test_a_night_shift_is_two_openings_that_meet_at_midnight() -> None:
    """ "24:00" is the end of the day: the night goes on in the next date's first opening."""
    night = calendar(("00:00", "06:00"), ("22:00", "24:00"), days=ALL_DAYS)

    assert night.is_open(local("2026-11-10T00:00"))
    assert local("2026-11-10T02:00") == night.add_business_time(
        local("2026-11-09T23:00"), timedelta(hours=3)
    )
    # 1 of 8 hours on Monday, the other 7/8 of a day on Tuesday.
    assert local("2026-11-10T23:00") == night.add_business_days(local("2026-11-09T23:00"), 1)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        pytest.param("2026-03-08T00:00", "2026-03-09T00:00", 23, id="spring date"),
        pytest.param("2026-11-01T00:00", "2026-11-02T00:00", 25, id="autumn date"),
        pytest.param("2026-03-08T01:30", "2026-03-08T03:30", 1, id="across the jump"),
        pytest.param("2026-11-01T00:30", "2026-11-01T02:30", 3, id="across the repeated hour"),
    ],
)
def test_round_the_clock_time_is_real_elapsed_time(start: str, end: str, hours: int) -> None:
    """T1: the date of a clock change has the hours it really has."""
    begin, finish = local(start), local(end)

    assert timedelta(hours=hours) == ROUND_THE_CLOCK.business_time_between(begin, finish)
    assert finish == ROUND_THE_CLOCK.add_business_time(begin, timedelta(hours=hours))
    assert finish - begin.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2026-03-08T00:00", 0.5, "2026-03-08T12:30", id="half of 23 hours"),
        pytest.param("2026-11-01T00:00", 0.5, "2026-11-01T11:30", id="half of 25 hours"),
        pytest.param("2026-03-07T12:00", 1.0, "2026-03-08T12:30", id="half of 24, half of 23"),
        pytest.param("2026-03-07T12:00", 2.0, "2026-03-09T12:00", id="a whole short date between"),
        pytest.param("2026-10-31T12:00", 2.0, "2026-11-02T12:00", id="a whole long date between"),
    ],
)
def test_a_business_day_on_a_clock_change_is_the_time_it_really_has(
    start: str, days: float, due: str
) -> None:
    """T1, T3: a share is taken of the 23 or 25 hours of that date."""
    assert local(due) == ROUND_THE_CLOCK.add_business_days(local(start), days)


@pytest.mark.parametrize(
    ("zone", "day", "opening", "spans"),
    [
        pytest.param(
            CHICAGO, "2026-03-08", ("02:00", "03:00"), [], id="wholly within the gap: no time"
        ),
        pytest.param(
            CHICAGO,
            "2026-03-08",
            ("02:30", "05:00"),
            [("2026-03-08T08:00", "2026-03-08T10:00")],
            id="begins within the gap: from the jump",
        ),
        pytest.param(
            CHICAGO,
            "2026-03-08",
            ("00:00", "02:30"),
            [("2026-03-08T06:00", "2026-03-08T08:00")],
            id="ends within the gap: until the jump",
        ),
        pytest.param(
            CHICAGO,
            "2026-11-01",
            ("01:00", "02:00"),
            [("2026-11-01T06:00", "2026-11-01T08:00")],
            id="the repeated hour: two hours",
        ),
        pytest.param(
            CHICAGO,
            "2026-11-01",
            ("01:15", "01:45"),
            [("2026-11-01T06:15", "2026-11-01T06:45"), ("2026-11-01T07:15", "2026-11-01T07:45")],
            id="within the repeated hour: twice",
        ),
        pytest.param(
            CHICAGO,
            "2026-11-01",
            ("00:00", "01:30"),
            [("2026-11-01T05:00", "2026-11-01T06:30"), ("2026-11-01T07:00", "2026-11-01T07:30")],
            id="ends within the repeated hour: open again when it repeats",
        ),
        pytest.param(
            CHICAGO,
            "2026-11-01",
            ("01:30", "04:00"),
            [("2026-11-01T06:30", "2026-11-01T07:00"), ("2026-11-01T07:30", "2026-11-01T10:00")],
            id="begins within the repeated hour: begins twice",
        ),
        pytest.param(
            "America/Sao_Paulo",
            "2018-11-04",
            ("00:00", "24:00"),
            [("2018-11-04T03:00", "2018-11-05T02:00")],
            id="midnight skipped: from the jump to 01:00",
        ),
        pytest.param(
            "America/Sao_Paulo",
            "2018-02-17",
            ("00:00", "24:00"),
            [("2018-02-17T02:00", "2018-02-18T03:00")],
            id="clock put back from midnight: until the second 24:00",
        ),
        pytest.param(
            "Asia/Beirut",
            "2026-03-29",
            ("00:00", "24:00"),
            [("2026-03-28T22:00", "2026-03-29T21:00")],
            id="Beirut skips midnight",
        ),
        pytest.param(
            "Asia/Beirut",
            "2026-10-24",
            ("23:00", "24:00"),
            [("2026-10-24T20:00", "2026-10-24T22:00")],
            id="Beirut repeats the last hour of the date",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2026-04-05",
            ("00:00", "24:00"),
            [("2026-04-04T13:00", "2026-04-05T13:30")],
            id="half an hour more",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2026-10-04",
            ("02:00", "03:00"),
            [("2026-10-03T15:30", "2026-10-03T16:00")],
            id="half an hour less",
        ),
        pytest.param(
            "America/St_Johns",
            "2006-10-28",
            ("23:00", "24:00"),
            [("2006-10-29T01:30", "2006-10-29T02:30"), ("2006-10-29T02:31", "2006-10-29T03:30")],
            id="put back at 00:01: the last hour again but for a minute",
        ),
        pytest.param(
            "Pacific/Apia", "2011-12-30", ("00:00", "24:00"), [], id="a date that never was"
        ),
    ],
)
def test_support_is_open_when_the_clock_shows_opening_hours(
    zone: str, day: str, opening: tuple[str, str], spans: list[tuple[str, str]]
) -> None:
    """T1: skipped local times have no time, repeated ones have it twice."""
    hours = calendar(opening, days=ALL_DAYS, zone=zone)
    around = (utc(day) - timedelta(days=2), utc(day) + timedelta(days=3))

    found = [o for o in hours.openings_between(*around) if o.local_date == date.fromisoformat(day)]

    assert [Opening(utc(a), utc(b), date.fromisoformat(day)) for a, b in spans] == found


def test_a_date_without_opening_time_is_no_business_day() -> None:
    """T3: nothing of a budget is spent on a date whose opening the clock jumps over."""
    gap = calendar(("02:00", "03:00"), days=ALL_DAYS)

    assert local("2026-03-09T03:00") == gap.add_business_days(local("2026-03-07T02:30"), 1.5)
    assert local("2026-03-09T02:00") == gap.next_opening(local("2026-03-08T00:00"))


def test_a_skipped_date_is_no_business_day() -> None:
    """T1, T3: Friday 2011-12-30 never was in Apia; Thursday is followed by Saturday."""
    apia = calendar(("09:00", "17:00"), zone="Pacific/Apia")

    assert local("2012-01-02T13:00", "Pacific/Apia") == apia.add_business_days(
        local("2011-12-29T13:00", "Pacific/Apia"), 1
    )


def test_the_clock_put_back_over_midnight_loses_no_time() -> None:
    """T1: St. John's showed 2006-10-28 again after a minute of the 29th; real time goes on."""
    st_johns = calendar(("00:00", "24:00"), days=ALL_DAYS, zone="America/St_Johns")
    start, end = utc("2006-10-27T00:00"), utc("2006-11-02T00:00")

    assert end - start == st_johns.business_time_between(start, end)
    assert end == st_johns.add_business_days(start, st_johns.business_days_between(start, end))
    assert Fraction(6) == st_johns.business_days_between(
        local("2006-10-27T00:00", "America/St_Johns"),
        local("2006-11-02T00:00", "America/St_Johns"),
    )


@pytest.mark.parametrize(
    "at", [local("2026-11-07T12:00"), local("2026-11-06T16:00"), local("2026-11-26T09:00")]
)
def test_adding_nothing_changes_nothing(at: datetime) -> None:
    """Zero gives the start itself, open or not, and in UTC."""
    for due in (SUPPORT.add_business_days(at, 0), SUPPORT.add_business_time(at, timedelta())):
        assert (at, UTC) == (due, due.tzinfo)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2026-11-09T07:00", 0.1 + 0.2, "2026-11-09T10:18", id="0.1 + 0.2"),
        pytest.param("2026-11-09T14:42", 0.1 + 0.2, "2026-11-09T18:00", id="T4 float above close"),
        pytest.param("2026-11-09T14:42", 0.3, "2026-11-09T18:00", id="T4 float below close"),
        pytest.param("2026-11-09T07:00", 1.0000000000000002, "2026-11-09T18:00", id="T4 one ulp"),
        pytest.param("2026-11-09T07:00", 5e-324, "2026-11-09T07:00", id="next to nothing"),
        pytest.param("2026-11-09T07:00", Fraction(1, 11), "2026-11-09T08:00", id="Fraction"),
        pytest.param("2026-11-09T07:00", 3, "2026-11-11T18:00", id="int"),
    ],
)
def test_a_floats_rounding_error_moves_no_due_instant(
    start: str, days: float | Fraction, due: str
) -> None:
    """T4: results are exact to the microsecond, and a close stays a close."""
    assert local(due) == SUPPORT.add_business_days(local(start), days)


def test_less_than_a_microsecond_of_a_short_day_still_leads_to_that_day() -> None:
    """A budget beyond a close by more than rounding is due in the next opening, however soon."""
    brief = BusinessCalendar.model_validate(
        {
            "time_zone": "UTC",
            "hours": {"mon": [["00:00", "24:00"]], "tue": [["09:00", "09:01"]]},
        }
    )

    assert utc("2026-11-10T09:00:00.000001") == brief.add_business_days(
        utc("2026-11-09T00:00"), 1 + Fraction(1, 86_400_000_000)
    )


def test_rounding_never_leads_before_the_start() -> None:
    """A budget that moves nothing within a short day is due at its start, not at a close before."""
    brief = calendar(("09:00", "09:01"), ("10:00", "10:01"), zone="UTC")
    start = utc("2026-11-09T09:30")

    assert start == brief.add_business_days(start, Fraction(1, 86_400_000_000))


@pytest.mark.parametrize(
    ("start", "end", "time", "days"),
    [
        pytest.param("2026-11-06T16:00", "2026-11-10T16:00", 22, Fraction(2), id="T3"),
        pytest.param("2026-11-07T12:00", "2026-11-10T18:00", 22, Fraction(2), id="T3 weekend"),
        pytest.param("2026-11-07T12:00", "2026-11-08T12:00", 0, Fraction(0), id="closed"),
        pytest.param("2026-11-09T08:00", "2026-11-09T08:00", 0, Fraction(0), id="no time"),
        pytest.param("2026-11-25T17:00", "2026-11-27T08:00", 2, Fraction(2, 11), id="holiday"),
        pytest.param("2026-11-09T07:00", "2027-04-27T18:00", 1320, Fraction(120), id="120 days"),
    ],
)
def test_what_is_spent_of_a_budget(start: str, end: str, time: int, days: Fraction) -> None:
    """T2, T3: between is what adding undoes, exact for days."""
    begin, finish = local(start), local(end)

    assert timedelta(hours=time) == SUPPORT.business_time_between(begin, finish)
    assert days == SUPPORT.business_days_between(begin, finish)


@pytest.mark.parametrize(
    ("also_open", "start", "days", "due"),
    [
        pytest.param("2026-12-05", "2026-12-04T18:00", 1, "2026-12-05T18:00", id="a Saturday"),
        pytest.param("2026-12-25", "2026-12-24T18:00", 1, "2026-12-25T18:00", id="a holiday"),
        pytest.param(
            {"date": "2026-12-24", "hours": [["09:00", "13:00"]]},
            "2026-12-24T07:00",
            0.5,
            "2026-12-24T11:00",
            id="half of a half day",
        ),
        pytest.param(
            {"date": "2026-12-05", "hours": [["09:00", "10:00"], ["12:00", "13:00"]]},
            "2026-12-04T18:00",
            0.75,
            "2026-12-05T12:30",
            id="a Saturday with hours of its own",
        ),
        pytest.param("2026-12-07", "2026-12-04T18:00", 1, "2026-12-07T18:00", id="open anyway"),
    ],
)
def test_a_special_day_is_open_whatever_weekends_and_holidays_say(
    also_open: Any, start: str, days: float, due: str
) -> None:
    """T3: with the usual hours, or those that are given; a half day is a business day too."""
    special = BusinessCalendar.model_validate(
        SUPPORT.model_dump(mode="json") | {"also_open": [also_open]}
    )
    assert local(due) == special.add_business_days(local(start), days)
    assert days == special.business_days_between(local(start), local(due))


def test_a_holiday_that_is_also_open_is_none() -> None:
    """C5: as others are told of it."""
    special = BusinessCalendar.model_validate(
        SUPPORT.model_dump(mode="json") | {"also_open": ["2026-12-25"]}
    )
    assert (special.is_holiday(date(2026, 12, 25)), special.is_holiday(date(2026, 11, 26))) == (
        False,
        True,
    )


def test_a_pause_over_a_holiday_counts_business_minutes_only() -> None:
    """A hold from Thursday 17:50 to Monday 12:30 over a closed Friday is 10 + 330 minutes."""
    friday_closed = calendar(("07:00", "18:00"), holidays=("2026-11-27",))

    assert timedelta(minutes=340) == friday_closed.business_time_between(
        local("2026-11-26T17:50"), local("2026-11-30T12:30")
    )


@pytest.mark.parametrize(
    ("at", "is_open", "next_opening"),
    [
        pytest.param("2026-11-09T07:00", True, "2026-11-09T07:00", id="opening is open"),
        pytest.param("2026-11-09T06:59:59.999999", False, "2026-11-09T07:00", id="just before"),
        pytest.param("2026-11-09T17:59:59.999999", True, "2026-11-09T17:59:59.999999", id="last"),
        pytest.param("2026-11-09T18:00", False, "2026-11-10T07:00", id="close is closed"),
        pytest.param("2026-11-07T12:00", False, "2026-11-09T07:00", id="weekend"),
        pytest.param("2026-11-26T09:00", False, "2026-11-27T07:00", id="holiday"),
    ],
)
def test_openings_include_their_start_and_not_their_end(
    at: str, is_open: bool, next_opening: str
) -> None:
    """C5: support hours, holidays excepted."""
    assert is_open == SUPPORT.is_open(local(at))
    assert local(next_opening) == SUPPORT.next_opening(local(at))
    assert SUPPORT.next_opening(local(at)).tzinfo == UTC


def test_openings_are_cut_off_at_the_range_asked_for() -> None:
    """The openings that explain a due instant sum up to the budget spent."""
    assert [
        Opening(utc("2026-11-06T22:00"), utc("2026-11-07T00:00"), date(2026, 11, 6)),
        Opening(utc("2026-11-09T13:00"), utc("2026-11-09T14:30"), date(2026, 11, 9)),
    ] == list(SUPPORT.openings_between(local("2026-11-06T16:00"), local("2026-11-09T08:30")))
    assert list(SUPPORT.openings_between(utc("2026-11-09T14:00"), utc("2026-11-09T14:00"))) == []


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        pytest.param(CHICAGO, "2026-11-09", "2026-11-10T06:00", id="plain"),
        pytest.param(CHICAGO, "2026-03-08", "2026-03-09T05:00", id="spring"),
        pytest.param(CHICAGO, "2026-11-01", "2026-11-02T06:00", id="autumn"),
        pytest.param("America/Sao_Paulo", "2018-11-03", "2018-11-04T03:00", id="midnight skipped"),
        pytest.param("America/Sao_Paulo", "2018-02-17", "2018-02-18T03:00", id="put back at it"),
        pytest.param("America/Havana", "2026-10-31", "2026-11-01T04:00", id="put back to it"),
        pytest.param("America/St_Johns", "2006-10-28", "2006-10-29T02:30", id="put back over it"),
        pytest.param("Pacific/Apia", "2011-12-29", "2011-12-30T10:00", id="before the missing"),
        pytest.param("Pacific/Apia", "2011-12-30", "2011-12-30T10:00", id="the missing date"),
    ],
)
def test_a_local_date_ends_when_a_later_one_is_first_shown(zone: str, day: str, end: str) -> None:
    """T6: the instant before which a date must have had its update."""
    at = calendar(zone=zone).end_of_local_date(date.fromisoformat(day))

    assert (utc(end), UTC) == (at, at.tzinfo)


def test_the_local_date_is_the_one_the_calendars_zone_shows() -> None:
    """T1: whatever zone the instant is given in."""
    tokyo = timezone(timedelta(hours=9))

    assert date(2026, 11, 8) == SUPPORT.local_date(datetime(2026, 11, 9, 14, 59, tzinfo=tokyo))
    assert date(2026, 11, 9) == SUPPORT.local_date(datetime(2026, 11, 9, 15, 0, tzinfo=tokyo))


@pytest.mark.parametrize(
    ("known_until", "at", "exceeded"),
    [
        ("2026-12-31", "2026-12-31T23:59", False),
        ("2026-12-31", "2027-01-01T00:00", True),
        (None, "2099-01-01T00:00", False),
    ],
)
def test_a_calendar_says_when_it_runs_out_of_known_holidays(
    known_until: str | None, at: str, exceeded: bool
) -> None:
    """T8: the last known date is still known, in the calendar's zone; unset, nothing is said."""
    known = calendar(("07:00", "18:00"), holidays_known_until=known_until)

    assert exceeded == known.horizon_exceeded(local(at))


@pytest.mark.parametrize(
    ("change", "field", "messages"),
    [
        ({"time_zone": "America/Chicag"}, "time_zone", ["'America/Chicag'", "IANA name"]),
        ({"time_zone": "CST6"}, "time_zone", ["'CST6'", "IANA name"]),
        ({"time_zone": "../etc/passwd"}, "time_zone", ["'../etc/passwd'", "IANA name"]),
        ({"time_zone": "America"}, "time_zone", ["'America'", "IANA name"]),
        ({"hours": {"mon": [["7:00", "18:00"]]}}, "hours.mon.0.0", ["'7:00'", '"00:00"']),
        ({"hours": {"mon": [["07:00", "24:01"]]}}, "hours.mon.0.1", ["'24:01'", '"24:00"']),
        ({"hours": {"mon": [["07:00", 1080]]}}, "hours.mon.0.1", ["1080", "in quotes in YAML"]),
        ({"hours": {"mon": [["18:00", "07:00"]]}}, "hours.mon", ['["18:00", "07:00"]', "later"]),
        ({"hours": {"mon": [["07:00", "07:00"]]}}, "hours.mon", ['["07:00", "07:00"]', "later"]),
        (
            {"hours": {"mon": [["07:00", "12:00"], ["11:00", "18:00"]]}},
            "hours.mon",
            ['"11:00"', '"12:00"', "in order and without overlap"],
        ),
        (
            {"hours": {"mon": [["13:00", "18:00"], ["07:00", "12:00"]]}},
            "hours.mon",
            ['"07:00"', '"18:00"', "in order and without overlap"],
        ),
        ({"hours": {"Monday": []}}, "hours.Monday", ["'Monday'", "'mon', 'tue'"]),
        ({"holidays": ["2026-02-30"]}, "holidays.0", ["'2026-02-30'", '"2026-11-26"']),
        ({"holidays": ["26.11.2026"]}, "holidays.0", ["'26.11.2026'", '"2026-11-26"']),
        ({"holidays": [20261126]}, "holidays.0", ["20261126", '"2026-11-26"']),
        ({"holidays": [utc("2026-11-26")]}, "holidays.0", ["2026, 11, 26", '"2026-11-26"']),
        ({"holidays": ["2026-11-26", "2026-11-26"]}, "holidays", ["2026-11-26", "once"]),
        ({"also_open": ["2026-02-30"]}, "also_open.0.date", ["'2026-02-30'", '"2026-11-26"']),
        ({"also_open": [5]}, "also_open.0", ["5 is no day", "give a date"]),
        ({"also_open": ["2026-12-05"] * 2}, "also_open", ["2026-12-05", "once"]),
        (
            {"also_open": [{"date": "2026-12-05", "hours": []}]},
            "also_open.0.hours",
            ["must have an opening", "holiday"],
        ),
        (
            {"also_open": [{"date": "2026-12-05", "hours": [["13:00", "09:00"]]}]},
            "also_open.0.hours",
            ['["13:00", "09:00"]', "later"],
        ),
        (
            {"also_open": ["2026-12-05"], "hours": UNEVEN.hours},
            "also_open",
            ["2026-12-05 needs hours", "sat has none"],
        ),
        ({"holidays_known_until": "2026"}, "holidays_known_until", ["'2026'", '"2026-11-26"']),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(
    change: dict[str, Any], field: str, messages: list[str]
) -> None:
    """Errors name the field, the value and what would be right."""
    with pytest.raises(ValidationError) as refused:
        BusinessCalendar.model_validate(SUPPORT.model_dump(mode="json") | change)

    assert refused.value.error_count() == 1
    for expected in (field, *messages):
        assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        (lambda at: SUPPORT.add_business_time(at, timedelta(hours=1)), "start"),
        (lambda at: SUPPORT.add_business_days(at, 1), "start"),
        (lambda at: SUPPORT.business_time_between(utc("2026-01-01"), at), "end"),
        (lambda at: SUPPORT.business_days_between(at, utc("2026-01-01")), "start"),
        (lambda at: SUPPORT.openings_between(utc("2026-01-01"), at), "end"),
        (SUPPORT.is_open, "at"),
        (SUPPORT.next_opening, "at"),
        (SUPPORT.local_date, "at"),
        (SUPPORT.horizon_exceeded, "at"),
    ],
)
def test_a_naive_datetime_is_refused_by_name(call: Any, parameter: str) -> None:
    """T1: all instants are aware."""
    with pytest.raises(NaiveDatetime, match=f"^{parameter} is 2026-11-09T07:00:00: it needs a"):
        call(datetime(2026, 11, 9, 7))  # noqa: DTZ001 - naive on purpose


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda at: SUPPORT.add_business_time(at, timedelta(-1)), "time is -1 day"),
        (lambda at: SUPPORT.add_business_days(at, -0.5), "days is -0.5"),
        (lambda at: SUPPORT.add_business_days(at, float("nan")), "days is nan"),
        (lambda at: SUPPORT.add_business_days(at, float("inf")), "days is inf"),
        (lambda at: SUPPORT.business_time_between(at, utc("2026-01-01")), "end is 2026-01-01"),
        (lambda at: SUPPORT.business_days_between(at, utc("2026-01-01")), "end is 2026-01-01"),
        (lambda at: SUPPORT.openings_between(at, utc("2026-01-01")), "end is 2026-01-01"),
    ],
)
def test_time_does_not_run_backwards(call: Any, message: str) -> None:
    """A negative budget or range is refused when it is given, with its value."""
    with pytest.raises(ValueError, match=message):
        call(utc("2026-11-09T07:00"))


NEVER_OPEN = calendar(days=())
ALL_HOLIDAYS = calendar(
    ("07:00", "18:00"),
    days=("mon",),
    holidays=tuple(
        (date(2026, 11, 2) + timedelta(weeks=week)).isoformat() for week in range(11 * 53)
    ),
)


@pytest.mark.parametrize("closed", [NEVER_OPEN, ALL_HOLIDAYS], ids=["no hours", "all holidays"])
def test_a_calendar_that_never_opens_is_searched_no_further_than_ten_years(
    closed: BusinessCalendar,
) -> None:
    """It can say that it is closed, and refuses to look for an opening for ever."""
    at = utc("2026-11-09T14:00")

    assert not closed.is_open(at)
    assert timedelta() == closed.business_time_between(at, at + timedelta(days=1000))
    assert Fraction(0) == closed.business_days_between(at, at + timedelta(days=1000))
    assert list(closed.openings_between(at, at + timedelta(days=1000))) == []
    assert at == closed.add_business_days(at, 0)
    searches: list[Callable[[], datetime]] = [
        lambda: closed.next_opening(at),
        lambda: closed.add_business_days(at, 1),
        lambda: closed.add_business_time(at, timedelta(hours=1)),
    ]
    for search in searches:
        with pytest.raises(CalendarNeverOpens, match="no opening within ten years of 2026-1"):
            search()


def test_an_opening_years_ahead_is_found() -> None:
    """A long row of holidays is not the same as never."""
    closed_for_years = ALL_HOLIDAYS.model_copy(update={"holidays": ALL_HOLIDAYS.holidays[:470]})

    assert local("2035-11-05T07:00") == closed_for_years.next_opening(local("2026-11-02T07:00"))


def test_instants_beyond_what_a_datetime_holds_overflow() -> None:
    """There is no answer past year 9999."""
    with pytest.raises(OverflowError):
        SUPPORT.add_business_days(utc("9999-10-01T00:00"), 120)


GIVEN = {
    "time_zone": "America/Chicago",
    "hours": {"mon": [["07:00", "12:00"], ["13:00", "24:00"]], "sat": []},
    "holidays": ["2026-12-25", "2026-11-26"],
    "also_open": [{"date": "2026-12-05", "hours": None}],
    "holidays_known_until": "2026-12-31",
}


def test_a_calendar_is_pinned_as_the_json_it_was_given_as() -> None:
    """T8: what is dumped is what was given, and validates to an equal calendar."""
    pinned = BusinessCalendar.model_validate(GIVEN)

    assert pinned.model_dump(mode="json") == GIVEN
    assert pinned == BusinessCalendar.model_validate_json(pinned.model_dump_json())
    assert pinned == BusinessCalendar.model_validate(pinned.model_dump())


def test_holidays_and_their_horizon_may_be_left_out() -> None:
    """T8: calendars pinned before a field was added decode to none."""
    bare = BusinessCalendar.model_validate({"time_zone": "UTC", "hours": {}})

    assert (bare.holidays, bare.also_open, bare.holidays_known_until) == ((), (), None)


def test_answers_leave_no_trace_in_a_calendar() -> None:
    """Equality, JSON, copies and pickles know the fields only."""
    used, fresh = BusinessCalendar.model_validate(GIVEN), BusinessCalendar.model_validate(GIVEN)
    due = used.add_business_days(utc("2026-11-09T07:00"), 3)

    assert used == fresh
    assert used.model_dump_json() == fresh.model_dump_json()
    for copied in (
        copy.copy(used),
        copy.deepcopy(used),
        used.model_copy(deep=True),
        pickle.loads(pickle.dumps(used)),
    ):
        assert used == copied
        assert due == copied.add_business_days(utc("2026-11-09T07:00"), 3)


@pytest.mark.parametrize("deep", [False, True])
def test_a_changed_copy_answers_by_its_own_fields(deep: bool) -> None:
    """What the original remembers of its openings must not answer for the copy."""
    thanksgiving = local("2026-11-26T09:00")
    assert not SUPPORT.is_open(thanksgiving)

    assert SUPPORT.model_copy(update={"holidays": ()}, deep=deep).is_open(thanksgiving)


def test_a_calendar_cannot_be_changed() -> None:
    """It is pinned with the policy (T8)."""
    with pytest.raises(ValidationError, match="frozen"):
        SUPPORT.time_zone = "UTC"  # type: ignore[misc]
