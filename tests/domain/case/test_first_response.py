"""Critical cases: which they are, and their first response within two hours (C6, C7)."""

from typing import Any

import pytest

from domain.contract.case import Answer, AssessCritical, ConfirmDefect, RequestInformation, Respond
from domain.contract.effects import Lane
from domain.contract.receipts import DeliveryReceipt
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, a_case, kinds, say
from tests.domain.case.ways import DAY, HOUR, SECRET, a_world, of_kind, refusal
from tests.domain.world import CheckedWorld as World

MISSED = "case.first_response_missed"


def critical(**fields: Any) -> World:
    """A critical case logged on Friday."""
    return a_world(**{"channel": "emergency_line"} | fields)


@pytest.mark.parametrize(
    ("fields", "priority"),
    [
        ({"channel": "emergency_line"}, "critical"),
        ({"channel": "portal", "priority": "critical"}, "critical"),
        ({"channel": "portal", "subject": "Critical"}, "normal"),
        ({"channel": "email", "subject": "CRITICAL: all is lost"}, "critical"),
        ({"channel": "email", "subject": "It is critical!"}, "critical"),
        ({"channel": "email", "subject": "Uncritical question"}, "normal"),
        ({"channel": "email", "priority": "critical"}, "normal"),
        ({"channel": "chat", "priority": "critical", "subject": "Critical"}, "normal"),
        ({"channel": "phone", "priority": "critical"}, "normal"),
    ],
)
def test_a_case_is_critical_by_portal_subject_or_emergency_line(
    fields: dict[str, Any], priority: str
) -> None:
    """C6: and by nothing else."""
    case, _ = a_case(**fields)
    assert case.status(FRIDAY)["priority"] == priority
    assert (case.first_response is not None) == (priority == "critical")


def test_a_missed_first_response_goes_to_the_support_manager_at_once() -> None:
    """C6: two hours later to the minute, in the night, once."""
    world = critical()
    world.wait(10 * DAY)
    assert world.told(MISSED, to="support_manager") == [FRIDAY + 2 * HOUR]
    assert world.status()["first_response"] == {
        "due_at": "2027-03-06T00:00:00Z",
        "met_at": None,
        "missed_at": "2027-03-06T00:00:00Z",
    }


def test_a_case_that_is_not_critical_has_no_such_limit() -> None:
    """C6."""
    world = a_world()
    world.wait(10 * DAY)
    assert world.told(MISSED) == []


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (Respond, {"message": "We are looking at it."}),
        (RequestInformation, {"items": ["A screenshot"]}),
        (Answer, {"message": "It works again."}),
    ],
)
def test_a_first_response_meets_it_once_it_is_delivered(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """C6, T9: what was automatic does not, what a person wrote does."""
    world = critical(steps=None)
    world.hear(command, FRIDAY + HOUR, **fields)
    world.wait(10 * DAY)
    assert world.told(MISSED) == []
    first = world.case.first_response
    assert first is not None
    assert first.met_at == FRIDAY + HOUR


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (Respond, {"message": "We are looking at it."}),
        (Answer, {"message": "It works again."}),
    ],
)
def test_a_response_that_is_not_delivered_in_time_is_missed(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """T9: tried is not delivered; the manager is told though the case is closed by then."""
    world = critical()
    world.down(Lane.CLIENTS, FRIDAY + HOUR / 2, FRIDAY + 5 * HOUR)
    world.hear(command, FRIDAY + HOUR, **fields)
    assert not world.case.finished
    world.wait(10 * DAY)
    assert world.told(MISSED) == [FRIDAY + 2 * HOUR]
    first = world.case.first_response
    assert first is not None
    assert first.met_at is None


def test_word_of_a_delivery_that_comes_after_the_deadline_meets_nothing() -> None:
    """T9: it may have come at any time since; before the timer is looked at or after."""
    case, _ = a_case(channel="emergency_line")
    (answer,) = of_kind(say(case, Respond, FRIDAY + HOUR, message="Hello."), "case.responded")
    case.delivered(answer, DeliveryReceipt(key=answer.key, sent=1), FRIDAY + 3 * HOUR)
    assert MISSED in kinds(case.fire(FRIDAY + 3 * HOUR))


def test_a_response_whose_address_is_refused_is_missed() -> None:
    """T9."""
    case, _ = a_case(channel="emergency_line")
    (answer,) = of_kind(say(case, Respond, FRIDAY + HOUR, message="Hello."), "case.responded")
    case.delivered(answer, DeliveryReceipt(key=answer.key, failed=1), FRIDAY + HOUR)
    assert MISSED in kinds(case.fire(FRIDAY + 2 * HOUR))


def test_a_response_on_the_stroke_is_in_time() -> None:
    """C6: due within two hours."""
    world = critical()
    world.places[Lane.CLIENTS].latency = HOUR
    world.hear(Respond, FRIDAY + HOUR, message="Hello.")
    world.wait(DAY)
    first = world.case.first_response
    assert first is not None
    assert (first.met_at, first.missed_at) in {
        (FRIDAY + 2 * HOUR, None),
        (None, FRIDAY + 2 * HOUR),  # The timer was first: both happened at that instant.
    }


def test_putting_it_on_a_defect_is_a_response() -> None:
    """C6, C9."""
    world = critical()
    world.hear(ConfirmDefect, FRIDAY + HOUR, defect="DEF-9")
    world.wait(DAY)
    assert world.told(MISSED) == []


def test_after_an_outage_the_manager_hears_of_the_true_deadline() -> None:
    """C6: no worker ran."""
    world = critical()
    world.stand_still_until(FRIDAY + DAY)
    assert world.told(MISSED) == [FRIDAY + DAY]
    first = world.case.first_response
    assert first is not None
    assert first.missed_at == FRIDAY + 2 * HOUR


def test_declined_it_goes_on_as_normal() -> None:
    """C7: the limit is gone, and it cannot be declined twice."""
    world = critical(channel="portal", priority="critical")
    world.hear(AssessCritical, FRIDAY + HOUR, justified=False, reason=SECRET)
    world.wait(10 * DAY)
    assert world.told(MISSED, "case.critical_declined") == []
    status = world.status()
    assert (status["priority"], status["critical_justified"]) == ("normal", False)
    refused = refusal(a_case()[0], AssessCritical, justified=False, reason="not critical at all")
    assert str(refused) == "justified: the case is not critical"


def test_account_management_hears_of_an_emergency_call_that_was_none() -> None:
    """C7: a fee may apply."""
    world = critical()
    world.hear(AssessCritical, FRIDAY + HOUR, justified=False, reason="a question")
    assert world.told("case.critical_declined", to="account_management") == [FRIDAY + HOUR]


def test_confirmed_it_stays_critical() -> None:
    """C7: the limit runs on."""
    world = critical()
    world.hear(AssessCritical, FRIDAY + HOUR, justified=True, reason="(c)")
    world.wait(DAY)
    assert world.told(MISSED) == [FRIDAY + 2 * HOUR]
    assert world.told("case.critical_declined") == []
    assert world.status()["critical_justified"] is True


def test_declining_late_does_not_undo_what_was_missed() -> None:
    """C7, T9: it stays on record."""
    world = critical()
    world.hear(AssessCritical, FRIDAY + 3 * HOUR, justified=False, reason="a question")
    first = world.case.first_response
    assert first is not None
    assert first.missed_at == FRIDAY + 2 * HOUR
