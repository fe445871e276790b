"""Answers, texts and the end of a case (C8, D7, D8)."""

from typing import Any

import pytest

from domain.contract.case import (
    Answer,
    AssessCritical,
    BookCall,
    CancelCall,
    CloseCase,
    ConfirmDefect,
    DefectMerged,
    DefectResolved,
    ProvideInformation,
    RequestInformation,
    Respond,
)
from domain.contract.effects import NotifyClients, UpdateReadModel
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, a_case, at, say
from tests.domain.case.ways import CLIENT, DAY, SECRET, a_world, refusal


@pytest.mark.parametrize(
    ("command", "field", "fields"),
    [
        (Respond, "message", {"message": "It will be fixed by Friday."}),
        (Answer, "message", {"message": "It will be fixed within 3 days."}),
        (RequestInformation, "message", {"items": ["x"], "message": "Fixed next week."}),
        (RequestInformation, "items.1", {"items": ["x", "Fixed by Friday"]}),
        (
            ConfirmDefect,
            "public_summary",
            {"defect": "DEF-9", "public_summary": "It will be fixed by Friday."},
        ),
        (
            ConfirmDefect,
            "workaround.description",
            {
                "defect": "DEF-9",
                "workaround": {"description": "Fixed by Friday.", "effort": "easy"},
            },
        ),
    ],
)
def test_text_for_the_client_that_promises_a_time_is_refused(
    command: type[Command], field: str, fields: dict[str, Any]
) -> None:
    """D7: the field is named."""
    assert refusal(a_case()[0], command, **fields).field == field


def test_it_stays_open_until_it_is_answered() -> None:
    """C8: a response does not close it, an answer does."""
    world = a_world()
    world.hear(Respond, message="We are looking at it.")
    assert world.status()["state"] == "open"
    world.wait(365 * DAY)
    world.hear(Answer, message="It works as designed.")
    status = world.status()
    assert (status["state"], status["outcome"]) == ("closed", "answered")
    assert len(world.told("case.answered", to=CLIENT)) == 1
    assert world.case.finished


def test_the_reason_of_a_closing_stays_internal() -> None:
    """D8."""
    world = a_world(description=SECRET)
    world.hear(CloseCase, reason=SECRET)
    assert len(world.told("case.closed", to=CLIENT)) == 1
    told = [e for e in world.carried_out if isinstance(e, NotifyClients)]
    assert [e.key for e in told if SECRET in e.model_dump_json()] == []
    facts = [f for e in world.carried_out if isinstance(e, UpdateReadModel) for f in e.facts]
    assert [f.event for f in facts if SECRET in str((f.public_text, f.details))] == []


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (Respond, {"message": "Hello."}),
        (RequestInformation, {"items": ["x"]}),
        (ProvideInformation, {"note": "x"}),
        (AssessCritical, {"justified": True, "reason": "x"}),
        (ConfirmDefect, {"defect": "DEF-9"}),
        (Answer, {"message": "Hello."}),
        (CloseCase, {"reason": "x"}),
        (DefectResolved, {"defect": "DEF-9"}),
        (DefectMerged, {"defect": "DEF-9", "into": "DEF-3"}),
        (BookCall, {"at": at("2027-03-08 10:00").isoformat(), "minutes": 30}),
        (CancelCall, {}),
    ],
)
def test_a_further_question_is_a_new_case(command: type[Command], fields: dict[str, Any]) -> None:
    """C1: nothing can be added to a closed one."""
    case, _ = a_case()
    say(case, Answer, FRIDAY, message="It works as designed.")
    refused = refusal(case, command, **fields)
    assert str(refused) == "state: is closed since 2027-03-05T22:00:00Z; open a new case"
