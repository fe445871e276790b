"""A contact is logged, and asked for what is missing (C1-C5)."""

from typing import Any

import pytest

from domain.contract.case import (
    Answer,
    CloseCase,
    ConfirmDefect,
    DefectResolved,
    ProvideInformation,
    RequestInformation,
)
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, a_case, at
from tests.domain.case.ways import CLIENT, DAY, HOUR, SECRET, a_world, of_kind, refusal
from tests.domain.world import world_of

ASKED = "case.information_requested"


# --- logged ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "channel", ["chat", "portal", "email", "scheduled_call", "phone", "emergency_line"]
)
def test_every_contact_is_logged_and_the_client_told_its_number_at_once(channel: str) -> None:
    """C1, C2: whatever its channel, at night and on holidays."""
    for now in (FRIDAY, at("2027-11-25 03:00")):
        world = world_of(a_case(now, channel=channel), now)
        assert world.told("case.opened", to=CLIENT) == [now]
        (opened,) = of_kind(world.carried_out, "case.opened")
        assert opened.people is not None
        assert opened.people[0].cases == ["CASE-1"]


@pytest.mark.parametrize(
    ("channel", "package", "flags"),
    [
        ("phone", "standard", ["channel_not_in_package"]),
        ("phone", "premium", ["channel_not_in_package"]),
        ("phone", "legacy", []),
        ("chat", "standard", []),
        ("emergency_line", "standard", []),
    ],
)
def test_a_channel_the_package_does_not_include_is_flagged(
    channel: str, package: str, flags: list[str]
) -> None:
    """C4: and logged all the same."""
    case, effects = a_case(channel=channel, support_package=package)
    assert case.status(FRIDAY)["flags"] == flags
    assert of_kind(effects, "case.opened")


def test_what_the_client_wrote_stays_out_of_status_and_timeline() -> None:
    """D8, style: ids and values only."""
    case, _ = a_case(description=SECRET)
    assert SECRET not in str(case.status(FRIDAY))
    assert SECRET not in str([fact.flat() for fact in case.timeline])


# --- what is missing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"who_am_i": None, "feature": " \n"}, ["who_am_i", "feature"], id="blanks"),
        pytest.param(
            dict.fromkeys(("who_am_i", "steps", "feature", "form_or_report")),
            ["who_am_i", "steps", "feature", "form_or_report"],
            id="everything",
        ),
        pytest.param(
            {"description": "The participant's name is wrong."},
            ["participant_case_numbers"],
            id="participants are concerned",
        ),
        pytest.param(
            {"subject": "Participants vanish", "participant_case_numbers": ["P-1"]},
            [],
            id="participants are concerned and named",
        ),
        pytest.param(
            {"subject": "Participants vanish", "participant_case_numbers": [" "]},
            ["participant_case_numbers"],
            id="participants are concerned and not really named",
        ),
    ],
)
def test_the_client_is_asked_for_exactly_what_is_missing(
    fields: dict[str, Any], missing: list[str]
) -> None:
    """C3: in one message; a case with gaps is logged all the same."""
    case, effects = a_case(**fields)
    asked = of_kind(effects, ASKED)
    assert [e.facts["items"] for e in asked] == ([missing] if missing else [])
    assert case.information.missing == missing
    assert case.state == ("waiting_for_client" if missing else "open")


@pytest.mark.parametrize(
    ("opened", "reminded"),
    [
        pytest.param(
            "2027-03-05 16:00",
            ["2027-03-08 16:00", "2027-03-09 16:00", "2027-03-10 16:00"],
            id="from a Friday afternoon",
        ),
        pytest.param(
            "2027-11-24 20:00",
            ["2027-11-26 18:00", "2027-11-29 18:00", "2027-11-30 18:00"],
            id="from the eve of Thanksgiving",
        ),
    ],
)
def test_the_client_is_reminded_once_per_business_day_three_times(
    opened: str, reminded: list[str]
) -> None:
    """C3: of what is still missing."""
    world = world_of(a_case(at(opened), steps=None), at(opened))
    world.wait(30 * DAY)
    assert world.told(ASKED) == [at(opened), *map(at, reminded)]
    reminders = [e.facts["reminder"] for e in of_kind(world.carried_out, ASKED)]
    assert reminders == [0, 1, 2, 3]


def test_what_was_given_is_not_asked_for_again() -> None:
    """C3: blanks give nothing."""
    world = a_world(steps=None, feature=None)
    world.hear(ProvideInformation, FRIDAY + HOUR, steps="1. open", feature="  ")
    assert world.case.information.missing == ["feature"]
    world.hear(ProvideInformation, at("2027-03-08 17:00"), feature="Demographics")
    world.wait(30 * DAY)
    asked = [e.facts["items"] for e in of_kind(world.carried_out, ASKED)]
    assert asked == [["steps", "feature"], ["feature"]]
    assert world.case.state == "open"


def test_what_a_specialist_asks_for_is_added_and_the_reminders_begin_again() -> None:
    """C3: exactly these items, in their words; a note meets what is in free words, and is looked at
    before the client is reminded of the rest."""
    world = a_world(steps=None)
    world.wait_until(at("2027-03-08 17:00"))
    world.hear(RequestInformation, items=["A screenshot", "steps"], message="Please.")
    asked = of_kind(world.carried_out, ASKED)[-1]
    assert asked.facts == {
        "items": ["steps", "A screenshot"],
        "message": "Please.",
        "reminder": 0,
    }
    world.hear(ProvideInformation, note="Here it is.")
    assert world.case.information.missing == ["steps"]
    world.wait(30 * DAY)
    assert [e.facts["reminder"] for e in of_kind(world.carried_out, ASKED)] == [0, 1, 0]


@pytest.mark.parametrize("given", [{}, {"note": " "}, {"steps": ""}])
def test_information_without_any_is_refused(given: dict[str, str]) -> None:
    """C3."""
    refused = refusal(a_case(steps=None)[0], ProvideInformation, **given)
    assert str(refused) == "note: is missing: give it, or one of the items asked for"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (Answer, {"message": "It works as designed."}),
        (CloseCase, {"reason": "a duplicate"}),
        (DefectResolved, {"defect": "DEF-9"}),
        (ConfirmDefect, {"defect": "DEF-9"}),
    ],
)
def test_nobody_is_reminded_once_it_no_longer_matters(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """C3: answered, closed, or on a defect."""
    world = a_world(steps=None)
    world.hear(command, FRIDAY + HOUR, **fields)
    world.wait(30 * DAY)
    assert world.told(ASKED) == [FRIDAY]
