"""Business days and minutes, case by case: when they are spent, and how exactly (T2, T3)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from domain.business_time import BusinessCalendar, CalendarNeverOpens
from tests.domain.calendars import SUPPORT, UNEVEN, calendar, local, utc


# A day of 8 hours, then one of 2.
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
