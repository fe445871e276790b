"""Who is reminded of a call that is booked, and when: a day and an hour ahead (C11, T1, T10)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.case.state import Case
from domain.contract.case import BookCall, CancelCall
from domain.contract.effects import Lane, NotifyStaff
from domain.contract.values import Command
from tests.domain.builders import at, eto_but
from tests.domain.case.world import CLIENT, SUPPORT, a_world, book, booked

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONDAY = at("2027-03-08 10:00")
TUESDAY = at("2027-03-09 10:00")
BOOKED, REMINDER = "call.booked", "call.reminder"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROUND_THE_CLOCK = eto_but("calendar", hours={day: [["00:00", "24:00"]] for day in DAYS})


@pytest.mark.parametrize(
    ("call_at", "client", "support"),
    [
        pytest.param(
            "2027-03-10 10:00",
            ["2027-03-09 10:00", "2027-03-10 09:00"],
            ["2027-03-09 10:00", "2027-03-10 09:00"],
            id="midweek",
        ),
        pytest.param(
            "2027-03-15 10:00",
            ["2027-03-14 10:00", "2027-03-15 09:00"],
            ["2027-03-15 07:00", "2027-03-15 09:00"],
            id="a Monday: the specialist in the morning",
        ),
        pytest.param(
            "2027-03-15 07:00",
            ["2027-03-14 07:00", "2027-03-15 06:00"],
            ["2027-03-15 07:00"],
            id="first thing on a Monday: the specialist once",
        ),
        pytest.param(
            "2027-07-06 12:00",
            ["2027-07-05 12:00", "2027-07-06 11:00"],
            ["2027-07-06 07:00", "2027-07-06 11:00"],
            id="after a holiday",
        ),
    ],
)
def test_both_sides_are_reminded_a_day_and_an_hour_ahead(
    call_at: str, client: list[str], support: list[str]
) -> None:
    """C11, T10: the client to the minute, the specialist in support hours; none twice."""
    world = booked(at(call_at))
    world.wait_until(at(call_at) + 30 * DAY)
    assert world.told(REMINDER, to=CLIENT) == [at(when) for when in client]
    assert world.told(REMINDER, to=SUPPORT) == [at(when) for when in support]


@pytest.mark.parametrize(
    ("call_at", "day_ahead"),
    [
        pytest.param("2027-03-14 12:00", "2027-03-13 11:00", id="the clock jumped ahead"),
        pytest.param("2027-03-15 02:30", "2027-03-14 03:30", id="that hour did not exist"),
        pytest.param("2027-11-07 12:00", "2027-11-06 13:00", id="the clock was put back"),
    ],
)
def test_a_day_ahead_is_24_hours_whatever_the_clocks_do(call_at: str, day_ahead: str) -> None:
    """T1: a schedule around both nights, where calls are possible at any time."""
    world = booked(at(call_at), under=ROUND_THE_CLOCK)
    world.wait_until(at(call_at) + DAY)
    told = world.told(REMINDER, to=CLIENT)
    assert told == [at(call_at) - DAY, at(call_at) - HOUR]
    assert abs(told[0] - at(day_ahead)) <= HOUR


@pytest.mark.parametrize(
    ("ahead", "reminded"),
    [
        (timedelta(minutes=30), []),
        (HOUR, []),
        (2 * HOUR, [HOUR]),
        (DAY, [HOUR]),
        (DAY + HOUR, [DAY, HOUR]),
    ],
)
def test_what_it_is_too_late_for_when_it_is_booked_is_left_out(
    ahead: timedelta, reminded: list[timedelta]
) -> None:
    """C11."""
    world = a_world()
    book(world, TUESDAY, when=TUESDAY - ahead)
    world.wait(10 * DAY)
    assert world.told(REMINDER, to=CLIENT) == [TUESDAY - before for before in reminded]


def test_a_reminder_whose_hour_passes_while_the_call_is_being_booked_is_left_out() -> None:
    """C11: word that it is booked says the same, and comes first."""
    world = a_world()
    world.places[Lane.WORKFLOWS].latency = HOUR
    book(world, TUESDAY, when=TUESDAY - DAY - HOUR / 2)
    world.wait(10 * DAY)
    assert world.told(BOOKED, to=CLIENT) == [TUESDAY - DAY + HOUR / 2]
    assert world.told(REMINDER, to=CLIENT) == [TUESDAY - HOUR]


@pytest.mark.parametrize(
    ("back", "reminded"),
    [
        pytest.param(TUESDAY - 2 * HOUR, [TUESDAY - 2 * HOUR, TUESDAY - HOUR], id="one was due"),
        pytest.param(TUESDAY - HOUR / 2, [TUESDAY - HOUR / 2], id="both were: one for both"),
        pytest.param(TUESDAY, [], id="the call begins: none"),
        pytest.param(TUESDAY + DAY, [], id="it is over: none"),
    ],
)
def test_after_an_outage_there_is_one_reminder_and_none_after_the_call(
    back: datetime, reminded: list[datetime]
) -> None:
    """C11: no worker ran since Friday."""
    world = booked(TUESDAY)
    world.stand_still_until(back)
    world.wait(10 * DAY)
    assert world.told(REMINDER, to=CLIENT) == reminded
    assert world.told(REMINDER, to=SUPPORT) == reminded


def test_a_specialist_is_not_reminded_after_the_call_because_nothing_ran_in_the_morning() -> None:
    """T10: the reminder had waited for the opening since Sunday."""
    world = booked(at("2027-03-08 08:00"))
    world.wait_until(at("2027-03-07 12:00"))
    world.stand_still_until(at("2027-03-08 12:00"))
    assert world.told(REMINDER, to=SUPPORT) == []
    assert world.next_due() is None


@pytest.mark.parametrize(
    ("command", "fields", "told"),
    [
        pytest.param(CancelCall, {}, [], id="called off"),
        pytest.param(
            BookCall,
            {"at": TUESDAY.isoformat(), "minutes": 30},
            [TUESDAY - DAY, TUESDAY - HOUR],
            id="moved",
        ),
    ],
)
def test_a_reminder_that_waits_for_the_opening_is_dropped_where_the_call_is_not_then(
    command: type[Command], fields: dict[str, Any], told: list[datetime]
) -> None:
    """T10: nobody prepares for a call that is not held."""
    world = booked(MONDAY)
    world.hear(command, at("2027-03-07 12:00"), **fields)
    world.wait(10 * DAY)
    assert world.told(REMINDER, to=SUPPORT) == told


def test_when_the_reminders_come_is_the_policys() -> None:
    """C11: data, not code."""
    world = booked(TUESDAY, under=eto_but("calls", reminder_hours=[2]))
    world.wait(10 * DAY)
    assert world.told(REMINDER, to=CLIENT) == [TUESDAY - 2 * HOUR]


def test_a_call_is_carried_on_with_its_reminders() -> None:
    """Continue-as-new: between the two of them, the state through JSON."""
    world = booked(TUESDAY)
    world.wait_until(TUESDAY - 2 * HOUR)
    world.runner.entity = Case.model_validate(world.case.model_dump(mode="json"))
    world.wait(10 * DAY)
    assert world.told(REMINDER, to=CLIENT) == [TUESDAY - DAY, TUESDAY - HOUR]
    staff = [e for e in world.carried_out if isinstance(e, NotifyStaff)]
    assert [e.event for e in staff] == [BOOKED, REMINDER, REMINDER]
