"""A case and the defect it is on (C9, C10)."""

import pytest

from domain.contract.case import ConfirmDefect, DefectMerged, DefectResolved
from domain.contract.effects import Lane, OpenDefect
from domain.contract.parsing import InvalidCommand
from tests.domain.builders import FRIDAY, a_case, say
from tests.domain.case.ways import CLIENT, DAY, HOUR, SECRET, a_world, refusal

NEW_DEFECT = {"severity": "S2", "title": "Login fails", "functional_area": "login"}


def test_a_confirmed_defect_is_opened_with_the_case_attached() -> None:
    """C9: the case hands over whom to tell."""
    case, _ = a_case()
    effects = say(case, ConfirmDefect, FRIDAY, **NEW_DEFECT, internal_description=SECRET)
    (opening,) = [e for e in effects if isinstance(e, OpenDefect)]
    assert opening.attachment.case == "CASE-1"
    assert opening.attachment.contact.email == CLIENT
    assert opening.fields is not None
    assert opening.fields["severity"] == "S2"
    assert case.confirmation.key == opening.key


def test_the_case_knows_the_number_once_the_defect_is_there() -> None:
    """C9: and waits for its resolution."""
    world = a_world()
    world.hear(ConfirmDefect, **NEW_DEFECT)
    status = world.status()
    assert (status["state"], status["defect"]) == ("attached", "DEF-9")
    world.hear(DefectResolved, FRIDAY + 60 * DAY, defect="DEF-9")
    status = world.status()
    assert (status["state"], status["outcome"]) == ("closed", "defect_resolved")
    assert world.told("case.closed") == []  # The defect told its clients, once per person (R4).


def test_a_contact_about_a_known_defect_needs_its_number_only() -> None:
    """C10."""
    world = a_world()
    world.hear(ConfirmDefect, defect="DEF-9")
    assert world.case.defect == "DEF-9"


def test_a_new_defect_must_be_described() -> None:
    """C9: the first field that is missing is named."""
    case, _ = a_case()
    assert str(refusal(case, ConfirmDefect)) == "severity: is required for a new defect"
    half = {name: value for name, value in NEW_DEFECT.items() if name != "functional_area"}
    refused = refusal(case, ConfirmDefect, **half)
    assert str(refused) == "functional_area: is required for a new defect"


def test_a_defect_that_is_not_there_leaves_the_case_as_it_was() -> None:
    """C10: and another number can be tried."""
    world = a_world()
    world.defect_for_cases = None
    world.hear(ConfirmDefect, defect="DEF-7")
    assert world.case.confirmation.refused == "there is no open defect"
    assert world.status()["state"] == "open"
    world.defect_for_cases = "DEF-9"
    world.hear(ConfirmDefect, defect="DEF-9")
    assert world.status()["defect"] == "DEF-9"


def test_a_case_is_on_one_defect_at_a_time() -> None:
    """C9: the same again is harmless, another is refused, and so is one while one is opened."""
    world = a_world()
    world.places[Lane.WORKFLOWS].latency = HOUR
    world.hear(ConfirmDefect, **NEW_DEFECT)
    with pytest.raises(InvalidCommand, match="a defect is being opened for this case"):
        world.hear(ConfirmDefect, defect="DEF-9")
    world.wait(HOUR)
    world.hear(ConfirmDefect, defect="DEF-9")
    with pytest.raises(InvalidCommand, match="the case is attached to DEF-9"):
        world.hear(ConfirmDefect, defect="DEF-8")
    assert len([e for e in world.carried_out if isinstance(e, OpenDefect)]) == 1


def test_word_of_another_defect_does_not_close_it() -> None:
    """C9."""
    world = a_world()
    world.hear(ConfirmDefect, defect="DEF-9")
    with pytest.raises(InvalidCommand, match="the case is attached to DEF-9"):
        world.hear(DefectResolved, defect="DEF-8")


def test_a_case_follows_its_defect_into_another_without_a_word_of_its_own() -> None:
    """Complaint "merge spam": the client hears of it from the defect, once per person."""
    world = a_world()
    world.hear(ConfirmDefect, defect="DEF-9")
    told = len(world.delivered)
    world.hear(DefectMerged, defect="DEF-9", into="DEF-3")
    assert world.status()["defect"] == "DEF-3"
    assert len(world.delivered) == told
    world.hear(DefectResolved, FRIDAY + DAY, defect="DEF-3")
    assert world.case.outcome == "defect_resolved"


@pytest.mark.parametrize(("defect", "on"), [("DEF-8", "DEF-9"), ("DEF-9", "none")])
def test_a_merge_of_a_defect_it_is_not_on_means_nothing_to_a_case(defect: str, on: str) -> None:
    """A late or lost signal is refused, and leaves no trace."""
    case, _ = a_case(past={"opened_at": FRIDAY.isoformat(), "defect": None if on == "none" else on})
    refused = refusal(case, DefectMerged, defect=defect, into="DEF-3")
    assert str(refused) == f"defect: the case is attached to {on}"


@pytest.mark.parametrize("formerly", [["DEF-9"], ["DEF-1", "DEF-9"]])
def test_a_case_that_missed_the_merge_closes_with_the_defect_all_the_same(
    formerly: list[str],
) -> None:
    """C9: the resolved one says by which numbers it went before."""
    world = a_world()
    world.hear(ConfirmDefect, defect="DEF-9")
    world.hear(DefectResolved, defect="DEF-3", formerly=formerly)
    status = world.status()
    assert (status["state"], status["defect"]) == ("closed", "DEF-3")


def test_but_not_with_one_that_was_never_its_own() -> None:
    """C9: whatever else was merged into that."""
    world = a_world()
    world.hear(ConfirmDefect, defect="DEF-9")
    with pytest.raises(InvalidCommand, match="the case is attached to DEF-9"):
        world.hear(DefectResolved, defect="DEF-3", formerly=["DEF-1"])
    assert world.case.state == "attached"
