"""The life of a defect: whom it tells what, and what it refuses (C9, C10, D1-D8, R3-R5, S1-S4)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.contract.defect import (
    AttachCase,
    ChangeSeverity,
    DefectStart,
    DetachCase,
    Hold,
    OfferWorkaround,
    PostProgress,
    RecordSeverityFeedback,
    ReleaseDeployed,
    Reopen,
    Resolve,
    Resume,
    ScheduleRelease,
    WithdrawRelease,
)
from domain.contract.effects import (
    CloseCases,
    Effect,
    Lane,
    NotifyClients,
    NotifyStaff,
    PostStatus,
    UpdateReadModel,
)
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Command
from domain.defect import DEFECT
from domain.defect.state import Defect
from domain.runner import Runner
from tests.domain.builders import (
    ETO,
    FRIDAY,
    Alone,
    a_defect,
    at,
    attachment,
    begin_alone,
    defect_start,
    eto_with,
    kinds,
    say,
)
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
JUNE = "2027-06-01T12:00:00Z"
JULY = "2027-07-01T12:00:00Z"
SECRET = "the cache forgets half of it"


def a_world(severity: str = "S2", *cases: dict[str, Any], **fields: Any) -> World:
    """A defect confirmed on Friday, with one client unless others are given."""
    return world_of(a_defect(severity, *cases, **fields), FRIDAY)


def refusal(defect: Alone, command: type[Command], **fields: Any) -> InvalidCommand:
    """What a command is answered an hour later, after checking that it left no trace."""
    before = defect.model_dump()
    with pytest.raises(InvalidCommand) as refused:
        say(defect, command, FRIDAY + HOUR, **fields)
    assert defect.model_dump() == before
    return refused.value


def client_messages(effects: list[Effect]) -> list[NotifyClients]:
    """What is told to clients."""
    return [effect for effect in effects if isinstance(effect, NotifyClients)]


# --- confirmed, attached, detached ---------------------------------------------------------------


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


# --- severity ------------------------------------------------------------------------------------


def test_engineering_is_told_the_moment_it_becomes_s1() -> None:
    """S1: confirmed as one, raised to one, reopened as one; at night too (T10)."""
    night = at("2027-03-06 03:00")
    defect, confirmed = a_defect("S1", now=night)
    assert kinds(confirmed).count("defect.urgent") == 1
    say(defect, ChangeSeverity, night + HOUR, severity="S2", reason="better")
    raised = say(defect, ChangeSeverity, night + 2 * HOUR, severity="S1", reason="worse")
    assert kinds(raised).count("defect.urgent") == 1
    say(defect, Resolve, night + 3 * HOUR, resolution="fixed")
    reopened = say(defect, Reopen, night + 4 * HOUR, reason="not fixed")
    assert kinds(reopened).count("defect.urgent") == 1


@pytest.mark.parametrize("severity", ["S2", "S3", "S4"])
def test_lesser_severities_are_not_urgent(severity: str) -> None:
    """S2 to S4."""
    _, effects = a_defect(severity)
    assert kinds(effects) == ["defect.confirmed"]


def test_clients_hear_of_a_change_of_severity_but_not_why() -> None:
    """D1, D8."""
    defect, _ = a_defect("S3")
    effects = say(defect, ChangeSeverity, FRIDAY, severity="S1", reason=SECRET)
    (told,) = client_messages(effects)
    assert told.facts == {"before": "S3", "severity": "S1"}
    urgent = next(effect for effect in effects if isinstance(effect, NotifyStaff))
    assert urgent.facts["reason"] == SECRET


def test_the_severity_it_has_is_refused() -> None:
    """D1."""
    refused = refusal(a_defect("S1")[0], ChangeSeverity, severity="S1", reason="x")
    assert str(refused) == "severity: is already S1"


def test_severity_feedback_changes_nothing_by_itself() -> None:
    """D3: recorded, the last of each client, and shown to those who review."""
    world = a_world("S3")
    agenda = world.agenda()
    for severity, client in (("S1", "client-1"), ("S2", "client-2"), ("S2", "client-1")):
        world.hear(RecordSeverityFeedback, client=client, severity=severity, comment=SECRET)
    assert world.told() == world.told("defect.confirmed")
    assert world.defect.severity == "S3"
    assert world.agenda() == agenda
    feedback = world.status()["feedback"]
    assert [(f["client"], f["severity"]) for f in feedback] == [
        ("client-2", "S2"),
        ("client-1", "S2"),
    ]
    assert SECRET not in str(feedback)


def test_an_s3_is_raised_in_priority_once_when_it_hits_several_clients() -> None:
    """S3: distinct clients, not cases."""
    world = a_world("S3")
    world.hear(AttachCase, **attachment("CASE-2", "client-1"))
    assert world.status()["priority"] == "normal"
    world.hear(AttachCase, **attachment("CASE-3", "client-2"))
    world.hear(AttachCase, **attachment("CASE-4", "client-3"))
    assert world.status()["priority"] == "raised"
    assert world.told("defect.raised") == [FRIDAY]


@pytest.mark.parametrize("severity", ["S1", "S2", "S4"])
def test_other_severities_are_not_raised(severity: str) -> None:
    """S3: only there."""
    world = a_world(severity, attachment(), attachment("CASE-2", "client-2"))
    assert world.defect.priority == "normal"


def test_what_becomes_an_s3_with_several_clients_is_raised_too() -> None:
    """S3."""
    world = a_world("S2", attachment(), attachment("CASE-2", "client-2"))
    world.hear(ChangeSeverity, severity="S3", reason="better")
    assert world.told("defect.raised") == [FRIDAY]


# --- status page ---------------------------------------------------------------------------------


def posts(world: World) -> list[tuple[str, str]]:
    """Incident and stage of everything posted on the status page."""
    return [(e.incident, e.stage) for e in world.carried_out if isinstance(e, PostStatus)]


def test_an_s1_is_posted_updated_and_resolved_on_the_status_page() -> None:
    """S1: one incident from the beginning to the end."""
    world = a_world("S1", public_summary="Nobody can log in.")
    world.hear(PostProgress, public_text="We found the cause.", stage="identified")
    world.wait(DAY)
    world.hear(Resolve, resolution=SECRET, public_text="Logging in works again.")
    assert posts(world) == [
        ("DEF-1/S1-1", "investigating"),
        ("DEF-1/S1-1", "identified"),
        ("DEF-1/S1-1", "identified"),
        ("DEF-1/S1-1", "resolved"),
    ]
    assert SECRET not in str([e for e in world.carried_out if isinstance(e, PostStatus)])


def test_leaving_s1_ends_the_incident_and_returning_opens_another() -> None:
    """S1: and a reopened one is a new incident."""
    world = a_world("S1")
    world.hear(ChangeSeverity, severity="S2", reason="better")
    world.hear(PostProgress, public_text="We found the cause.")
    world.hear(ChangeSeverity, severity="S1", reason="worse")
    world.hear(Resolve, resolution="fixed")
    world.hear(Reopen, reason="not fixed")
    assert [incident for incident, _ in posts(world)] == [
        *["DEF-1/S1-1"] * 2,
        *["DEF-1/S1-2"] * 2,
        "DEF-1/S1-3",
    ]


@pytest.mark.parametrize("severity", ["S2", "S3", "S4"])
def test_only_an_s1_is_on_the_status_page(severity: str) -> None:
    """S1."""
    world = a_world(severity)
    world.hear(PostProgress, public_text="We found the cause.", stage="identified")
    world.hear(Resolve, resolution="fixed")
    assert posts(world) == []


# --- progress, workarounds, texts ----------------------------------------------------------------


def test_progress_of_an_s1_is_mailed_at_once_and_shown_to_all() -> None:
    """D6."""
    defect, _ = a_defect("S1")
    effects = say(defect, PostProgress, FRIDAY, public_text="We found the cause.")
    (told,) = client_messages(effects)
    assert (told.kind, told.facts["text"]) == ("defect.update", "We found the cause.")
    (fact,) = next(e for e in effects if isinstance(e, UpdateReadModel)).facts
    assert (fact.public, fact.public_text) == (True, "We found the cause.")


@pytest.mark.parametrize("severity", ["S2", "S3", "S4"])
def test_progress_of_the_others_is_shown_in_the_portal_only(severity: str) -> None:
    """D6."""
    defect, _ = a_defect(severity)
    effects = say(defect, PostProgress, FRIDAY, public_text="We found the cause.")
    assert client_messages(effects) == []
    assert defect.snapshot(FRIDAY)["progress"]["text"] == "We found the cause."


def test_progress_without_anything_in_it_is_refused() -> None:
    """D6."""
    refused = refusal(a_defect()[0], PostProgress)
    assert str(refused) == "public_text: or internal_note or stage must be given"


def test_an_internal_note_is_told_to_nobody_and_is_not_public() -> None:
    """D8."""
    defect, _ = a_defect("S1")
    effects = say(defect, PostProgress, FRIDAY, internal_note=SECRET)
    (projection,) = effects
    assert isinstance(projection, UpdateReadModel)
    (fact,) = projection.facts
    assert (fact.public, fact.internal_text) == (False, SECRET)


def test_a_workaround_is_told_to_those_attached_now_and_a_repeat_is_not() -> None:
    """D5: at any severity."""
    world = a_world("S4")
    for _ in range(2):
        world.hear(OfferWorkaround, description="Use the other form.", effort="easy")
    world.hear(OfferWorkaround, description="Use the other form.", effort="laborious")
    assert len(world.told("defect.workaround")) == 2
    assert world.status()["workaround"]["effort"] == "laborious"


PROMISE = "It will be fixed by Friday."


@pytest.mark.parametrize(
    ("command", "field", "fields"),
    [
        (PostProgress, "public_text", {"public_text": PROMISE}),
        (OfferWorkaround, "description", {"description": PROMISE, "effort": "easy"}),
        (Resolve, "public_text", {"resolution": "x", "public_text": PROMISE}),
    ],
)
def test_text_for_clients_that_promises_a_time_is_refused_with_the_phrase(
    command: type[Command], field: str, fields: dict[str, Any]
) -> None:
    """D7."""
    refused = refusal(a_defect("S1")[0], command, **fields)
    assert refused.field == field
    assert "by Friday" in refused.reason


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("public_summary", {"public_summary": PROMISE}),
        ("workaround.description", {"workaround": {"description": PROMISE, "effort": "easy"}}),
    ],
)
def test_a_defect_cannot_be_confirmed_with_a_promise(field: str, fields: dict[str, Any]) -> None:
    """D7."""
    with pytest.raises(InvalidCommand) as refused:
        a_defect("S1", **fields)
    assert refused.value.field == field


def test_internal_text_may_name_a_time() -> None:
    """D7: it is bound for nobody outside."""
    world = a_world("S1", internal_description=PROMISE)
    world.hear(PostProgress, internal_note=PROMISE)
    world.hear(Resolve, resolution=PROMISE)
    assert world.defect.state == "resolved"


def test_no_internal_text_ever_reaches_a_client_or_the_status_page() -> None:
    """D8: through a whole life."""
    world = a_world("S1", internal_description=SECRET, title=SECRET)
    world.hear(PostProgress, internal_note=SECRET, public_text="We are at it.")
    world.hear(ScheduleRelease, release="REL-1", deploy_at=JUNE)
    world.hear(WithdrawRelease, release="REL-1", reason=SECRET)
    world.hear(Hold, reason=SECRET)
    world.hear(Resume, reason=SECRET)
    world.hear(RecordSeverityFeedback, client="client-1", severity="S1", comment=SECRET)
    world.hear(ChangeSeverity, severity="S3", reason=SECRET)
    world.hear(ChangeSeverity, severity="S1", reason=SECRET)
    world.wait(2 * DAY)
    world.hear(Resolve, resolution=SECRET)
    world.hear(Reopen, reason=SECRET)
    world.hear(DetachCase, case="CASE-1", reason=SECRET)
    outside = [e for e in world.carried_out if isinstance(e, NotifyClients | PostStatus)]
    assert len(outside) > 10
    assert [e.key for e in outside if SECRET in e.model_dump_json()] == []
    facts = [f for e in world.carried_out if isinstance(e, UpdateReadModel) for f in e.facts]
    assert [f.event for f in facts if SECRET in str((f.public_text, f.details))] == []


# --- hold ----------------------------------------------------------------------------------------


def test_a_hold_is_a_state_of_its_own() -> None:
    """T2: and cannot be begun or ended twice."""
    defect, _ = a_defect("S2")
    assert str(refusal(defect, Resume)) == "state: is not on hold"
    say(defect, Hold, FRIDAY, reason="waiting")
    assert defect.status(FRIDAY)["state"] == "on_hold"
    refused = refusal(defect, Hold, reason="waiting")
    assert str(refused) == "state: is on hold since 2027-03-05T22:00:00Z"
    say(defect, Resume, FRIDAY + HOUR)
    assert defect.status(FRIDAY)["state"] == "open"
    assert [(h.start, h.end) for h in defect.hold.past] == [(FRIDAY, FRIDAY + HOUR)]


def test_resolving_ends_a_hold() -> None:
    """T2: reopened, the clock runs."""
    defect, _ = a_defect("S1")
    say(defect, Hold, FRIDAY, reason="waiting")
    say(defect, Resolve, FRIDAY + HOUR, resolution="fixed")
    say(defect, Reopen, FRIDAY + 2 * HOUR, reason="not fixed")
    assert defect.state == "open"
    assert defect.target_due_at is not None


# --- releases ------------------------------------------------------------------------------------


def schedule(world: World, release: str, deploy_at: datetime | str, **fields: Any) -> None:
    """Plan the fix for a release."""
    world.hear(ScheduleRelease, release=release, deploy_at=deploy_at, **fields)


@pytest.mark.parametrize("severity", ["S1", "S2", "S3", "S4"])
def test_everyone_is_told_once_when_a_fix_is_scheduled(severity: str) -> None:
    """R3, S1 to S4: the same plan said again changes nothing."""
    world = a_world(severity)
    schedule(world, "REL-1", JUNE)
    schedule(world, "REL-1", JUNE, plan_version=4)
    schedule(world, "REL-1", "2027-06-01T07:00:00-05:00", plan_version=5)
    assert world.told("defect.release_scheduled") == [FRIDAY]
    assert world.status()["release"] == {"id": "REL-1", "deploy_at": JUNE}
    assert world.defect.state == "scheduled"


def test_everyone_is_told_once_per_change_of_date_or_release() -> None:
    """R3: with what it was before; and when it is withdrawn."""
    world = a_world()
    schedule(world, "REL-1", JUNE)
    schedule(world, "REL-1", JULY)
    schedule(world, "REL-2", JULY)
    world.hear(WithdrawRelease, release="REL-2", reason=SECRET)
    told = [e for e in client_messages(world.carried_out) if "release" in e.kind]
    assert [(e.kind.value, e.release) for e in told] == [
        ("defect.release_scheduled", "REL-1"),
        ("defect.release_rescheduled", "REL-1"),
        ("defect.release_rescheduled", "REL-2"),
        ("defect.release_withdrawn", "REL-2"),
    ]
    assert told[2].facts["before"] == {"release": "REL-1", "deploy_at": JULY}
    assert world.defect.state == "open"


def test_word_of_an_older_plan_is_refused() -> None:
    """R3: signals can overtake each other."""
    world = a_world()
    schedule(world, "REL-1", JUNE, plan_version=2)
    refused = refusal(
        Alone(world.runner), ScheduleRelease, release="REL-1", deploy_at=JULY, plan_version=1
    )
    assert str(refused) == "plan_version: 1 is older than 2"
    world.hear(WithdrawRelease, release="REL-1", reason="x", plan_version=3)
    refused = refusal(
        Alone(world.runner), ScheduleRelease, release="REL-1", deploy_at=JULY, plan_version=2
    )
    assert str(refused) == "plan_version: 2 is older than 3"


def test_each_release_counts_its_own_plans() -> None:
    """R3: moving from a release in its fifth version to one in its first."""
    world = a_world()
    schedule(world, "REL-1", JUNE, plan_version=5)
    schedule(world, "REL-2", JULY, plan_version=1)
    assert world.told("defect.release_rescheduled") == [FRIDAY]
    refused = refusal(
        Alone(world.runner), ScheduleRelease, release="REL-1", deploy_at=JUNE, plan_version=4
    )
    assert str(refused) == "plan_version: 4 is older than 5"


def test_a_plan_cannot_lie_in_the_past() -> None:
    """R5: clients are told nothing that has not happened."""
    refused = refusal(a_defect()[0], ScheduleRelease, release="REL-1", deploy_at=FRIDAY.isoformat())
    assert str(refused) == "deploy_at: must be after 2027-03-05T23:00:00Z"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (WithdrawRelease, {"reason": "x"}),
        (ReleaseDeployed, {}),
    ],
)
def test_word_of_a_release_it_is_not_planned_for_is_refused(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """R3, R4."""
    defect, _ = a_defect()
    refused = refusal(defect, command, release="REL-1", **fields)
    assert str(refused) == "release: the fix is not scheduled for any release"
    say(defect, ScheduleRelease, FRIDAY, release="REL-2", deploy_at=JUNE)
    refused = refusal(defect, command, release="REL-1", **fields)
    assert str(refused) == "release: the fix is scheduled for REL-2"


def test_clients_are_reminded_two_days_before_the_deployment() -> None:
    """R5: once, and again when the date has moved."""
    world = a_world()
    schedule(world, "REL-1", at("2027-04-01 20:00"))
    world.wait_until(at("2027-03-31 12:00"))
    schedule(world, "REL-1", at("2027-05-01 20:00"))
    world.wait_until(at("2027-05-01 20:30"))
    assert world.told("defect.release_reminder") == [
        at("2027-03-30 20:00"),
        at("2027-04-29 20:00"),
    ]


@pytest.mark.parametrize("ahead", [timedelta(days=2), timedelta(days=1), timedelta(minutes=5)])
def test_what_is_scheduled_at_short_notice_needs_no_reminder(ahead: timedelta) -> None:
    """R5: the message that it is scheduled says it all."""
    world = a_world()
    schedule(world, "REL-1", FRIDAY + ahead)
    world.wait(30 * DAY)
    assert world.told("defect.release_reminder") == []


def test_there_is_no_reminder_of_a_plan_that_is_gone() -> None:
    """R5: withdrawn, or resolved meanwhile."""
    for command, fields in (
        (WithdrawRelease, {"release": "REL-1", "reason": "x"}),
        (Resolve, {"resolution": "fixed"}),
    ):
        world = a_world()
        schedule(world, "REL-1", FRIDAY + 10 * DAY)
        world.hear(command, FRIDAY + 7 * DAY, **fields)
        world.wait(30 * DAY)
        assert world.told("defect.release_reminder", "defect.release_overdue") == []


def test_after_an_outage_nobody_is_reminded_of_an_hour_that_has_passed() -> None:
    """R5: no worker ran from before the reminder until after the deployment."""
    world = a_world()
    schedule(world, "REL-1", FRIDAY + 10 * DAY)
    world.stand_still_until(FRIDAY + 11 * DAY)
    assert world.told("defect.release_reminder") == []
    world = a_world()
    schedule(world, "REL-1", FRIDAY + 10 * DAY)
    world.stand_still_until(FRIDAY + 9 * DAY)
    assert world.told("defect.release_reminder") == [FRIDAY + 9 * DAY]


def test_a_reminder_that_waits_while_mail_is_down_gives_way_to_another_plan() -> None:
    """R5, R3: the old date is not told before the new one."""
    world = a_world()
    schedule(world, "REL-1", FRIDAY + 10 * DAY)
    world.down(Lane.CLIENTS, FRIDAY + 7 * DAY, FRIDAY + 9 * DAY)
    schedule_at = FRIDAY + 8 * DAY + 12 * HOUR
    world.wait_until(schedule_at)
    schedule(world, "REL-1", FRIDAY + 40 * DAY)
    world.wait(2 * DAY)
    assert world.told("defect.release_reminder") == []
    assert len(world.told("defect.release_rescheduled")) == 1


def test_a_daily_update_does_not_swallow_the_reminder_of_a_release() -> None:
    """R5: both wait while mail is down, both are told."""
    world = a_world("S1")
    schedule(world, "REL-1", FRIDAY + 5 * DAY)
    world.down(Lane.CLIENTS, FRIDAY + 2 * DAY + 22 * HOUR, FRIDAY + 4 * DAY)
    world.wait_until(FRIDAY + 4 * DAY + HOUR)
    assert len(world.told("defect.release_reminder")) == 1


def test_when_its_hour_passes_without_word_engineering_is_asked_once() -> None:
    """R5: within support hours; clients are told nothing."""
    world = a_world("S3")
    schedule(world, "REL-1", at("2027-03-13 20:00"))  # a Saturday
    world.wait_until(at("2027-03-20 12:00"))
    assert world.told("defect.release_overdue", to="engineering") == [at("2027-03-15 07:00")]
    reminded = at("2027-03-11 20:00")
    assert world.told(to="client-1@example.org") == [FRIDAY, FRIDAY, reminded]
    assert [c.event for c in world.delivered if c.at > at("2027-03-13 20:00")] == [
        "defect.release_overdue"
    ]


def test_for_an_s1_engineering_is_asked_at_once() -> None:
    """R5, T10."""
    world = a_world("S1")
    schedule(world, "REL-1", at("2027-03-13 20:00"))
    world.wait_until(at("2027-03-20 12:00"))
    assert world.told("defect.release_overdue") == [at("2027-03-13 21:00")]


@pytest.mark.parametrize(
    ("command", "fields", "asked"),
    [
        pytest.param(ReleaseDeployed, {"release": "REL-1"}, False, id="it was deployed after all"),
        pytest.param(
            ScheduleRelease,
            {"release": "REL-1", "deploy_at": JUNE},
            False,
            id="it has moved",
        ),
        pytest.param(
            ChangeSeverity,
            {"severity": "S2", "reason": "worse"},
            True,
            id="another severity makes no difference",
        ),
        pytest.param(Hold, {"reason": "x"}, True, id="nor does a hold"),
    ],
)
def test_a_question_that_waits_for_monday_is_asked_if_it_still_stands(
    command: type[Command], fields: dict[str, Any], asked: bool
) -> None:
    """R5, T10."""
    world = a_world("S3")
    schedule(world, "REL-1", at("2027-03-13 20:00"))
    world.hear(command, at("2027-03-14 12:00"), **fields)
    world.wait_until(at("2027-03-16 12:00"))
    assert bool(world.told("defect.release_overdue")) is asked


def test_a_deployed_release_resolves_the_defect() -> None:
    """R4: everyone attached is told once, their cases close."""
    world = a_world(
        "S3",
        attachment("CASE-1", "client-1"),
        attachment("CASE-2", "client-1"),
        attachment("CASE-3", "client-1"),
    )
    schedule(world, "REL-1", JUNE)
    world.hear(ReleaseDeployed, release="REL-1")
    assert world.told("defect.resolved") == [FRIDAY]
    resolved = client_messages(world.carried_out)[-1]
    assert (resolved.kind, resolved.release) == ("defect.resolved", "REL-1")
    assert len([e for e in world.carried_out if isinstance(e, CloseCases)]) == 1
    assert world.defect.state == "resolved"


def test_releases_leave_other_commands_alone() -> None:
    """R4: word of a deployment before its hour is word of a deployment."""
    world = a_world()
    schedule(world, "REL-1", FRIDAY + 10 * DAY)
    world.hear(ReleaseDeployed, FRIDAY + 3 * DAY, release="REL-1")
    world.wait(30 * DAY)
    assert world.told("defect.release_reminder", "defect.release_overdue") == []


# --- the end -------------------------------------------------------------------------------------


def test_everyone_attached_is_told_once_when_it_is_resolved() -> None:
    """C9: with the public text, never the resolution; then their cases close."""
    world = a_world("S2", attachment(), attachment("CASE-2", "client-2"))
    world.hear(Resolve, resolution=SECRET, public_text="It works again.")
    assert len(world.told("defect.resolved")) == 2
    resolved = client_messages(world.carried_out)[-1]
    assert resolved.facts["text"] == "It works again."
    (closing,) = [e for e in world.carried_out if isinstance(e, CloseCases)]
    assert closing.sequence > resolved.sequence


def test_nothing_is_told_to_anybody_after_the_resolution() -> None:
    """C9: no update, no escalation, no reminder."""
    world = a_world("S1")
    schedule(world, "REL-1", FRIDAY + 5 * DAY)
    world.hear(Resolve, FRIDAY + HOUR, resolution="fixed")
    told = len(world.delivered)
    world.wait(60 * DAY)
    assert len(world.delivered) == told
    assert world.defect.finished
    assert world.next_due() is None


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (ChangeSeverity, {"severity": "S1", "reason": "x"}),
        (AttachCase, attachment("CASE-2")),
        (PostProgress, {"public_text": "We are at it."}),
        (OfferWorkaround, {"description": "Use the other form.", "effort": "easy"}),
        (Hold, {"reason": "x"}),
        (Resume, {}),
        (ScheduleRelease, {"release": "REL-1", "deploy_at": JUNE}),
        (WithdrawRelease, {"release": "REL-1", "reason": "x"}),
        (ReleaseDeployed, {"release": "REL-1"}),
        (Resolve, {"resolution": "x"}),
    ],
)
def test_what_is_resolved_takes_no_more_work(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """C9: it says what to do instead; once closed, that is no longer possible."""
    defect, _ = a_defect("S2")
    say(defect, Resolve, FRIDAY, resolution="fixed")
    refused = refusal(defect, command, **fields)
    assert str(refused) == "state: is resolved; reopen it first"
    defect.fire(FRIDAY + 14 * DAY)
    with pytest.raises(InvalidCommand, match="is closed since 2027-03-19T22:00:00Z"):
        say(defect, command, FRIDAY + 15 * DAY, **fields)


def test_it_can_be_reopened_within_the_window_and_not_later() -> None:
    """Contract, `reopen`: 14 days."""
    world = a_world("S2")
    world.hear(Resolve, resolution="fixed")
    world.hear(Reopen, FRIDAY + 13 * DAY, reason="not fixed")
    assert world.told("defect.reopened") == [FRIDAY + 13 * DAY]
    assert world.defect.state == "open"
    world.hear(Resolve, FRIDAY + 20 * DAY, resolution="fixed")
    with pytest.raises(InvalidCommand, match="is closed since"):
        world.hear(Reopen, FRIDAY + 34 * DAY, reason="not fixed")
    assert world.defect.finished


def test_what_is_open_cannot_be_reopened() -> None:
    """Contract, `reopen`."""
    refused = refusal(a_defect()[0], Reopen, reason="x")
    assert str(refused) == "state: is open, not resolved"


def test_a_reopened_defect_is_told_of_again_when_it_is_resolved() -> None:
    """C9: once per resolution."""
    world = a_world("S2")
    world.hear(Resolve, resolution="fixed")
    world.hear(Reopen, FRIDAY + DAY, reason="not fixed")
    world.hear(Resolve, FRIDAY + 2 * DAY, resolution="fixed")
    assert world.told("defect.resolved") == [FRIDAY, FRIDAY + 2 * DAY]


# --- repeats, records, outages -------------------------------------------------------------------


def test_a_repeat_with_the_same_key_changes_nothing() -> None:
    """Contract: not even after continue-as-new, and whatever the repeat says."""
    defect, _ = a_defect("S2")
    say(defect, ScheduleRelease, FRIDAY, key="1", release="REL-1", deploy_at=JUNE)
    defect = Alone(Runner(DEFECT, Defect.model_validate_json(defect.model_dump_json())))
    before = defect.model_dump()
    again = {"release": "REL-1", "deploy_at": JULY}
    assert say(defect, ScheduleRelease, FRIDAY + HOUR, key="1", **again) == []
    assert say(defect, Resolve, FRIDAY + HOUR, key="1", resolution="x") == []
    assert defect.model_dump() == before


def test_a_refused_command_does_not_use_up_its_key() -> None:
    """Contract: it can be corrected and sent again."""
    defect, _ = a_defect("S2")
    refusal(defect, Resume, key="1")
    say(defect, Hold, FRIDAY + HOUR, key="1", reason="waiting")
    assert defect.state == "on_hold"


def test_a_signal_that_cannot_be_applied_is_on_record() -> None:
    """Contract: under `rejected`, the last twenty."""
    defect, _ = a_defect("S2")
    for number in range(25):
        defect.reject("change_severity", f"severity: wrong {number}", FRIDAY)
    rejected = defect.status(FRIDAY)["rejected"]
    assert len(rejected) == 20
    assert rejected[-1] == {
        "at": "2027-03-05T22:00:00Z",
        "signal": "change_severity",
        "reason": "severity: wrong 24",
    }


def test_a_command_never_overtakes_what_was_due_before_it() -> None:
    """T7: the update that was due comes first, whatever is said then."""
    defect, _ = a_defect("S1")
    defect.handle(parse(Hold, {"actor": "a", "reason": "x"}), FRIDAY + DAY)
    events = [fact.event for fact in defect.timeline]
    assert events == ["defect.confirmed", "defect.update", "defect.held"]


def test_the_timeline_keeps_ids_and_values_but_no_text() -> None:
    """Contract: the last 200 facts, oldest first."""
    world = a_world("S1", internal_description=SECRET)
    for _ in range(120):
        world.hear(PostProgress, public_text="We are at it.", internal_note=SECRET)
        world.hear(RecordSeverityFeedback, client="client-1", severity="S1", comment=SECRET)
    timeline = [fact.flat() for fact in world.defect.timeline]
    assert len(timeline) == 200
    assert timeline[-1]["event"] == "severity.feedback"
    assert SECRET not in str(timeline)
    assert "at it" not in str(timeline)


def test_support_hears_of_a_failing_lane_through_another() -> None:
    """Architecture, the outbox: through the staff's own lane, but not about that lane."""
    world = a_world("S1")
    world.down(Lane.CLIENTS, FRIDAY + HOUR, FRIDAY + 3 * DAY)
    world.wait(3 * DAY)
    assert len(world.told("delivery.failing", to="support")) == 1
    world = a_world("S1")
    world.down(Lane.STAFF, FRIDAY + HOUR, FRIDAY + 3 * DAY)
    world.wait(4 * DAY)
    assert world.told("delivery.failing") == []


def test_a_policy_without_updates_or_status_page_is_followed_too() -> None:
    """Severities are data."""
    policy = eto_with("S1", updates=None, status_page=False, urgent=False, target=None, rungs=[])
    world = world_of(a_defect("S1", under=policy), FRIDAY)
    world.wait(30 * DAY)
    assert [came.event for came in world.delivered] == ["defect.confirmed"]
