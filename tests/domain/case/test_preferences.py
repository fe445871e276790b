"""What a client chooses for their mails, and addresses that are none."""

from typing import Any

import pytest

from domain.case import CASE
from domain.contract.case import CaseStart, SetPreferences
from domain.contract.effects import KeepPreferences, Lane
from domain.contract.parsing import InvalidCommand, parse
from tests.domain.builders import ETO, FRIDAY, a_case, begin_alone, case_start, kinds, say
from tests.domain.case.ways import CLIENT, DAY, a_world, refusal


@pytest.mark.parametrize(
    "chosen",
    [
        {"progress": False},
        {"progress": True, "newsletter": False},
        {"time_zone": "Europe/Berlin", "language": "de"},
        {"digest": True},
    ],
)
def test_what_a_client_chooses_for_their_mails_is_kept_under_their_address(
    chosen: dict[str, Any],
) -> None:
    """However they write it; what is left out stays as it was, and nobody is written to."""
    case, _ = a_case(contact={"email": "Client-1@Example.org"})
    effects = say(case, SetPreferences, FRIDAY, **chosen)
    (kept,) = [effect for effect in effects if isinstance(effect, KeepPreferences)]
    assert (kept.address, kept.chosen) == (CLIENT, chosen)
    assert kinds(effects) == ["keep_preferences"]
    assert case.timeline[-1].details == {"chosen": sorted(chosen)}


def test_choosing_nothing_is_refused() -> None:
    """The first thing one could choose is named."""
    refused = refusal(a_case()[0], SetPreferences)
    assert str(refused) == "progress: is missing: give it, or another preference"


def test_preferences_can_be_chosen_while_a_case_that_was_closed_may_come_back() -> None:
    """They are about the person, not about the case."""
    world = a_world(steps=None)
    world.wait(10 * DAY)
    world.hear(SetPreferences, newsletter=False)
    assert world.case.state == "closed"
    assert world.carried_out[-1].lane is Lane.READ_MODEL


def test_a_wrong_address_stops_the_case_from_being_opened() -> None:
    """Contract: a wrong start fails, it does not half begin."""
    with pytest.raises(InvalidCommand, match=r"contact\.email: must be one plain address"):
        parse(CaseStart, case_start(contact={"email": "nobody"}))


@pytest.mark.parametrize(
    ("subject", "alone"),
    [
        ("Critical: nobody can log in", True),
        ("[CRITICAL] nobody can log in", True),
        ("Re:critical", True),
        ("Non-critical: typo in the manual", False),
        ("Non\u2011critical", False),
        ("non critical", False),
        ("uncritical", False),
        ("critically slow", False),
        ("Critical-looking page", False),
        ("系统Critical故障", True),
    ],
)
def test_the_subject_word_stands_alone(subject: str, alone: bool) -> None:
    """C6."""
    start = parse(CaseStart, case_start(subject=subject))

    case, _ = begin_alone(CASE, "CASE-1", start, ETO, FRIDAY)
    assert (case.priority == "critical") is alone


def test_the_subject_word_is_the_policys() -> None:
    """C6: data, not code; a word with signs in it is a word."""
    rules = ETO.cases.model_copy(update={"critical_subject_word": "S.O.S"})
    policy = ETO.model_copy(update={"cases": rules})
    for subject, priority in (("S.O.S from us", "critical"), ("SXOXS", "normal")):
        start = parse(CaseStart, case_start(subject=subject))
        case, _ = begin_alone(CASE, "CASE-1", start, policy, FRIDAY)
        assert case.priority == priority
