"""Calls booked through a case: when, how long, who is reminded, what they cost (C4, C11)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.contract.case import (
    Answer,
    BookCall,
    CancelCall,
    CloseCase,
    DefectResolved,
    ProvideInformation,
)
from domain.contract.effects import BookMinutes, Lane, NotifyClients
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Command
from simulation.case_world import Taken
from tests.domain.builders import FRIDAY, Alone, a_case, at, eto_but, kinds, say
from tests.domain.case.world import CLIENT, SUPPORT, a_world, book, booked

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONDAY = at("2027-03-08 10:00")
TUESDAY = at("2027-03-09 10:00")
BOOKED, REMINDER, CANCELLED = "call.booked", "call.reminder", "call.cancelled"


def refusal(case: Alone, command: type[Command], now: datetime = FRIDAY, **fields: Any) -> str:
    """What a command is answered, after checking that it left no trace."""
    case.fire(now)
    before = case.model_dump()
    with pytest.raises(InvalidCommand) as refused:
        say(case, command, now, **fields)
    assert case.model_dump() == before
    return str(refused.value)


# --- when and how long ---------------------------------------------------------------------------

CLOSED = "at: the whole call must be within support hours, which open next at "


@pytest.mark.parametrize(
    ("call_at", "minutes"),
    [
        ("2027-03-08 07:00", 30),
        ("2027-03-08 17:30", 30),
        ("2027-03-05 16:01", 60),
        ("2027-03-15 07:00", 60),
        ("2027-11-26 12:00", 60),
    ],
)
def test_a_call_lies_within_support_hours(call_at: str, minutes: int) -> None:
    """C5, C11: from the opening until the close, on the day after Thanksgiving too."""
    world = booked(at(call_at), minutes)
    assert world.status()["call"]["minutes"] == minutes


@pytest.mark.parametrize(
    ("call_at", "minutes", "opening"),
    [
        pytest.param("2027-03-08 06:59", 30, "2027-03-08T13:00:00Z", id="a minute too early"),
        pytest.param("2027-03-08 18:00", 30, "2027-03-09T13:00:00Z", id="at the close"),
        pytest.param("2027-03-08 17:31", 30, "2027-03-09T13:00:00Z", id="it crosses the close"),
        pytest.param("2027-03-12 17:45", 60, "2027-03-15T12:00:00Z", id="on a Friday, into DST"),
        pytest.param("2027-03-06 12:00", 30, "2027-03-08T13:00:00Z", id="Saturday"),
        pytest.param("2027-07-05 12:00", 30, "2027-07-06T12:00:00Z", id="a holiday Monday"),
        pytest.param("2027-11-24 17:50", 20, "2027-11-26T13:00:00Z", id="into Thanksgiving"),
    ],
)
def test_a_call_that_is_not_wholly_within_them_is_refused(
    call_at: str, minutes: int, opening: str
) -> None:
    """C11: and when they open next is named."""
    case, _ = a_case()
    said = refusal(case, BookCall, at=at(call_at).isoformat(), minutes=minutes)
    assert said == f"{CLOSED}{opening}"


@pytest.mark.parametrize("call_at", [FRIDAY, FRIDAY - HOUR])
def test_a_call_lies_ahead(call_at: datetime) -> None:
    """C11."""
    said = refusal(a_case()[0], BookCall, at=call_at.isoformat(), minutes=30)
    assert said == "at: must be after 2027-03-05T22:00:00Z"


def test_calls_of_legacy_packages_last_half_an_hour_at_most() -> None:
    """C4: others as long as their allowance."""
    case, _ = a_case(support_package="legacy")
    said = refusal(case, BookCall, at=MONDAY.isoformat(), minutes=31)
    assert said == "minutes: must be at most 30 with legacy support"
    for package, minutes in (("legacy", 30), ("standard", 60), ("premium", 480)):
        world = booked(MONDAY, minutes, support_package=package)
        assert world.minutes == {"CASE-1/call-1": minutes}


# --- booked, moved, called off -------------------------------------------------------------------


def test_both_sides_are_told_of_a_call_and_the_client_what_is_left() -> None:
    """C11."""
    world = booked(MONDAY, 45)
    assert world.told(BOOKED, to=CLIENT) == world.told(BOOKED, to=SUPPORT) == [FRIDAY]
    (told,) = [e for e in world.carried_out if isinstance(e, NotifyClients) and e.event == BOOKED]
    assert told.facts == {"at": "2027-03-08T16:00:00Z", "minutes": 45, "balance": 15}
    status = world.status()
    assert status["call"] == {"at": "2027-03-08T16:00:00Z", "minutes": 45}
    assert status["consultation_left"] == 15


def test_a_call_for_which_too_few_minutes_are_left_is_refused_naming_them() -> None:
    """C11: nobody is told; a shorter one fits."""
    world = a_world()
    world.used_elsewhere = 40
    book(world, MONDAY, 30)
    assert str(world.rejection("book_call")) == (
        "minutes: 30 are asked for, but 20 of 60 consultation minutes are left in 2027"
    )
    assert (world.case.calls.booked, world.told(BOOKED)) == (None, [])
    book(world, MONDAY, 20)
    assert world.rejection("book_call") is None
    assert world.minutes == {"CASE-1/call-1": 20}


def test_a_moved_call_is_the_same_booking() -> None:
    """C11: it takes its minutes once; both sides are told what it was before."""
    world = booked(MONDAY, 40)
    book(world, TUESDAY, 50)
    assert world.minutes == {"CASE-1/call-1": 50}
    told = [e for e in world.carried_out if e.event == BOOKED][-2:]
    assert [e.model_dump()["facts"]["before"] for e in told] == [
        {"at": "2027-03-08T16:00:00Z", "minutes": 40}
    ] * 2
    assert world.case.calls.count == 1
    world.wait(10 * DAY)
    assert world.told(REMINDER, to=CLIENT) == [TUESDAY - DAY, TUESDAY - HOUR]


def test_a_move_for_which_too_few_minutes_are_left_leaves_the_call_as_it_was() -> None:
    """C11: its reminders too; and saying again what holds is no longer refused."""
    world = booked(MONDAY, 40)
    book(world, TUESDAY, 61)
    assert world.rejection("book_call") is not None
    assert world.minutes == {"CASE-1/call-1": 40}
    book(world, MONDAY, 40)
    assert world.rejection("book_call") is None
    assert world.told(BOOKED, to=CLIENT) == [FRIDAY]
    world.wait(10 * DAY)
    assert world.told(REMINDER, to=CLIENT) == [MONDAY - DAY, MONDAY - HOUR]


def test_the_same_call_again_changes_nothing() -> None:
    """C11: whatever its key."""
    case = Alone(booked().runner)
    said = {"at": MONDAY.isoformat(), "minutes": 30}
    assert say(case, BookCall, FRIDAY, **said) == []
    first = say(case, CancelCall, FRIDAY, key="key-1")
    assert kinds(first) == ["book_minutes", CANCELLED, CANCELLED]
    assert say(case, CancelCall, FRIDAY, key="key-1") == []


def test_a_second_call_after_one_that_was_held_is_a_new_booking() -> None:
    """C11: what was held stays paid for."""
    world = booked(MONDAY, 30)
    book(world, TUESDAY, 20, when=MONDAY)
    assert world.minutes == {"CASE-1/call-1": 30, "CASE-1/call-2": 20}
    assert (world.case.calls.count, world.case.calls.minutes_left) == (2, 10)
    world.wait(10 * DAY)
    assert world.told(REMINDER, to=CLIENT)[2:] == [TUESDAY - HOUR]


def test_a_call_that_is_called_off_costs_nothing() -> None:
    """C11: both sides are told, clients not why; the next one is a new booking."""
    world = booked(MONDAY, 60)
    world.hear(CancelCall, FRIDAY + HOUR, reason="she is ill")
    assert world.told(CANCELLED, to=CLIENT) == world.told(CANCELLED, to=SUPPORT)
    to_clients = [e for e in world.carried_out if isinstance(e, NotifyClients)]
    assert "she is ill" not in str(to_clients)
    assert (world.minutes, world.case.calls.minutes_left) == ({"CASE-1/call-1": 0}, 60)
    book(world, TUESDAY, 60)
    assert world.minutes == {"CASE-1/call-1": 0, "CASE-1/call-2": 60}
    world.wait(10 * DAY)
    assert world.told(REMINDER, to=CLIENT) == [TUESDAY - DAY, TUESDAY - HOUR]


@pytest.mark.parametrize("now", [FRIDAY, MONDAY])
def test_only_a_call_that_lies_ahead_can_be_called_off(now: datetime) -> None:
    """C11: none is booked, or it was held."""
    case = a_case()[0] if now == FRIDAY else Alone(booked().runner)
    assert refusal(case, CancelCall, now) == "state: no call is booked"


def test_while_a_call_is_being_booked_it_is_neither_moved_nor_called_off() -> None:
    """C11: whoever asked waits for the answer."""
    world = a_world()
    world.places[Lane.WORKFLOWS].latency = HOUR
    book(world, MONDAY)
    assert world.is_pending("book_call")
    being_booked = "at: a call is being booked for this case"
    said = {"at": TUESDAY.isoformat(), "minutes": 30}
    assert refusal(Alone(world.runner), BookCall, FRIDAY, **said) == being_booked
    assert refusal(Alone(world.runner), CancelCall) == being_booked
    world.wait(HOUR)
    assert not world.is_pending("book_call")


@pytest.mark.parametrize(
    ("package", "period", "call_at", "expected"),
    [
        ("standard", "year", "2027-03-08 10:00", ("2027", 60)),
        ("legacy", "year", "2027-12-30 17:30", ("2027", 60)),
        ("premium", "month", "2027-03-31 17:00", ("2027-03", 600)),
        ("premium", "month", "2027-04-01 07:00", ("2027-04", 600)),
    ],
)
def test_the_allowance_of_the_package_pays_in_the_period_of_the_call(
    package: str, period: str, call_at: str, expected: tuple[str, int]
) -> None:
    """C11: by the date of the vendor's zone."""
    world = booked(at(call_at), 30, support_package=package, under=eto_but("calls", period=period))
    (booking,) = [e for e in world.carried_out if isinstance(e, BookMinutes)]
    assert (booking.period, booking.allowance) == expected


def test_a_call_that_moves_into_another_year_is_paid_there() -> None:
    """C11: and no longer where it was."""
    world = a_world(at("2027-12-28 10:00"))
    book(world, at("2027-12-30 10:00"), 60)
    book(world, at("2028-01-04 10:00"), 60)
    assert world.taken == {"CASE-1/call-1": Taken("2028", 60, True)}


# --- the end of the case -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (Answer, {"message": "It works as designed."}),
        (CloseCase, {"reason": "a duplicate"}),
        (DefectResolved, {"defect": "DEF-9"}),
    ],
)
def test_closing_a_case_calls_off_its_call(command: type[Command], fields: dict[str, Any]) -> None:
    """C11: the minutes are given back and nobody is reminded."""
    world = booked()
    world.hear(command, FRIDAY + HOUR, **fields)
    assert world.minutes == {"CASE-1/call-1": 0}
    assert world.told(CANCELLED, to=CLIENT) == [FRIDAY + HOUR]
    assert world.case.finished
    world.wait(10 * DAY)
    assert world.told(REMINDER) == []


def test_so_does_closing_it_because_no_information_came() -> None:
    """C3, C11: answered later, it is open again without a call."""
    world = booked(at("2027-03-12 10:00"), 30, steps=None)
    world.wait_until(at("2027-03-11 17:00"))
    assert (world.case.outcome, world.case.calls.booked) == ("unanswered", None)
    assert world.minutes == {"CASE-1/call-1": 0}
    assert world.told(CANCELLED, to=CLIENT) == world.told("case.closed", to=CLIENT)
    world.hear(ProvideInformation, steps="1. open")
    book(world, at("2027-03-12 10:00"))
    assert world.minutes == {"CASE-1/call-1": 0, "CASE-1/call-2": 30}


def test_closing_a_case_leaves_a_call_that_was_held_paid_for() -> None:
    """C11."""
    world = booked()
    world.hear(Answer, MONDAY + HOUR, message="It works as designed.")
    assert (world.minutes, world.told(CANCELLED)) == ({"CASE-1/call-1": 30}, [])


def test_who_closes_a_case_while_a_call_is_being_booked_hears_no_more_of_it() -> None:
    """C11, complaint "closed cases touched": given back in silence, then it is finished."""
    world = a_world()
    world.places[Lane.WORKFLOWS].latency = HOUR
    book(world, MONDAY)
    world.hear(Answer, message="It works as designed.")
    assert not world.case.finished
    world.wait(DAY)
    assert world.case.finished
    assert world.minutes == {"CASE-1/call-1": 0}
    assert world.told(BOOKED, CANCELLED) == []


def test_a_move_that_is_under_way_when_the_case_closes_is_given_back_too() -> None:
    """C11."""
    world = booked()
    world.places[Lane.WORKFLOWS].latency = HOUR
    book(world, TUESDAY, 60)
    world.hear(Answer, message="It works as designed.")
    world.wait(DAY)
    assert (world.minutes, world.case.finished) == ({"CASE-1/call-1": 0}, True)
    assert len(world.told(BOOKED, to=CLIENT)) == len(world.told(CANCELLED, to=CLIENT)) == 1


def test_a_closed_case_that_waits_for_its_minutes_escalates_nothing() -> None:
    """C6, complaint "alerts for closed tickets": its first response was not owed any more."""
    world = a_world(channel="emergency_line")
    world.places[Lane.WORKFLOWS].latency = DAY
    book(world, MONDAY)
    world.hear(CloseCase, reason="a test call")
    world.wait(10 * DAY)
    assert world.told("case.first_response_missed") == []
    assert world.case.finished
