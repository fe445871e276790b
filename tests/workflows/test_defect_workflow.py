"""Defects on the time-skipping server: the policy of each severity carries itself out."""

import logging
from datetime import timedelta
from itertools import pairwise

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from runtime.client import CommandRefused
from tests.domain.builders import attachment
from tests.workflows.world import World

CLIENT = "client-1@example.org"
COO = "coo@vendor.example"
ENGINEERING = "engineering@vendor.example"


async def test_an_s1_updates_its_clients_every_day_and_goes_to_the_coo_once(world: World) -> None:
    """S1, T3, T6, T7: daily updates over any days, one escalation when two business days are up."""
    await world.defect(severity="S1")
    await world.after(days=9)

    updates = [x.at for x in world.mailbox.letters if x.headers["X-Event"] == "defect.update"]
    gaps = [later - earlier for earlier, later in pairwise(updates)]
    assert len(updates) == 9
    assert max(gap.total_seconds() for gap in gaps) <= 24 * 3600
    assert world.mailbox.events(COO) == ["defect.escalated"]
    assert world.mailbox.events(ENGINEERING)[0] == "defect.urgent"
    status = await world.status("DEF-1")
    assert status["target"]["missed_at"] == status["target"]["due_at"]
    assert status["updates_missed"] == 0


async def test_an_s1_is_posted_updated_and_resolved_on_the_status_page(world: World) -> None:
    """S1: the status page follows the defect, with public text only (D8)."""
    await world.defect(public_summary="Users cannot log in.", title="SECRET title")
    await world.tell("DEF-1", "post_progress", public_text="We found it.", stage="identified")
    await world.tell("DEF-1", "resolve", resolution="SECRET fix", public_text="All is well.")
    await world.settle()

    (incident,) = world.page.incidents()
    assert incident.stage == "resolved"
    assert [u.body for u in reversed(incident.updates)] == [
        "Users cannot log in.",
        "We found it.",
        "All is well.",
    ]
    assert "SECRET" not in repr(incident)


async def test_a_quiet_s4_waits_without_a_timer(world: World) -> None:
    """S4: nothing is due, so nothing is scheduled and nobody hears anything for a year."""
    await world.defect(severity="S4")
    await world.after(days=365)

    assert world.mailbox.events() == ["defect.confirmed"]
    history = await world.handle("DEF-1").fetch_history()
    kinds = [event.WhichOneof("attributes") for event in history.events]
    assert "timer_started_event_attributes" not in kinds


async def test_an_s2_opens_its_window_warns_and_is_missed(world: World) -> None:
    """T5: 30 days tell engineering, 75 % warns it, 120 days go to the engineering manager once."""
    await world.defect(severity="S2")
    await world.after(days=140)

    assert world.mailbox.events(ENGINEERING) == ["defect.window_opened", "defect.target_warning"]
    assert world.mailbox.events("engineering-manager@vendor.example") == ["defect.target_missed"]


async def test_a_second_client_raises_an_s3(world: World) -> None:
    """S3: raised in priority when it hits several clients, at once and once."""
    await world.defect("DEF-1", "S3")
    for n in (2, 3):
        await world.tell("DEF-1", "attach_case", **attachment(f"CASE-{n}", f"client-{n}"))
    await world.settle()

    assert world.mailbox.events(ENGINEERING) == ["defect.raised"]
    assert (await world.status("DEF-1"))["priority"] == "raised"


async def test_a_severity_signal_starts_what_an_s1_needs(world: World) -> None:
    """D1: a plain signal reclassifies; engineering and clients hear at once, the clock starts."""
    await world.defect(severity="S3")
    await world.handle("DEF-1").signal(
        "change_severity", {"severity": "S1", "reason": "all sites", "actor": "agent-7"}
    )
    await world.after(days=1)

    assert world.mailbox.events(ENGINEERING)[0] == "defect.urgent"
    assert world.mailbox.events(CLIENT) == [
        "defect.confirmed",
        "defect.severity_changed",
        "defect.update",
    ]


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ([], "payload: must be one JSON object, not 0 values"),
        ([1, 2], "payload: must be one JSON object, not 2 values"),
        (["text"], "payload: must be one JSON object, not text"),
        ([{"actor": "a", "reason": "r"}], "severity: is required"),
        ([{"actor": "a", "severity": "S9", "reason": "r"}], "severity: "),
        ([{"actor": "a", "severity": "S1", "reason": "r"}], "severity: is already S1"),
        ([b"\xff\xfe"], "payload: must be one JSON object"),
    ],
)
async def test_a_signal_that_cannot_be_applied_is_put_on_record(
    world: World, args: list[object], reason: str
) -> None:
    """A malformed signal neither fails nor stalls the defect; it is listed under `rejected`."""
    await world.defect()
    await world.handle("DEF-1").signal("change_severity", args=args)
    await world.status("DEF-1")  # A query waits for what was signalled before it.
    status = await world.tell("DEF-1", "post_progress", internal_note="alive")

    (rejected,) = status["rejected"]
    assert rejected["signal"] == "change_severity"
    assert rejected["reason"].startswith(reason)
    assert status["severity"] == "S1"


async def test_an_unknown_signal_is_put_on_record(world: World) -> None:
    """A signal nobody knows is not swallowed: it is listed with those that are known."""
    await world.defect()
    await world.handle("DEF-1").signal("chnage_severity", {"actor": "a"})

    (rejected,) = (await world.status("DEF-1"))["rejected"]
    assert "change_severity" in rejected["reason"]


@pytest.mark.parametrize(
    ("command", "payload", "field"),
    [
        ("post_progress", {"public_text": "It will be fixed by Friday."}, "public_text"),
        ("offer_workaround", {"description": "x", "effort": "hard"}, "effort"),
        ("change_severity", {"severity": "S1", "reason": "again"}, "severity"),
        ("release_deployed", {"release": "REL-1"}, "release"),
        ("detach_case", {"case": "CASE-9", "reason": "r"}, "case"),
        ("resume", {}, "state"),
        ("reopen", {"reason": "r"}, "state"),
        ("schedule_release", {"release": "R 1", "deploy_at": "2030-01-01T00:00:00Z"}, "release"),
        ("schedule_release", {"release": "R1", "deploy_at": "2030-01-01T00:00:00"}, "deploy_at"),
        ("schedule_release", {"release": "R1", "deploy_at": "2020-01-01T00:00:00Z"}, "deploy_at"),
    ],
)
async def test_a_refused_update_names_its_field_and_leaves_no_trace(
    world: World, command: str, payload: dict[str, object], field: str
) -> None:
    """Bad input is refused with a clear word, and history and state are as they were."""
    await world.defect()
    before = await world.status("DEF-1")
    await world.settle()
    events = len((await world.handle("DEF-1").fetch_history()).events)
    with pytest.raises(CommandRefused, match=rf"{field}: "):
        await world.tell("DEF-1", command, **payload)

    after = await world.status("DEF-1")
    kinds = [
        event.WhichOneof("attributes")
        for event in (await world.handle("DEF-1").fetch_history()).events[events:]
    ]
    changing = {"pending_deliveries", "target"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert "workflow_execution_update_accepted_event_attributes" not in kinds


async def test_a_release_is_told_once_per_change(world: World) -> None:
    """R3, R5: scheduled, moved, reminded two days ahead, and asked about when it is overdue."""
    await world.defect(severity="S2")
    now = await world.clock.now()
    first, second = now.replace(year=now.year + 1), now.replace(year=now.year + 2)
    for release, at in (("REL-1", first), ("REL-1", first), ("REL-2", second)):
        await world.tell("DEF-1", "schedule_release", release=release, deploy_at=at.isoformat())
    await world.clock.until(second)
    await world.after(days=4)

    assert world.mailbox.events(CLIENT) == [
        "defect.confirmed",
        "defect.release_scheduled",
        "defect.release_rescheduled",
        "defect.release_reminder",
    ]
    assert "defect.release_overdue" in world.mailbox.events(ENGINEERING)


async def test_an_address_that_takes_no_mail_is_refused(world: World) -> None:
    """Where it comes in: an entity that knows it already lives on, and so do its replays."""
    await world.defect("DEF-1", "S2", attachment("CASE-1", email="ada@ℂ.example"))
    with pytest.raises(CommandRefused) as refused:
        await world.tell("DEF-1", "attach_case", **attachment("CASE-2", email="bob@ℂ.example"))
    await world.settle()

    assert str(refused.value).startswith("contact.email: ")
    assert (await world.status("DEF-1"))["cases"] == ["CASE-1"]


async def test_an_older_plan_is_refused(world: World) -> None:
    """A message from an older plan changes nothing; as a signal it is put on record."""
    await world.defect(severity="S2")
    plan = {"release": "REL-1", "deploy_at": "2035-01-01T00:00:00Z", "actor": "release"}
    await world.tell("DEF-1", "schedule_release", **plan, plan_version=3)
    await world.handle("DEF-1").signal(
        "withdraw_release",
        {"release": "REL-1", "reason": "old", "plan_version": 2, "actor": "release"},
    )
    status = await world.status("DEF-1")

    assert status["release"]["id"] == "REL-1"
    assert "older" in status["rejected"][0]["reason"]


async def test_a_person_on_three_cases_is_told_once(world: World) -> None:
    """R4: three cases of one person and one of another make two messages, with all numbers."""
    one = [attachment(f"CASE-{n}", "client-1") for n in (1, 2, 3)]
    await world.defect("DEF-1", "S2", *one, attachment("CASE-4", "client-2"))
    await world.tell("DEF-1", "resolve", resolution="fixed")
    await world.settle()

    resolved = [x for x in world.mailbox.letters if x.headers["X-Event"] == "defect.resolved"]
    assert sorted(x.to for x in resolved) == ["client-1@example.org", "client-2@example.org"]
    assert {x.headers["X-Case"] for x in resolved} == {"CASE-1, CASE-2, CASE-3", "CASE-4"}


async def test_a_detached_case_hears_no_more(world: World) -> None:
    """Who is not attached is not told; a defect without cases stays open and says so."""
    await world.defect(severity="S2")
    await world.tell("DEF-1", "detach_case", case="CASE-1", reason="something else")
    status = await world.tell("DEF-1", "resolve", resolution="fixed")
    await world.settle()

    assert world.mailbox.events(CLIENT) == ["defect.confirmed"]
    assert status["cases"] == []


async def test_a_reopened_defect_goes_on_where_its_budget_was(world: World) -> None:
    """Reopen within the window: clients are told, the target does not refill (T2)."""
    await world.defect()
    await world.after(days=1)
    spent = (await world.tell("DEF-1", "resolve", resolution="fixed"))["target"]["spent"]
    await world.after(days=3)
    status = await world.tell("DEF-1", "reopen", reason="it is back")
    await world.settle()

    assert status["state"] == "open"
    assert status["target"]["spent"] == spent
    assert world.mailbox.events(CLIENT)[-2:] == ["defect.resolved", "defect.reopened"]


async def test_a_resolved_defect_closes_after_its_window(world: World) -> None:
    """Closed 14 days after the resolution; the result is the last status."""
    await world.defect(severity="S3")
    await world.tell("DEF-1", "resolve", resolution="fixed")
    await world.after(days=15)

    result = await world.handle("DEF-1").result()
    assert (result["state"], result["number"]) == ("closed", "DEF-1")
    assert world.mailbox.events(CLIENT) == ["defect.confirmed", "defect.resolved"]


async def test_a_hold_stops_the_target_but_not_the_updates(world: World) -> None:
    """T2, T7: on hold nothing is spent, nobody escalates; clients hear every day all the same."""
    await world.defect()
    await world.tell("DEF-1", "hold", reason="waiting for logs")
    await world.after(days=5)

    assert world.mailbox.events(COO) == []
    assert world.mailbox.events(CLIENT).count("defect.update") == 5


@pytest.mark.timeout(300)  # a thousand attempts
async def test_three_days_without_mail_lose_nothing_and_pile_up_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """T9: missed updates are on record, the COO's mail waits, and one present status goes out."""
    caplog.set_level(logging.ERROR, "temporalio.activity")  # as many tracebacks
    await world.defect()
    await world.settle()
    world.mailbox.down = True
    await world.clock.until(await world.clock.now() + timedelta(days=3))
    during = await world.status("DEF-1")
    world.mailbox.down = False
    await world.tell("DEF-1", "retry_deliveries")
    await world.settle()

    assert during["needs_attention"] is True
    assert during["updates_missed"] >= 3
    assert during["target"]["missed_at"] is not None
    assert world.mailbox.events(CLIENT) == ["defect.confirmed", "defect.update"]
    assert world.mailbox.events(COO) == ["defect.escalated"]
    assert (await world.status("DEF-1"))["needs_attention"] is False
    replaced = [row for row in world.ledger.deliveries() if row.overtaken_at is not None]
    assert {(row.event, row.recipient) for row in replaced} == {("defect.update", CLIENT)}
    assert world.ledger.oldest_unsent_at() is None


async def test_a_refused_address_is_recorded_shown_and_told_to_staff(world: World) -> None:
    """A permanent refusal stops nobody else, is on record, and can be tried again by hand."""
    world.mailbox.refused[CLIENT] = "smtp-550"
    await world.defect("DEF-1", "S2", attachment(), attachment("CASE-2", "client-2"))
    await world.settle()
    status = await world.status("DEF-1")
    world.mailbox.refused.clear()
    await world.tell("DEF-1", "retry_deliveries")
    await world.settle()

    assert status["needs_attention"] is True
    assert status["failed_deliveries"] == 1
    assert world.mailbox.events("support-team@vendor.example") == ["delivery.failing"]
    assert world.mailbox.events("client-2@example.org") == ["defect.confirmed"]
    assert world.mailbox.events(CLIENT) == ["defect.confirmed"]
    assert (await world.status("DEF-1"))["needs_attention"] is False


async def test_a_wrong_start_fails_naming_the_field(world: World) -> None:
    """A start payload that cannot be read fails the workflow with a clear word."""
    await world.defects.start("DefectWorkflow", "DEF-9", {"actor": "a", "severity": "S1"})
    with pytest.raises(WorkflowFailureError) as failure:
        await world.handle("DEF-9").result()

    cause = failure.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "InvalidCommand"
    assert cause.message.endswith("title: is required")


async def test_an_unknown_policy_fails_the_start(world: World) -> None:
    """A policy nobody installed is named, with those that are."""
    await world.defect("DEF-9", policy="nobody")
    with pytest.raises(WorkflowFailureError) as failure:
        await world.handle("DEF-9").result()

    assert "eto" in str(failure.value.cause)


async def test_a_policy_is_adopted_on_purpose(world: World) -> None:
    """T8: adopting is recorded; the version stays pinned otherwise."""
    await world.defect()
    before = (await world.status("DEF-1"))["policy"]
    status = await world.tell("DEF-1", "adopt_policy", policy="eto")
    with pytest.raises(CommandRefused, match="policy: "):
        await world.tell("DEF-1", "adopt_policy", policy="nobody")

    assert status["policy"] == before
    events = [fact["event"] for fact in await world.defects.query("DEF-1", "timeline")]
    assert events.count("policy.adopted") == 1


async def test_a_repeat_with_the_same_key_changes_nothing(world: World) -> None:
    """A command sent twice with one key is applied once, as update or as signal."""
    await world.defect()
    payload = {"public_text": "We are on it.", "key": "k-1"}
    await world.tell("DEF-1", "post_progress", **payload)
    await world.tell("DEF-1", "post_progress", **payload)
    await world.settle()

    assert world.mailbox.events(CLIENT).count("defect.update") == 1


async def test_explain_and_timeline_answer(world: World) -> None:
    """An operator can ask what happened and what produced every due instant."""
    await world.defect()
    explained = await world.defects.query("DEF-1", "explain")
    timeline = await world.defects.query("DEF-1", "timeline")

    assert "budget of 2 business days" in explained["text"]
    assert explained["due"][0]["windows"]
    assert timeline[0]["event"] == "defect.confirmed"
