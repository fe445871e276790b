"""Cases are attached and detached: who is told what (C9, C10)."""

from domain.contract.defect import (
    AttachCase,
    DefectStart,
    DetachCase,
    OfferWorkaround,
    PostProgress,
    ScheduleRelease,
)
from domain.contract.parsing import parse
from domain.defect import DEFECT
from tests.domain.builders import ETO, FRIDAY, a_defect, attachment, begin_alone, defect_start, say
from tests.domain.defect.world import JUNE, a_world, client_messages, refusal


def test_everyone_attached_is_told_the_number_and_what_helps() -> None:
    """C9, D5: with the workaround, in one message per person however many cases (R4)."""
    workaround = {"description": "Use the other form.", "effort": "easy"}
    _, effects = a_defect(
        "S3",
        attachment("CASE-1", "client-1"),
        attachment("CASE-2", "client-2"),
        attachment("CASE-3", "client-1", email="CLIENT-1@example.org"),
        public_summary="Saving a form fails.",
        workaround=workaround,
    )
    (confirmed,) = client_messages(effects)
    assert confirmed.kind == "defect.confirmed"
    assert confirmed.defect == "DEF-1"
    assert confirmed.people is not None
    assert [person.cases for person in confirmed.people] == [["CASE-1", "CASE-3"], ["CASE-2"]]
    assert confirmed.facts["workaround"] == workaround
    assert confirmed.facts["public_summary"] == "Saving a form fails."


def test_a_defect_may_be_confirmed_before_anybody_reports_it() -> None:
    """C9: nobody is told, somebody should look."""
    start = parse(DefectStart, defect_start("S2") | {"cases": []})
    defect, effects = begin_alone(DEFECT, "DEF-1", start, ETO, FRIDAY)
    assert client_messages(effects) == []
    assert defect.attention == ["no case is attached"]


def test_a_further_contact_gets_both_numbers_and_whatever_is_known() -> None:
    """C10, D5, D6: progress, workaround and release as they stand."""
    world = a_world("S3")
    world.hear(PostProgress, public_text="We found the cause.")
    world.hear(OfferWorkaround, description="Use the other form.", effort="easy")
    world.hear(ScheduleRelease, release="REL-1", deploy_at=JUNE)
    world.hear(AttachCase, **attachment("CASE-2", "client-2"))
    confirmed = client_messages(world.carried_out)[-1]
    assert confirmed.people is not None
    assert confirmed.people[0].cases == ["CASE-2"]
    assert confirmed.facts["progress"]["text"] == "We found the cause."
    assert confirmed.facts["workaround"]["effort"] == "easy"
    assert confirmed.facts["release"] == {"id": "REL-1", "deploy_at": JUNE}


def test_attaching_a_case_twice_is_harmless() -> None:
    """C10: nobody is told twice."""
    defect, _ = a_defect("S3")
    assert say(defect, AttachCase, FRIDAY, **attachment()) == []


def test_a_case_of_another_client_is_refused() -> None:
    """C10: the number is taken."""
    defect, _ = a_defect("S3")
    refused = refusal(defect, AttachCase, **attachment("CASE-1", "client-2"))
    assert str(refused) == "client: case CASE-1 is another client's"


def test_who_is_detached_hears_nothing_more() -> None:
    """Contract, `detach_case`."""
    world = a_world("S2", attachment(), attachment("CASE-2", "client-2"))
    world.hear(DetachCase, case="CASE-1", reason="something else")
    world.hear(ScheduleRelease, release="REL-1", deploy_at=JUNE)
    assert len(world.told("defect.release_scheduled", to="client-2@example.org")) == 1
    assert world.told("defect.release_scheduled", to="client-1@example.org") == []
    assert world.status()["cases"] == ["CASE-2"]


def test_a_case_that_is_not_attached_cannot_be_detached() -> None:
    """Contract, `detach_case`."""
    refused = refusal(a_defect()[0], DetachCase, case="CASE-7", reason="wrong")
    assert str(refused) == "case: CASE-7 is not attached"
