"""When support is open: several openings a day, changes of the clock, local dates (T1, C5)."""

from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction

import pytest

from domain.business_time import Opening
from tests.domain.calendars import CHICAGO, SUPPORT, WORKDAYS, calendar, local, utc

ALL_DAYS = (*WORKDAYS, "sat", "sun")
ROUND_THE_CLOCK = calendar(("00:00", "24:00"), days=ALL_DAYS)
LUNCH = calendar(("08:00", "12:00"), ("13:00", "17:00"))


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
