"""How a case asks for what is missing: reminders, an end, a way back, and its defect (C3, T2)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.case.state import Case
from domain.contract.case import (
    Answer,
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
from domain.contract.contacts import CorrectContact
from domain.contract.defect import RetryDeliveries, StopWaiting, WaitForClient
from domain.contract.effects import NotifyClients, NotifyStaff, SignalDefect
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Command
from domain.entity import iso
from domain.keys import own_key
from domain.policy import PinnedPolicy
from tests.domain.builders import ETO, FRIDAY, a_case, at, eto_but
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ASKED, CLOSED, REOPENED = "case.information_requested", "case.closed", "case.reopened"
WROTE = "case.client_wrote"
CLIENT = "client-1@example.org"
CLOSED_AT = at("2027-03-11 16:00")  # four business days after Friday
OLD = eto_but("cases", information_close_business_days=None)
"""A policy that was pinned before cases could be closed without the information."""


def a_world(now: datetime = FRIDAY, under: PinnedPolicy = ETO, **fields: Any) -> World:
    """A case that lacks its steps."""
    return world_of(a_case(now, under, **({"steps": None} | fields)), now)


def on_a_defect(under: PinnedPolicy = ETO) -> World:
    """A case on `DEF-9` whose client was asked for a screenshot on Friday."""
    world = a_world(under=under, steps="1. open")
    world.hear(ConfirmDefect, defect="DEF-9")
    world.hear(RequestInformation, items=["A screenshot"])
    return world


def asked(world: World) -> list[tuple[int, list[str]]]:
    """Which reminder each message was, and what it asked for."""
    told = [e for e in world.carried_out if isinstance(e, NotifyClients) and e.kind == ASKED]
    return [(e.facts["reminder"], e.facts["items"]) for e in told]


def told_defect(world: World) -> list[tuple[str, str]]:
    """Which defects heard what."""
    told = [e for e in world.carried_out if isinstance(e, SignalDefect)]
    return [(effect.defect, effect.signal) for effect in told]


# --- reminders, and the end ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opened", "reminded", "closed"),
    [
        pytest.param(
            "2027-03-05 16:00",
            ["2027-03-08 16:00", "2027-03-09 16:00", "2027-03-10 16:00"],
            "2027-03-11 16:00",
            id="Friday afternoon",
        ),
        pytest.param(
            "2027-03-06 23:59",
            ["2027-03-08 18:00", "2027-03-09 18:00", "2027-03-10 18:00"],
            "2027-03-11 18:00",
            id="midnight on a weekend",
        ),
        pytest.param(
            "2027-03-12 12:00",
            ["2027-03-15 12:00", "2027-03-16 12:00", "2027-03-17 12:00"],
            "2027-03-18 12:00",
            id="before the clock jumps ahead",
        ),
        pytest.param(
            "2027-11-05 12:00",
            ["2027-11-08 12:00", "2027-11-09 12:00", "2027-11-10 12:00"],
            "2027-11-11 12:00",
            id="before the clock is put back",
        ),
        pytest.param(
            "2027-07-02 12:00",
            ["2027-07-06 12:00", "2027-07-07 12:00", "2027-07-08 12:00"],
            "2027-07-09 12:00",
            id="before a holiday Monday",
        ),
    ],
)
def test_after_three_reminders_a_case_nobody_answers_is_closed(
    opened: str, reminded: list[str], closed: str
) -> None:
    """C3: one business day apart each, never at midnight, on a weekend or on a holiday."""
    world = a_world(at(opened))
    world.wait(60 * DAY)
    assert world.told(ASKED) == [at(when) for when in (opened, *reminded)]
    assert [reminder for reminder, _ in asked(world)] == [0, 1, 2, 3]
    assert world.told(CLOSED, to=CLIENT) == [at(closed)]
    assert world.status()["outcome"] == "unanswered"


def test_the_client_is_told_what_is_missing_and_how_long_the_way_back_is() -> None:
    """C3."""
    world = a_world()
    world.wait_until(CLOSED_AT)
    (told,) = [e for e in world.carried_out if isinstance(e, NotifyClients) and e.kind == CLOSED]
    assert told.facts == {"unanswered": True, "items": ["steps"], "return_days": 14}
    assert world.status()["unanswered_until"] == "2027-03-25T22:00:00Z"


def test_after_an_outage_there_is_one_reminder_and_the_rest_keep_their_distance() -> None:
    """C3: no worker ran for two weeks; the client is not reminded three times at once."""
    world = a_world()
    back = at("2027-03-19 12:00")
    world.stand_still_until(back)
    world.wait(30 * DAY)
    reminded = [back, at("2027-03-22 12:00"), at("2027-03-23 12:00")]
    assert world.told(ASKED) == [FRIDAY, *reminded]
    assert world.told(CLOSED) == [at("2027-03-24 12:00")]


def test_what_was_given_in_part_is_not_asked_for_again_and_the_reminders_go_on() -> None:
    """C3: of the rest, as many as are left."""
    world = a_world(feature=None)
    world.hear(ProvideInformation, at("2027-03-08 17:00"), steps="1. open")
    world.wait(60 * DAY)
    assert asked(world) == [
        (0, ["steps", "feature"]),
        (1, ["steps", "feature"]),
        (2, ["feature"]),
        (3, ["feature"]),
    ]
    assert world.told(CLOSED) == [CLOSED_AT]


def test_who_answers_in_time_hears_no_more_of_it() -> None:
    """C3: to the last hour before it closes."""
    world = a_world()
    world.hear(ProvideInformation, CLOSED_AT - HOUR, steps="1. open")
    world.wait(60 * DAY)
    assert world.told(CLOSED, REOPENED) == []
    assert world.case.state == "open"


def test_being_asked_again_begins_the_reminders_anew() -> None:
    """C3: the end moves with them."""
    world = a_world()
    again = at("2027-03-10 17:00")
    world.hear(RequestInformation, again, items=["A screenshot"])
    world.wait(60 * DAY)
    assert [reminder for reminder, _ in asked(world)] == [0, 1, 2, 3, 0, 1, 2, 3]
    assert world.told(CLOSED) == [at("2027-03-16 17:00")]


def test_a_critical_case_that_nobody_answered_is_not_closed_for_what_the_client_left_out() -> None:
    """C3, C6: it is ours to answer; once that is done, the client has a business day for it."""
    world = a_world(channel="emergency_line")
    world.wait_until(at("2027-03-19 12:00"))
    assert [reminder for reminder, _ in asked(world)] == [0, 1, 2, 3]
    assert world.told(CLOSED) == []
    world.hear(Respond, message="We need the steps to go on.")
    world.wait(30 * DAY)
    assert world.told(CLOSED) == [at("2027-03-22 12:00")]


def test_what_a_specialist_writes_after_the_last_reminder_can_be_read_before_it_is_closed() -> None:
    """C3: a business day from then."""
    world = a_world()
    world.hear(Respond, at("2027-03-11 15:00"), message="It would help us.")
    world.wait(30 * DAY)
    assert world.told(CLOSED) == [at("2027-03-12 15:00")]


def test_how_often_and_how_long_is_the_policys() -> None:
    """C3: data, not code."""
    rules = {"information_reminders": 0, "information_close_business_days": 2}
    world = a_world(under=eto_but("cases", information_return_days=3, **rules))
    world.wait_until(at("2027-03-09 16:00"))
    assert (world.told(ASKED), world.told(CLOSED)) == ([FRIDAY], [world.now])
    assert world.case.information.reopens_until == world.now + 3 * DAY


# --- a client who writes -------------------------------------------------------------------------


def wrote(world: World) -> list[NotifyStaff]:
    """What staff were told of clients who wrote."""
    told = [e for e in world.carried_out if isinstance(e, NotifyStaff)]
    return [effect for effect in told if effect.kind == WROTE]


@pytest.mark.parametrize("hours", [1, 25, 24 * 3 + 23])
def test_who_writes_is_neither_reminded_nor_closed_out(hours: int) -> None:
    """C3: whenever, until somebody has looked; the case is ours to answer, and says so."""
    world = a_world()
    world.wait(hours * HOUR)
    world.hear(ProvideInformation, note="It is on every page, whatever I do.")
    asked_before = len(asked(world))
    world.wait(60 * DAY)
    status = world.status()
    assert (len(asked(world)), world.told(CLOSED)) == (asked_before, [])
    assert (status["state"], status["missing"]) == ("open", ["steps"])
    assert status["client_wrote_at"] == iso(FRIDAY + hours * HOUR)


def test_staff_are_told_once_with_what_was_written_and_within_support_hours() -> None:
    """C3, T10."""
    world = a_world()
    world.hear(ProvideInformation, at("2027-03-06 12:00"), note="On every page.")
    world.hear(ProvideInformation, at("2027-03-06 13:00"), note="And in the morning.")
    world.wait(60 * DAY)
    (told,) = wrote(world)
    assert world.told(WROTE, to="support") == [at("2027-03-08 07:00")]
    assert (told.role, told.facts["note"], told.facts["items"]) == (
        "support",
        "On every page.",
        ["steps"],
    )


def test_who_was_answered_before_support_opens_needs_no_notice() -> None:
    """T10: its reason is gone."""
    world = a_world()
    world.hear(ProvideInformation, at("2027-03-06 12:00"), note="On every page.")
    world.hear(Respond, at("2027-03-06 13:00"), message="We look at every page.")
    world.wait(60 * DAY)
    assert wrote(world) == []


@pytest.mark.parametrize(
    ("command", "fields", "reminders"),
    [
        (Respond, {"message": "We still need the steps."}, [0, 1, 2, 3]),
        (RequestInformation, {"items": ["steps"]}, [0, 0, 1, 2, 3]),
    ],
)
def test_once_a_specialist_has_written_the_client_is_waited_for_again(
    command: type[Command], fields: dict[str, Any], reminders: list[int]
) -> None:
    """C3: a business day from then, and as often as was left; a client who writes again counts."""
    world = a_world()
    world.hear(ProvideInformation, at("2027-03-08 15:00"), note="On every page.")
    world.hear(command, at("2027-03-10 12:00"), **fields)
    assert world.case.state == "waiting_for_client"
    world.wait(60 * DAY)
    assert [reminder for reminder, _ in asked(world)] == reminders
    assert world.told(CLOSED) == [at("2027-03-16 12:00")]


def test_what_is_answered_by_its_label_is_given() -> None:
    """C3: with nothing left, nobody has to look, and nobody is reminded."""
    world = a_world(feature=None)
    world.hear(ProvideInformation, note="Re: details\n\nSteps: open it\nFunktion: Suche")
    world.wait(60 * DAY)
    assert (world.status()["missing"], world.case.state) == ([], "open")
    assert (len(asked(world)), wrote(world), world.told(CLOSED)) == (1, [], [])


def test_a_label_answers_only_what_was_asked_for() -> None:
    """C3: what is known stays as it was given."""
    world = a_world()
    world.hear(ProvideInformation, note="Feature: search")
    (fact,) = [f for f in world.case.timeline if f.event == "case.information_provided"]
    assert (fact.details["items"], world.status()["missing"]) == ([], ["steps"])


def test_a_note_opens_what_was_closed_and_is_looked_at() -> None:
    """C3: nobody who has written is asked the same again by a program."""
    world = a_world()
    world.hear(ProvideInformation, CLOSED_AT + HOUR, note="I was away; it is on every page.")
    world.wait(60 * DAY)
    assert (world.told(REOPENED), len(asked(world))) == ([CLOSED_AT + HOUR], 4)
    assert (world.case.state, world.case.closed_at, len(wrote(world))) == ("open", None, 1)


def test_under_a_policy_pinned_before_a_note_changes_nothing() -> None:
    """T8: reminders and the end come as they did."""
    world = a_world(under=eto_but("cases", note_pauses_reminders=False))
    world.hear(ProvideInformation, note="Steps: open it")
    world.wait(60 * DAY)
    assert [reminder for reminder, _ in asked(world)] == [0, 1, 2, 3]
    assert (wrote(world), world.told(CLOSED)) == ([], [CLOSED_AT])


def test_a_case_that_is_put_on_a_defect_was_looked_at() -> None:
    """C9: it is the defect's from then on."""
    world = a_world()
    world.hear(ProvideInformation, note="On every page.")
    world.hear(ConfirmDefect, defect="DEF-9")
    world.wait(60 * DAY)
    assert (world.status()["client_wrote_at"], world.told(CLOSED)) == (None, [])


def test_files_that_were_not_kept_are_named_in_the_next_letter_and_once() -> None:
    """Of a mail that opened the case in its confirmation; of a note in whatever is written next."""
    world = a_world(attachments_not_kept=["a.pdf"])
    lost = {"attachments_not_kept": ["b.txt"]}
    world.hear(ProvideInformation, note="See b.", **lost)
    world.hear(ProvideInformation, note="See b again.", **lost)
    world.hear(Respond, message="We look at it.")
    world.hear(Respond, message="We still do.")
    letters = [e for e in world.carried_out if isinstance(e, NotifyClients)]
    assert [(e.kind, e.facts.get("attachments_not_kept")) for e in letters] == [
        ("case.opened", ["a.pdf"]),
        (ASKED, None),
        ("case.responded", ["b.txt"]),
        ("case.responded", None),
    ]


# --- the way back --------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [HOUR, 14 * DAY - HOUR])
def test_an_answer_opens_it_again(after: timedelta) -> None:
    """C3: the same case, for 14 days; it is not reminded of anything more."""
    world = a_world()
    world.hear(ProvideInformation, CLOSED_AT + after, steps="1. open")
    assert world.told(REOPENED, to=CLIENT) == [CLOSED_AT + after]
    status = world.status()
    assert (status["state"], status["outcome"], status["closed_at"]) == ("open", None, None)
    world.hear(Answer, message="It works as designed.")
    world.wait(60 * DAY)
    assert len(world.told(ASKED)) == 4
    assert (world.case.outcome, world.case.finished) == ("answered", True)


def test_afterwards_it_is_finished_and_a_further_question_is_a_new_case() -> None:
    """C1, C3: nothing is sent when the way back ends."""
    world = a_world()
    world.wait_until(CLOSED_AT + 14 * DAY - HOUR)
    sent, finished = len(world.delivered), [world.case.finished]
    world.wait(HOUR)
    assert [*finished, world.case.finished] == [False, True]
    with pytest.raises(InvalidCommand, match=r"^state: is closed since .*; open a new case$"):
        world.hear(ProvideInformation, steps="1. open")
    assert len(world.delivered) == sent
    assert world.next_due() is None


def test_a_part_of_it_opens_the_case_and_the_rest_is_asked_for_again() -> None:
    """C3: nobody is told that there is nothing to do, and then closed out without a word."""
    world = a_world(feature=None)
    back = at("2027-03-15 12:00")
    world.hear(ProvideInformation, back, steps="1. open")
    assert (world.case.state, asked(world)[-1]) == ("waiting_for_client", (0, ["feature"]))
    assert world.told(REOPENED) == []
    world.wait(60 * DAY)
    assert [reminder for reminder, _ in asked(world)] == [0, 1, 2, 3, 0, 1, 2, 3]
    assert world.told(CLOSED) == [CLOSED_AT, at("2027-03-19 12:00")]


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (Respond, {"message": "Hello."}),
        (RequestInformation, {"items": ["x"]}),
        (ConfirmDefect, {"defect": "DEF-9"}),
        (BookCall, {"at": "2027-03-16T16:00:00Z", "minutes": 30}),
        (CancelCall, {}),
        (Answer, {"message": "Hello."}),
        (CloseCase, {"reason": "x"}),
        (DefectResolved, {"defect": "DEF-9"}),
    ],
)
def test_until_then_it_is_closed_for_everything_else(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """C3: and the way back is named."""
    world = a_world()
    world.wait_until(CLOSED_AT + DAY)
    with pytest.raises(InvalidCommand) as refused:
        world.hear(command, **fields)
    said = "state: is closed since 2027-03-11T22:00:00Z; provide_information opens it again"
    assert str(refused.value) == said


def test_information_without_any_opens_nothing() -> None:
    """C3."""
    world = a_world()
    world.wait_until(CLOSED_AT + DAY)
    with pytest.raises(InvalidCommand, match=r"^note: is missing: give it, or one of the items"):
        world.hear(ProvideInformation, steps=" ")
    assert world.case.state == "closed"


# --- on a defect (T2) ----------------------------------------------------------------------------


def test_a_defect_hears_that_its_case_waits_for_its_client_and_that_it_waits_no_more() -> None:
    """T2: whenever somebody asks, it may have gone on meanwhile; the signals can be read."""
    world = on_a_defect()
    world.hear(RequestInformation, items=["A log"])
    world.hear(ProvideInformation, FRIDAY + HOUR, note="Here they are.")
    waits, stops = ("DEF-9", "wait_for_client"), ("DEF-9", "stop_waiting")
    assert told_defect(world) == [waits, waits, stops]
    first, _, last = [e for e in world.carried_out if isinstance(e, SignalDefect)]
    assert parse(WaitForClient, first.payload).case == "CASE-1"
    assert parse(StopWaiting, last.payload).key == own_key(last.key)
    world.hear(RequestInformation, items=["Another"])
    assert told_defect(world)[3:] == [waits]


def test_a_defect_that_does_not_run_is_on_record_until_it_hears() -> None:
    """T9: it was terminated, say; once it is back, a retry tells it how the case stands by then."""
    world = on_a_defect()
    world.absent = {"DEF-9"}
    world.hear(RequestInformation, items=["A log"])
    assert world.runner.needs_attention
    assert world.case.attention == ["not told, since it does not run: DEF-9"]
    assert world.case.timeline[-1].event == "defect.not_told"
    assert world.case.timeline[-1].details == {"defect": "DEF-9", "about": "wait_for_client"}

    world.hear(RetryDeliveries)
    assert world.runner.needs_attention
    world.absent = set()
    world.hear(RetryDeliveries, FRIDAY + HOUR)
    assert not world.runner.needs_attention
    assert told_defect(world) == [("DEF-9", "wait_for_client")] * 4
    count = len(told_defect(world))
    world.hear(RetryDeliveries)
    assert len(told_defect(world)) == count


def test_a_defect_that_did_not_run_hears_of_a_corrected_contact_by_a_retry() -> None:
    """T9: else what it owes goes to the old address for ever; once it has heard it is not told."""
    world = on_a_defect()
    world.absent = {"DEF-9"}
    world.hear(CorrectContact, contact={"email": "new@example.org"}, reason="a slip")
    world.hear(RequestInformation, items=["A log"])
    world.absent = set()
    world.hear(RetryDeliveries, FRIDAY + HOUR)

    told = [e for e in world.carried_out if isinstance(e, SignalDefect)]
    assert [e.signal for e in told[-2:]] == ["wait_for_client", "correct_contact"]
    assert parse(CorrectContact, told[-1].payload).contact.email == "new@example.org"
    assert told[-1].key not in {e.key for e in told[:-1]}
    world.hear(RetryDeliveries, FRIDAY + 2 * HOUR)
    assert told == [e for e in world.carried_out if isinstance(e, SignalDefect)]


def test_its_client_is_reminded_and_then_work_goes_on_without() -> None:
    """C3, T2: a case on a defect is not closed for it; the defect waits no more."""
    world = on_a_defect()
    world.wait(60 * DAY)
    assert [reminder for reminder, _ in asked(world)] == [0, 1, 2, 3]
    assert world.told(CLOSED) == []
    assert world.case.state == "attached"
    assert told_defect(world) == [("DEF-9", "wait_for_client"), ("DEF-9", "stop_waiting")]
    assert world.case.timeline[-1].event == "case.information_given_up"
    world.hear(ProvideInformation, note="Here it is after all.")
    assert len(told_defect(world)) == 2


def test_a_part_of_it_keeps_the_defect_waiting() -> None:
    """T2: what a form gives; words that may be all of it are for us to look at, and it goes on."""
    world = on_a_defect()
    waits = ("DEF-9", "wait_for_client")
    world.hear(RequestInformation, items=["steps"])
    world.hear(ProvideInformation, steps="1. open")
    assert told_defect(world) == [waits] * 2
    world.hear(RequestInformation, items=["steps"])
    world.hear(ProvideInformation, note="Here is the screenshot.")
    assert told_defect(world) == [*[waits] * 3, ("DEF-9", "stop_waiting")]


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (Answer, {"message": "It works as designed."}),
        (CloseCase, {"reason": "a duplicate"}),
        (DefectResolved, {"defect": "DEF-9"}),
    ],
)
def test_a_case_that_closes_waits_for_nobody(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """T2: and nobody is reminded any more."""
    world = on_a_defect()
    world.hear(command, **fields)
    world.wait(60 * DAY)
    assert told_defect(world) == [("DEF-9", "wait_for_client"), ("DEF-9", "stop_waiting")]
    assert len(asked(world)) == 1


def test_a_defect_that_takes_over_the_case_hears_that_it_waits() -> None:
    """T2: the clock of the one it was merged into stands for it too."""
    world = on_a_defect()
    world.hear(DefectMerged, defect="DEF-9", into="DEF-3")
    world.hear(ProvideInformation, note="Here it is.")
    assert told_defect(world) == [
        ("DEF-9", "wait_for_client"),
        ("DEF-3", "wait_for_client"),
        ("DEF-3", "stop_waiting"),
    ]


def test_what_was_missing_before_there_was_a_defect_does_not_stop_it() -> None:
    """T2: only what a specialist asks for then."""
    world = a_world()
    world.hear(ConfirmDefect, defect="DEF-9")
    world.wait(60 * DAY)
    assert (told_defect(world), world.told(ASKED), world.told(CLOSED)) == ([], [FRIDAY], [])


# --- what was pinned before ----------------------------------------------------------------------


def test_a_policy_that_does_not_close_such_cases_leaves_them_open() -> None:
    """T8: three reminders, and it stays as it is."""
    world = a_world(under=OLD)
    world.wait(365 * DAY)
    assert [reminder for reminder, _ in asked(world)] == [0, 1, 2, 3]
    assert (world.told(CLOSED), world.case.state) == ([], "waiting_for_client")


def test_nor_does_it_tell_defects_of_clients_they_wait_for() -> None:
    """T8: asked once, not reminded, as it was."""
    world = on_a_defect(under=OLD)
    world.wait(365 * DAY)
    assert (told_defect(world), len(asked(world)), world.case.state) == ([], 1, "attached")


def test_a_case_that_was_carried_on_goes_on_the_same() -> None:
    """Continue-as-new: while it is closed with a way back, the state through JSON."""
    world = a_world()
    world.wait_until(CLOSED_AT + DAY)
    world.runner.entity = Case.model_validate(world.case.model_dump(mode="json"))
    world.hear(ProvideInformation, steps="1. open")
    assert world.case.state == "open"
