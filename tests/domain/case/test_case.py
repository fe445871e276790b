"""The life of a case: one contact from its receipt to its end (C1-C10)."""

from datetime import timedelta
from typing import Any

import pytest

from domain.case import CASE
from domain.contract.case import (
    Answer,
    AssessCritical,
    BookCall,
    CancelCall,
    CaseStart,
    CloseCase,
    ConfirmDefect,
    DefectMerged,
    DefectResolved,
    ProvideInformation,
    RequestInformation,
    Respond,
    SetPreferences,
)
from domain.contract.effects import (
    Effect,
    KeepPreferences,
    Lane,
    NotifyClients,
    OpenDefect,
    UpdateReadModel,
)
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.receipts import DeliveryReceipt
from domain.contract.values import Command
from tests.domain.builders import (
    ETO,
    FRIDAY,
    Alone,
    a_case,
    at,
    begin_alone,
    case_start,
    kinds,
    say,
)
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MISSED = "case.first_response_missed"
ASKED = "case.information_requested"
CLIENT = "client-1@example.org"
SECRET = "they never read the manual"


def a_world(**fields: Any) -> World:
    """A case logged on Friday, with nothing missing unless said otherwise."""
    return world_of(a_case(**fields), FRIDAY)


def critical(**fields: Any) -> World:
    """A critical case logged on Friday."""
    return a_world(**{"channel": "emergency_line"} | fields)


def refusal(case: Alone, command: type[Command], **fields: Any) -> InvalidCommand:
    """What a command is answered, after checking that it left no trace."""
    before = case.model_dump()
    with pytest.raises(InvalidCommand) as refused:
        say(case, command, FRIDAY, **fields)
    assert case.model_dump() == before
    return refused.value


def of_kind(effects: list[Effect], kind: str) -> list[NotifyClients]:
    """The messages of one kind to clients."""
    return [e for e in effects if isinstance(e, NotifyClients) and e.kind == kind]


# --- logged --------------------------------------------------------------------------------------


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


# --- what is missing -----------------------------------------------------------------------------


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
    """C3: exactly these items, in their words; a note meets what is in free words."""
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
    assert [e.facts["reminder"] for e in of_kind(world.carried_out, ASKED)] == [0, 1, 0, 1, 2, 3]


@pytest.mark.parametrize("given", [{}, {"note": " "}, {"steps": ""}])
def test_information_without_any_is_refused(given: dict[str, str]) -> None:
    """C3."""
    refused = refusal(a_case(steps=None)[0], ProvideInformation, **given)
    assert str(refused) == "note: or one of the items asked for must be given"


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


# --- critical ------------------------------------------------------------------------------------


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


# --- answers and texts ---------------------------------------------------------------------------


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


# --- defects -------------------------------------------------------------------------------------

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


# --- preferences ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chosen",
    [
        {"progress": False},
        {"progress": True, "newsletter": False},
        {"time_zone": "Europe/Berlin", "language": "de"},
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
    assert str(refused) == "progress: or another preference must be given"


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


def test_the_subject_word_is_the_policys() -> None:
    """C6: data, not code; a word with signs in it is a word."""
    rules = ETO.cases.model_copy(update={"critical_subject_word": "S.O.S"})
    policy = ETO.model_copy(update={"cases": rules})
    for subject, priority in (("S.O.S from us", "critical"), ("SXOXS", "normal")):
        start = parse(CaseStart, case_start(subject=subject))
        case, _ = begin_alone(CASE, "CASE-1", start, policy, FRIDAY)
        assert case.priority == priority
