"""A business calendar as it is given: what is refused, and that it stays as it is (T8)."""

import copy
import pickle
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.business_time import BusinessCalendar, NaiveDatetime
from tests.domain.calendars import SUPPORT, UNEVEN, calendar, local, utc


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
