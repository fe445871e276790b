"""A month as people and programs see it: openings, holidays, clock changes and totals (C5, T1)."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.business_time import BusinessCalendar
from domain.policy import PinnedPolicy
from domain.views.month import Day, Month, lines, month_of
from tests.domain.builders import ETO, SERVICE_LEVELS

ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
CHRISTMAS = date(2027, 12, 24)


def policy(**calendar: Any) -> PinnedPolicy:
    """The published policy with another calendar."""
    own = BusinessCalendar.model_validate(ETO.calendar.model_dump() | calendar)
    return ETO.model_copy(update={"calendar": own})


def shown(month: str, **calendar: Any) -> Month:
    """A month of it."""
    year, _, number = month.partition("-")
    names = {CHRISTMAS: ["Christmas Day (observed)"]}
    return month_of(policy(**calendar), int(year), int(number), names)


def on(day: str, **calendar: Any) -> Day:
    """One date of it."""
    days = shown(day[:7], **calendar).calendar.days
    return next(each for each in days if str(each.date) == day)


def test_a_day_has_its_openings_and_their_length() -> None:
    """C5: also several, one until midnight, and none."""
    hours = {"mon": [["08:00", "12:00"], ["13:00", "24:00"]]}
    monday, tuesday = on("2027-03-08", hours=hours), on("2027-03-09", hours=hours)

    assert (monday.openings, monday.hours) == ([("08:00", "12:00"), ("13:00", "24:00")], 15)
    assert (tuesday.openings, tuesday.hours) == ([], 0)


def test_a_holiday_has_its_name_and_a_special_day_its_hours() -> None:
    """C5: a date that is closed for no holiday says so; a half day keeps its name."""
    half = [{"date": CHRISTMAS, "hours": [["09:00", "13:00"]]}]
    closed = ETO.calendar.model_dump()["holidays"] + (date(2027, 12, 23),)

    assert (on("2027-12-24").openings, on("2027-12-24").holidays) == (
        [],
        ["Christmas Day (observed)"],
    )
    assert on("2027-12-23", holidays=closed).holidays == ["closed by holidays.also"]
    day = on("2027-12-24", also_open=half)
    assert (day.openings, day.special, day.holidays) == (
        [("09:00", "13:00")],
        True,
        ["Christmas Day (observed)"],
    )


@pytest.mark.parametrize(
    ("zone", "day", "hours", "clock"),
    [
        pytest.param("America/Chicago", "2027-03-14", 23, ("02:00", "03:00", True), id="ahead"),
        pytest.param("America/Chicago", "2027-11-07", 25, ("02:00", "01:00", False), id="back"),
        pytest.param("Europe/London", "2027-03-28", 23, ("01:00", "02:00", True), id="London"),
        pytest.param("Asia/Beirut", "2027-03-28", 23, ("00:00", "01:00", True), id="at midnight"),
        pytest.param(
            "Australia/Lord_Howe", "2027-04-04", 24.5, ("02:00", "01:30", False), id="half"
        ),
        pytest.param("GMT", "2027-03-28", 24, None, id="a zone without"),
    ],
)
def test_a_clock_change_is_shown_and_its_hours_are_real(
    zone: str, day: str, hours: float, clock: tuple[str, str, bool] | None
) -> None:
    """T1: what the clock showed, what it shows, and how long the day really is."""
    found = on(day, time_zone=zone, hours=ALWAYS)

    assert found.hours == hours
    assert (found.clock and (found.clock.before, found.clock.after, found.clock.ahead)) == clock


def test_a_date_that_the_zone_left_out_is_not_there() -> None:
    """Samoa had no 30 December 2011."""
    days = shown("2011-12", time_zone="Pacific/Apia", hours=ALWAYS).calendar.days

    assert [day.date.day for day in days][-3:] == [28, 29, 31]
    assert {day.hours for day in days} == {24}


def test_severities_with_hours_of_their_own_are_told_apart() -> None:
    """C5: by the same hours together; round the clock without holidays."""
    month = month_of(SERVICE_LEVELS, 2027, 12, {})

    assert [(own.severities, own.round_the_clock, own.hours) for own in month.severities] == [
        (["S1"], True, 744),
        (["S2"], False, 21 * 12 + 3 * 8),
    ]
    assert (month.calendar.business_days, month.calendar.hours) == (21, 252)


def test_people_read_a_line_for_each_date_and_the_totals() -> None:
    """With weeks apart, and what is other than usual for a severity."""
    said = list(lines(month_of(SERVICE_LEVELS, 2027, 12, {})))

    assert said[0] == f"December 2027 by sla-page {SERVICE_LEVELS.version}, GMT"
    assert said[2] == "Wed 01  08:00 - 20:00                  12 h"
    assert said[5:8] == ["Sat 04  closed", "Sun 05  closed", ""]
    assert said[-5:] == [
        "For S1 round the clock: 31 days, 744 hours in all.",
        "For S2 on 24 days, 276 hours in all; other than above:",
        "  Sat 04  09:00 - 17:00                   8 h",
        "  Sat 11  09:00 - 17:00                   8 h",
        "  Sat 18  09:00 - 17:00                   8 h",
    ]
    noted = [line for line in lines(shown("2027-12")) if "Christmas" in line]
    assert noted == ["Fri 24  closed                               Christmas Day (observed)"]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["America/Chicago", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "GMT"]),
    st.integers(1975, 2150),
    st.integers(1, 12),
    st.sampled_from([ALWAYS, {"mon": [["00:00", "12:00"], ["22:00", "24:00"]]}]),
)
def test_the_days_of_a_month_are_all_of_its_business_time(
    zone: str, year: int, month: int, hours: Any
) -> None:
    """T1: whatever the clock does."""
    own = policy(time_zone=zone, hours=hours)
    found = month_of(own, year, month, {}).calendar
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    start = own.calendar.end_of_local_date(first - timedelta(days=1))
    end = own.calendar.end_of_local_date(last)

    assert found.hours == own.calendar.business_time_between(start, end) / timedelta(hours=1)
    assert found.business_days == own.calendar.business_days_between(start, end)
    assert [day.date for day in found.days] == sorted({day.date for day in found.days})
