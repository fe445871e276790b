"""A client who thinks a defect should be classified otherwise is heard, and answered (D4)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.contract.defect import (
    ChangeSeverity,
    DecideReclassification,
    DetachCase,
    Hold,
    MergeInto,
    RequestReclassification,
    Resolve,
)
from domain.contract.effects import Lane, NotifyClients, NotifyStaff, PostStatus
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, a_defect, at, attachment, kinds, say
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ADA = "client-1@example.org"
BEN = "client-2@example.org"
SECRET = "they threaten to leave us"
TWO = (attachment(), attachment("CASE-2", "client-2"))


def a_world(severity: str = "S2", *cases: dict[str, Any], now: datetime = FRIDAY) -> World:
    """A defect of two clients; all it hears is put to a copy that has continued as new."""
    world = world_of(a_defect(severity, *(cases or TWO), now=now), now)
    world.through_json = True
    return world


def ask(world: World, when: datetime | None = None, **fields: Any) -> None:
    """Ada's client asks for S1, unless said otherwise."""
    said = {"client": "client-1", "severity": "S1", "justification": SECRET} | fields
    world.hear(RequestReclassification, when, **said)


def decide(world: World, *, approve: bool, when: datetime | None = None) -> None:
    """The client success manager decides."""
    reason = "Nobody can work." if approve else "There is a workaround."
    world.hear(DecideReclassification, when, approve=approve, reason=reason)


def reminders(world: World) -> list[datetime]:
    """When client success was reminded."""
    return world.told("reclassification.reminder", to="client_success")


# --- asked ---------------------------------------------------------------------------------------


def test_client_success_hears_of_a_request_at_once_and_nothing_else_changes() -> None:
    """D4, D8: with the justification, which clients never see."""
    night = at("2027-03-07 03:00")
    world = a_world(now=night)
    agenda = [due.what for due in world.agenda()]
    ask(world)
    assert world.told("reclassification.requested", to="client_success") == [night]
    (asked,) = [e for e in world.carried_out if isinstance(e, NotifyStaff)]
    assert asked.facts["requested"] == "S1"
    assert asked.facts["justification"] == SECRET
    assert world.defect.severity == "S2"
    assert world.told(to=ADA) == world.told("defect.confirmed", to=ADA)
    assert [due.what for due in world.agenda()] == [*agenda, "reclassification undecided"]
    assert world.status()["reclassification"] == {
        "client": "client-1",
        "severity": "S1",
        "requested_at": "2027-03-07T09:00:00Z",
        "reminders": 0,
    }


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        pytest.param({"severity": "S2"}, "severity: is already S2", id="the one it has"),
        pytest.param(
            {"client": "client-9"},
            "client: client-9 has no case on this defect",
            id="a client it does not concern",
        ),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(fields: dict[str, Any], refused: str) -> None:
    """D4."""
    with pytest.raises(InvalidCommand) as answer:
        ask(a_world(), **fields)
    assert str(answer.value) == refused


def test_a_second_request_is_refused_naming_the_first() -> None:
    """D4: whoever asks; once it is decided, there can be another."""
    world = a_world()
    ask(world)
    with pytest.raises(InvalidCommand) as answer:
        ask(world, FRIDAY + HOUR, client="client-2", severity="S3")
    assert str(answer.value) == (
        "severity: S1 is requested since 2027-03-05T22:00:00Z and not decided yet"
    )
    decide(world, approve=False)
    ask(world, client="client-2", severity="S3")
    assert len(world.told("reclassification.requested")) == 2


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (
            RequestReclassification,
            {"client": "client-1", "severity": "S1", "justification": SECRET},
        ),
        (DecideReclassification, {"approve": True, "reason": "Nobody can work."}),
    ],
)
def test_what_is_resolved_is_not_classified_otherwise(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """D4, C9."""
    world = a_world()
    world.hear(Resolve, resolution="fixed")
    with pytest.raises(InvalidCommand, match="is resolved; reopen it first"):
        world.hear(command, **fields)


# --- reminded ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "reminded"),
    [
        pytest.param(
            "2027-03-05 16:00",
            ["2027-03-09 16:00", "2027-03-10 16:00", "2027-03-11 16:00", "2027-03-12 16:00"],
            id="Friday afternoon: on Tuesday, then daily, not at the weekend",
        ),
        pytest.param(
            "2027-03-06 12:00",
            ["2027-03-10 07:00", "2027-03-11 07:00", "2027-03-12 07:00"],
            id="a weekend: two days are over at Tuesday's close, told at the next opening",
        ),
        pytest.param(
            "2027-03-07 00:00",
            ["2027-03-10 07:00", "2027-03-11 07:00", "2027-03-12 07:00"],
            id="midnight: nobody is woken",
        ),
        pytest.param(
            "2027-11-24 12:00",
            ["2027-11-29 12:00", "2027-11-30 12:00", "2027-12-01 12:00"],
            id="over Thanksgiving: the holiday does not count",
        ),
    ],
)
def test_an_undecided_request_is_reminded_of_daily_within_support_hours(
    asked: str, reminded: list[str]
) -> None:
    """D4, T10: after two business days and then on each one."""
    world = a_world(now=at(asked))
    ask(world)
    world.wait_until(at(reminded[-1]) + HOUR)
    assert reminders(world) == [at(text) for text in reminded]
    shown = world.status()["reclassification"]
    assert shown["reminders"] == len(reminded)


def test_after_an_outage_there_is_one_reminder_not_one_for_each_day() -> None:
    """Complaint (glpi#1996): no pile of mails when the workers return."""
    world = a_world()
    ask(world)
    world.stand_still_until(at("2027-03-12 10:00"))
    assert reminders(world) == [at("2027-03-12 10:00")]
    world.wait_until(at("2027-03-15 18:00"))
    assert reminders(world) == [at("2027-03-12 10:00"), at("2027-03-15 10:00")]


def _approved(world: World) -> None:
    decide(world, approve=True)


def _declined(world: World) -> None:
    decide(world, approve=False)


def _resolved(world: World) -> None:
    world.hear(Resolve, resolution="fixed")


@pytest.mark.parametrize("end", [_approved, _declined, _resolved])
@pytest.mark.parametrize("when", ["2027-03-08 12:00", "2027-03-09 20:00", "2027-03-10 12:00"])
def test_nobody_is_reminded_of_what_is_over(end: Callable[[World], None], when: str) -> None:
    """D4: nor of what ended while its reminder waited for the opening."""
    asked = at("2027-03-06 12:00")  # reminded on Wednesday 07:00
    world = a_world(now=asked)
    ask(world)
    world.wait_until(at(when))
    before = reminders(world)
    end(world)
    world.wait(30 * DAY)
    assert reminders(world) == before
    assert world.status()["reclassification"] is None


def test_a_reminder_that_waits_is_not_one_of_a_later_request() -> None:
    """D4: decided at night, and asked again before the opening."""
    world = a_world(now=at("2027-03-06 12:00"))
    ask(world)
    decide(world, approve=False, when=at("2027-03-09 20:00"))
    ask(world, at("2027-03-09 21:00"))
    world.wait_until(at("2027-03-11 12:00"))
    assert reminders(world) == []
    world.wait_until(at("2027-03-12 12:00"))
    assert reminders(world) == [at("2027-03-12 07:00")]


def test_reminders_go_on_whatever_its_severity_or_hold() -> None:
    """D4: it is about the request, not about the target."""
    world = a_world()
    ask(world)
    world.hear(Hold, reason="waiting")
    world.hear(ChangeSeverity, severity="S3", reason="better")
    world.wait_until(at("2027-03-09 17:00"))
    assert reminders(world) == [at("2027-03-09 16:00")]


# --- decided -------------------------------------------------------------------------------------


@pytest.mark.parametrize("approve", [True, False])
def test_the_client_gets_the_decision_with_its_reason_either_way(approve: bool) -> None:
    """D4, R4: only people of that client, each once however many cases."""
    world = a_world(
        "S2",
        attachment(),
        attachment("CASE-2", "client-2"),
        attachment("CASE-3", "client-1"),
        attachment("CASE-4", "client-1", email="another@example.org"),
    )
    ask(world)
    decide(world, approve=approve, when=FRIDAY + HOUR)
    told = [came for came in world.delivered if came.event == "reclassification.decided"]
    assert [came.recipient for came in told] == [ADA, "another@example.org"]
    (effect,) = [e for e in world.carried_out if e.key == told[0].key]
    assert isinstance(effect, NotifyClients)
    assert (effect.whom.kind, effect.whom.client) == ("client", "client-1")
    assert effect.facts == {
        "approved": approve,
        "reason": "Nobody can work." if approve else "There is a workaround.",
        "before": "S2",
        "severity": "S1",
    }


def test_approved_it_becomes_that_severity_like_by_any_other_change() -> None:
    """D1, D4, S1: engineering, status page, updates, target; and everyone attached is told."""
    world = a_world("S2")
    ask(world)
    decide(world, approve=True, when=FRIDAY + HOUR)
    assert world.defect.severity == "S1"
    assert world.told("defect.urgent", to="engineering") == [FRIDAY + HOUR]
    assert world.told("defect.severity_changed", to=BEN) == [FRIDAY + HOUR]
    assert [e.stage for e in world.carried_out if isinstance(e, PostStatus)] == ["investigating"]
    world.wait_until(at("2027-03-09 17:00"))
    assert world.told("defect.escalated", to="coo") == [at("2027-03-09 17:00")]
    assert world.told("defect.update", to=ADA)[0] <= FRIDAY + HOUR + DAY


def test_the_pause_is_kept_when_a_request_is_approved_on_hold() -> None:
    """Complaint (glpi#6902): the hold goes on at the other severity."""
    world = a_world("S2")
    world.hear(Hold, reason="waiting")
    ask(world)
    decide(world, approve=True)
    assert (world.defect.state, world.defect.target_due_at) == ("on_hold", None)
    world.wait(10 * DAY)
    assert world.told("defect.escalated") == []


def test_declined_it_stays_as_it_is() -> None:
    """D4: no clock moves."""
    world = a_world("S2")
    ask(world)
    due = world.defect.target_due_at
    decide(world, approve=False, when=FRIDAY + HOUR)
    assert (world.defect.severity, world.defect.target_due_at) == ("S2", due)
    assert world.told("defect.severity_changed") == []


def test_approving_what_staff_changed_meanwhile_changes_nothing_twice() -> None:
    """D1: the client gets the decision all the same."""
    world = a_world("S2")
    ask(world)
    world.hear(ChangeSeverity, severity="S1", reason="worse")
    decide(world, approve=True)
    assert len(world.told("defect.severity_changed", to=ADA)) == 1
    assert len(world.told("reclassification.decided", to=ADA)) == 1


def test_a_defect_with_an_open_request_is_not_merged() -> None:
    """D4: the client gets an answer first; nor is one made while its cases are on their way."""
    world = a_world()
    ask(world)
    with pytest.raises(InvalidCommand, match="a reclassification asked for by client-1 is unde"):
        world.hear(MergeInto, defect="DEF-2", reason="the same")
    decide(world, approve=False)
    world.places[Lane.WORKFLOWS].latency = HOUR
    world.hear(MergeInto, defect="DEF-2", reason="the same")
    with pytest.raises(InvalidCommand, match="is being merged with another defect"):
        ask(world)


def test_without_a_request_there_is_nothing_to_decide() -> None:
    """D4: nor twice."""
    world = a_world()
    ask(world)
    decide(world, approve=False)
    with pytest.raises(InvalidCommand, match="state: no reclassification is requested"):
        decide(world, approve=True)


def test_the_reason_is_for_the_client_and_must_not_promise_a_time() -> None:
    """D7."""
    defect, _ = a_defect("S2")
    fields = {"client": "client-1", "severity": "S1", "justification": "fixed by Friday, please"}
    say(defect, RequestReclassification, FRIDAY, **fields)
    reason = "It will be fixed by Friday."
    with pytest.raises(InvalidCommand) as refused:
        say(defect, DecideReclassification, FRIDAY, approve=False, reason=reason)
    assert refused.value.field == "reason"
    assert defect.reclassification is not None


def test_a_client_who_has_left_meanwhile_is_not_told() -> None:
    """D4: their case was about something else."""
    world = a_world()
    ask(world)
    world.hear(DetachCase, case="CASE-1", reason="something else")
    decide(world, approve=True)
    assert world.told("reclassification.decided") == []
    assert world.defect.severity == "S1"


def test_what_was_written_for_us_reaches_no_client() -> None:
    """D8: through a whole request."""
    world = a_world()
    ask(world)
    decide(world, approve=True)
    clients = [e for e in world.carried_out if isinstance(e, NotifyClients)]
    assert [e.key for e in clients if SECRET in e.model_dump_json()] == []


def test_a_repeat_with_the_same_key_changes_nothing() -> None:
    """Contract: a request and its decision come once."""
    defect, _ = a_defect("S2")
    fields = {"client": "client-1", "severity": "S1", "justification": SECRET, "key": "1"}
    say(defect, RequestReclassification, FRIDAY, **fields)
    assert say(defect, RequestReclassification, FRIDAY + HOUR, **fields) == []
    decision = {"approve": False, "reason": "There is a workaround.", "key": "2"}
    say(defect, DecideReclassification, FRIDAY + HOUR, **decision)
    again = say(defect, DecideReclassification, FRIDAY + HOUR, **decision)
    assert kinds(again) == []
