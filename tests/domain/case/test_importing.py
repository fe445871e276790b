"""Cases brought in from another system: silent about the past, on duty from now on (C1, C6)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.case.state import Case
from domain.contract.case import (
    Answer,
    DefectResolved,
    ProvideInformation,
    RequestInformation,
    Respond,
)
from domain.contract.effects import Lane, UpdateReadModel
from domain.contract.parsing import InvalidCommand
from tests.domain.builders import FRIDAY, a_case, kinds
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MISSED = "case.first_response_missed"


def imported(
    opened_at: datetime = FRIDAY - 30 * DAY,
    closed_at: datetime | None = None,
    defect: str | None = None,
    **fields: Any,
) -> World:
    """A case imported on Friday."""
    past = {
        "opened_at": opened_at.isoformat(),
        "closed_at": closed_at and closed_at.isoformat(),
        "defect": defect,
    }
    return world_of(a_case(past=past, **fields), FRIDAY)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="open"),
        pytest.param({"steps": None, "feature": None}, id="with gaps"),
        pytest.param({"defect": "DEF-9"}, id="on a defect"),
        pytest.param({"closed_at": FRIDAY - DAY}, id="closed"),
        pytest.param({"channel": "emergency_line"}, id="critical"),
        pytest.param({"channel": "phone"}, id="through a channel it has not"),
    ],
)
def test_nobody_is_written_to_when_a_case_is_imported(fields: dict[str, Any]) -> None:
    """Complaint "it e-mailed thousands of my customers": not then, and not later by itself."""
    world = imported(**fields)
    world.wait(60 * DAY)
    assert world.delivered == []
    assert {effect.lane for effect in world.carried_out} == {Lane.READ_MODEL}


def test_its_number_its_age_and_its_people_are_known_all_the_same() -> None:
    """Complaint "timestamps lost": the portal shows when it was opened, and who is told."""
    world = imported(defect="DEF-9")
    status = world.status()
    assert (status["state"], status["defect"]) == ("attached", "DEF-9")
    assert status["opened_at"] == "2027-02-03T22:00:00Z"
    (project,) = [e for e in world.carried_out if isinstance(e, UpdateReadModel)]
    assert [(fact.event, fact.at) for fact in project.facts] == [
        ("case.opened", FRIDAY - 30 * DAY),
        ("case.imported", FRIDAY),
    ]
    assert [a.case for change in project.audience for a in change.attach] == ["CASE-1"]


def test_it_waits_for_nothing_that_nobody_asked_for_here() -> None:
    """C3: its client was asked elsewhere, if at all."""
    status = imported(steps=None, feature=None).status()
    assert (status["state"], status["missing"]) == ("open", [])


def test_a_closed_one_is_history() -> None:
    """Complaint "imported closed tickets escalate": it ends at once, and takes no more."""
    world = imported(closed_at=FRIDAY - DAY, channel="emergency_line", steps=None)
    assert (world.case.finished, world.next_due()) == (True, None)
    status = world.status()
    assert (status["state"], status["outcome"]) == ("closed", "closed")
    assert (status["closed_at"], status["missing"]) == ("2027-03-04T22:00:00Z", [])
    assert status["first_response"] is None
    with pytest.raises(InvalidCommand, match="open a new case"):
        world.hear(Respond, message="Hello.")


def test_a_first_response_that_was_due_before_is_on_record_as_missed_without_a_word() -> None:
    """C6, T9: nothing escalates for the past."""
    world = imported(FRIDAY - 2 * HOUR, channel="emergency_line")
    world.wait(60 * DAY)
    assert world.told(MISSED) == []
    first = world.case.first_response
    assert first is not None
    assert (first.missed_at, first.met_at) == (FRIDAY, None)


def test_one_that_is_still_ahead_escalates_when_it_is_missed() -> None:
    """C6: two hours after it was opened there, not after it was imported."""
    world = imported(FRIDAY - HOUR, channel="emergency_line")
    world.wait(60 * DAY)
    assert world.told(MISSED, to="support_manager") == [FRIDAY + HOUR]


def test_an_answer_in_time_meets_it() -> None:
    """C6."""
    world = imported(FRIDAY - HOUR, channel="emergency_line")
    world.hear(Respond, FRIDAY + HOUR / 2, message="We are looking at it.")
    world.wait(60 * DAY)
    assert world.told(MISSED) == []


def test_from_now_on_it_is_a_case_like_any_other() -> None:
    """C3, C8: what a specialist asks for is reminded of; its end is told."""
    world = imported(steps=None)
    world.hear(RequestInformation, items=["A screenshot"])
    world.hear(ProvideInformation, FRIDAY + 4 * DAY, note="Here.", steps="1. open")
    world.hear(Answer, message="It works as designed.")
    assert [came.event for came in world.delivered] == [
        *["case.information_requested"] * 3,
        "case.answered",
    ]
    assert world.case.finished


def test_one_on_a_defect_closes_with_it() -> None:
    """C9."""
    world = imported(defect="DEF-9")
    world.hear(DefectResolved, FRIDAY + DAY, defect="DEF-9")
    assert (world.case.outcome, world.case.finished) == ("defect_resolved", True)
    assert world.delivered == []


@pytest.mark.parametrize(
    ("opened_at", "closed_at", "said"),
    [
        pytest.param(
            FRIDAY + HOUR,
            None,
            "past.opened_at: must not be after 2027-03-05T22:00:00Z",
            id="opened in the future",
        ),
        pytest.param(
            FRIDAY - DAY,
            FRIDAY + HOUR,
            "past.closed_at: must not be after 2027-03-05T22:00:00Z",
            id="closed in the future",
        ),
        pytest.param(
            FRIDAY - DAY,
            FRIDAY - 2 * DAY,
            "past.closed_at: must not be before past.opened_at",
            id="closed before it was opened",
        ),
    ],
)
def test_a_past_that_is_not_in_order_is_refused(
    opened_at: datetime, closed_at: datetime | None, said: str
) -> None:
    """Naming the field, and what would be right."""
    with pytest.raises(InvalidCommand) as refused:
        imported(opened_at, closed_at)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("opened_at", "closed_at"), [(FRIDAY, FRIDAY), (FRIDAY - DAY, FRIDAY - DAY), (FRIDAY, None)]
)
def test_a_past_of_no_length_is_in_order(opened_at: datetime, closed_at: datetime | None) -> None:
    """Opened and closed at the same instant, or just now."""
    world = imported(opened_at, closed_at)
    assert world.case.finished == (closed_at is not None)


def test_a_case_without_a_past_is_told_its_number_as_ever() -> None:
    """C2: importing is what is asked for, never a default."""
    assert "case.opened" in kinds(a_case()[1])


def test_an_imported_case_that_was_carried_on_is_as_silent() -> None:
    """Continue-as-new: the state through JSON."""
    world = imported(channel="emergency_line", steps=None)
    world.runner.entity = Case.model_validate(world.case.model_dump(mode="json"))
    world.wait(60 * DAY)
    assert world.delivered == []
