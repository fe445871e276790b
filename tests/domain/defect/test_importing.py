"""A defect confirmed elsewhere, long ago, begins silently and owes the rest (T2, T6, T7)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.contract.defect import (
    AttachCase,
    ChangeSeverity,
    Hold,
    Reopen,
    Resolve,
    Resume,
    ScheduleRelease,
)
from domain.contract.effects import (
    CloseCases,
    NotifyClients,
    NotifyStaff,
    PostStatus,
    UpdateReadModel,
)
from domain.contract.parsing import InvalidCommand
from tests.domain.builders import FRIDAY, a_defect, at, attachment, eto_with
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ADA = "client-1@example.org"
SECRET = "the cache forgets half of it"


def imported(severity: str, *cases: dict[str, Any], fields: Any = None, **past: Any) -> World:
    """A defect imported on Friday 16:00, confirmed 200 days before unless said otherwise."""
    past = {"confirmed_at": FRIDAY - 200 * DAY} | past
    world = world_of(a_defect(severity, *cases, past=past, **(fields or {})), FRIDAY)
    world.through_json = True
    return world


def on_record(world: World, event: str) -> list[datetime]:
    """When the timeline has it."""
    return [fact.at for fact in world.defect.timeline if fact.event == event]


@pytest.mark.parametrize("severity", ["S1", "S2", "S3", "S4"])
@pytest.mark.parametrize(
    "past",
    [
        pytest.param({}, id="open"),
        pytest.param({"severity_since": FRIDAY - DAY}, id="classified yesterday"),
        pytest.param({"held_since": FRIDAY - 30 * DAY}, id="on hold"),
        pytest.param({"resolved_at": FRIDAY - 20 * DAY}, id="resolved, its window over"),
        pytest.param({"resolved_at": FRIDAY - DAY}, id="resolved yesterday"),
        pytest.param(
            {"release": {"id": "REL-1", "deploy_at": FRIDAY - DAY}}, id="its release overdue"
        ),
    ],
)
def test_an_import_tells_nobody_anything(severity: str, past: dict[str, Any]) -> None:
    """Complaints (zammad#3006, "it emailed thousands"; zammad#2949, closed ones escalate)."""
    cases = [attachment(f"CASE-{n}", f"client-{n}") for n in range(1, 4)]
    world = imported(severity, *cases, **past)
    assert world.delivered == []
    told = NotifyClients | NotifyStaff | PostStatus | CloseCases
    assert [effect.key for effect in world.carried_out if isinstance(effect, told)] == []


def test_it_keeps_the_instants_it_brought_along() -> None:
    """Complaint (zammad#2831, timestamps lost): confirmed then, imported now."""
    stage, confirmed = "fixing", FRIDAY - 200 * DAY
    world = imported("S2", stage=stage, fields={"internal_description": SECRET})
    assert (world.defect.confirmed_at, world.defect.stage) == (confirmed, stage)
    assert on_record(world, "defect.confirmed") == [confirmed]
    assert on_record(world, "defect.imported") == [FRIDAY]
    facts = [f for e in world.carried_out if isinstance(e, UpdateReadModel) for f in e.facts]
    assert [fact.internal_text for fact in facts if fact.event == "defect.confirmed"] == [SECRET]


# --- the target ----------------------------------------------------------------------------------


def test_the_budget_counts_from_when_it_got_its_severity() -> None:
    """T2: from the confirmation where that is not known."""
    assert imported("S2", confirmed_at=FRIDAY - 10 * DAY).defect.target_due_at == (
        FRIDAY + 110 * DAY
    )
    world = imported("S2", severity_since=FRIDAY - 20 * DAY)
    assert world.defect.target_due_at == FRIDAY + 100 * DAY


def test_what_is_due_later_is_told_and_what_was_due_before_is_not() -> None:
    """T5, T7: day 30 was ten days ago; 90 and 120 lie ahead."""
    world = imported("S2", confirmed_at=FRIDAY - 40 * DAY)
    world.wait(100 * DAY)
    day_90, day_120 = at("2027-04-26 07:00"), FRIDAY + 80 * DAY  # day 90 is a Saturday
    assert world.told("defect.window_opened") == []
    assert world.told("defect.target_warning", to="engineering") == [day_90]
    assert world.told("defect.target_missed", to="engineering_manager") == [day_120]


def test_a_target_missed_before_is_on_record_and_told_to_nobody() -> None:
    """T7: with the instant it was due."""
    world = imported("S1", confirmed_at=at("2027-03-01 09:00"))
    world.wait(30 * DAY)
    assert world.defect.target_missed
    target = world.status()["target"]
    assert target["missed_at"] == "2027-03-03T15:00:00Z"
    assert world.told("defect.escalated") == []


def test_a_target_that_runs_out_after_the_import_escalates() -> None:
    """S1: confirmed this morning elsewhere, nine of twenty-two hours spent."""
    world = imported("S1", confirmed_at=at("2027-03-05 07:00"))
    world.wait(30 * DAY)
    assert world.told("defect.escalated", to="coo") == [at("2027-03-08 18:00")]


def test_due_at_the_instant_of_the_import_is_past() -> None:
    """T7: exactly then."""
    world = imported("S2", confirmed_at=FRIDAY - 120 * DAY)
    world.wait(10 * DAY)
    assert world.defect.target.missed_at == {"S2": FRIDAY}
    assert world.delivered == []


def test_on_hold_it_stands_since_then() -> None:
    """T2: fifty days spent, and seventy left once it goes on."""
    world = imported("S2", held_since=FRIDAY - 150 * DAY)
    assert (world.defect.state, world.defect.target_due_at) == ("on_hold", None)
    world.hear(Resume, FRIDAY + DAY)
    assert world.defect.target_due_at == FRIDAY + 71 * DAY
    assert (world.defect.hold.past[0].start, world.delivered) == (FRIDAY - 150 * DAY, [])


def test_a_hold_from_before_it_had_its_severity_has_spent_nothing() -> None:
    """T2: put on hold, then classified otherwise."""
    past = {"held_since": FRIDAY - 50 * DAY, "severity_since": FRIDAY - 10 * DAY}
    world = imported("S2", **past)
    world.hear(Resume)
    assert world.defect.target_due_at == FRIDAY + 120 * DAY


def test_without_a_target_there_is_nothing_to_miss() -> None:
    """D2."""
    world = imported("S1", fields={"material": False})
    world.wait(30 * DAY)
    assert world.defect.target_status(world.now) is None
    assert on_record(world, "target.missed") == []
    assert world.told("defect.escalated") == []


# --- updates, status page, priority --------------------------------------------------------------


def test_an_imported_s1_gets_its_next_update_within_a_day_of_the_import() -> None:
    """T6: on hold too; what other systems sent or missed before is not counted."""
    for past in ({}, {"held_since": FRIDAY - DAY}):
        world = imported("S1", **past)
        world.wait(2 * DAY)
        assert world.told("defect.update", to=ADA) == [
            FRIDAY + DAY - timedelta(minutes=15),
            FRIDAY + 2 * DAY - timedelta(minutes=30),
        ]
        assert world.defect.updates.missed == 0


def test_an_imported_s3_of_several_clients_is_raised_without_a_word() -> None:
    """S3: and nobody is told when another joins."""
    world = imported("S3", attachment(), attachment("CASE-2", "client-2"))
    assert world.defect.priority == "raised"
    world.hear(AttachCase, **attachment("CASE-3", "client-3"))
    assert world.told("defect.raised") == []


def test_from_now_on_it_is_a_defect_like_any_other() -> None:
    """S1: leaving and returning tells engineering, posts an incident, tells clients."""
    world = imported("S1")
    world.hear(ChangeSeverity, FRIDAY + HOUR, severity="S2", reason="better")
    world.hear(ChangeSeverity, FRIDAY + 2 * HOUR, severity="S1", reason="worse")
    world.hear(Resolve, FRIDAY + 3 * HOUR, resolution="fixed")
    assert len(world.told("defect.severity_changed", to=ADA)) == 2
    assert world.told("defect.urgent") == [FRIDAY + 2 * HOUR]
    posts = [e for e in world.carried_out if isinstance(e, PostStatus)]
    assert [(e.incident, e.stage) for e in posts] == [
        ("DEF-1/S1-1", "investigating"),
        ("DEF-1/S1-1", "resolved"),
    ]
    assert world.told("defect.resolved", to=ADA) == [FRIDAY + 3 * HOUR]


# --- releases ------------------------------------------------------------------------------------


def test_a_plan_ahead_is_reminded_of_but_not_told_again() -> None:
    """R3, R5: and asked about when its hour passes."""
    deploy_at = at("2027-03-17 12:00")
    world = imported("S3", release={"id": "REL-1", "deploy_at": deploy_at})
    assert world.defect.state == "scheduled"
    world.wait_until(deploy_at + DAY)
    assert [came.event for came in world.delivered] == [
        "defect.release_reminder",
        "defect.release_overdue",
    ]
    assert world.told("defect.release_reminder") == [deploy_at - 2 * DAY]


def test_a_plan_that_is_overdue_is_not_asked_about() -> None:
    """R5: it was somebody else's question; another plan is told like any other."""
    world = imported("S3", release={"id": "REL-1", "deploy_at": FRIDAY - DAY})
    world.wait(10 * DAY)
    assert world.delivered == []
    world.hear(ScheduleRelease, release="REL-2", deploy_at=FRIDAY + 30 * DAY)
    assert len(world.told("defect.release_rescheduled", to=ADA)) == 1


# --- resolved before -----------------------------------------------------------------------------


def test_what_was_resolved_closes_by_itself_when_its_window_is_over() -> None:
    """Complaint (zammad#2949): closed ones are silent; at once where the window is past."""
    world = imported("S1", resolved_at=FRIDAY - DAY)
    assert world.defect.state == "resolved"
    world.wait(13 * DAY)
    assert (world.defect.closed_at, world.defect.finished) == (FRIDAY + 13 * DAY, True)
    long_ago = imported("S1", resolved_at=FRIDAY - 20 * DAY)
    assert (long_ago.defect.closed_at, long_ago.defect.finished) == (FRIDAY, True)
    assert (world.delivered, long_ago.delivered) == ([], [])


def test_what_was_resolved_too_late_is_on_record_as_missed() -> None:
    """T7: and what was in time is not."""
    late = imported("S2", resolved_at=FRIDAY - DAY)
    assert late.defect.target.missed_at == {"S2": FRIDAY - 80 * DAY}
    in_time = imported("S2", resolved_at=FRIDAY - 100 * DAY)
    assert not in_time.defect.target_missed


def test_what_is_reopened_goes_on_with_the_budget_it_had() -> None:
    """T2: a hundred days were spent before it was resolved; day 30 and 90 are not told again."""
    world = imported("S2", confirmed_at=FRIDAY - 101 * DAY, resolved_at=FRIDAY - DAY)
    world.hear(Reopen, reason="not fixed")
    assert world.told("defect.reopened", to=ADA) == [FRIDAY]
    assert world.defect.target_due_at == FRIDAY + 20 * DAY
    world.wait(30 * DAY)
    assert world.told("defect.window_opened", "defect.target_warning") == []
    assert world.told("defect.target_missed") == [FRIDAY + 20 * DAY]


def test_a_severity_given_after_the_resolution_has_spent_nothing() -> None:
    """T2: real trackers have those."""
    past = {"resolved_at": FRIDAY - 5 * DAY, "severity_since": FRIDAY - 2 * DAY}
    world = imported("S2", **past)
    world.hear(Reopen, reason="not fixed")
    assert world.defect.target_due_at == FRIDAY + 120 * DAY


# --- holds that are over -------------------------------------------------------------------------


def test_holds_that_are_over_are_not_spent() -> None:
    """T2: an imported defect is where one is that lived through the same holds here."""
    holds = [(at("2027-02-01 09:00"), at("2027-02-08 12:00")), (at("2027-02-20 09:00"), FRIDAY)]
    lived = world_of(a_defect("S2", now=at("2027-01-04 10:00")), at("2027-01-04 10:00"))
    for since, until in holds:
        lived.wait(since - lived.now)
        lived.hear(Hold, reason="we wait for a part")
        lived.wait(until - lived.now)
        lived.hear(Resume, reason="it is here")
    past = [{"since": since, "until": until} for since, until in holds]
    world = imported("S2", confirmed_at=at("2027-01-04 10:00"), holds=past)

    assert world.defect.target.spent == lived.defect.target.spent
    assert world.defect.target_due_at == lived.defect.target_due_at
    assert world.defect.hold.past == lived.defect.hold.past
    assert set(world.defect.target.fired) == set(lived.defect.target.fired)


def test_what_was_due_between_holds_is_past_and_missed_when_it_was() -> None:
    """T7: day 30 lay before the hold, day 120 behind it; neither is told."""
    day = FRIDAY - 200 * DAY
    holds = [{"since": day + 40 * DAY, "until": day + 60 * DAY}]
    world = imported("S2", holds=holds)
    world.wait(10 * DAY)

    assert world.defect.target.missed_at == {"S2": day + 140 * DAY}
    assert on_record(world, "target.missed") == [FRIDAY]
    assert world.told("defect.target_missed") == []


def test_a_hold_before_the_present_severity_counts_for_nothing() -> None:
    """The budget counts from then; one that reaches into it counts from there."""
    since = FRIDAY - 20 * DAY
    over = {"since": since - 9 * DAY, "until": since - 8 * DAY}
    reaches = {"since": since - 2 * DAY, "until": since + 3 * DAY}
    world = imported("S2", severity_since=since, holds=[over, reaches])

    assert world.defect.target_due_at == since + 123 * DAY


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["severity_since", "held_since", "resolved_at"])
@pytest.mark.parametrize(
    ("when", "reason"),
    [
        pytest.param(FRIDAY + HOUR, "must not be after 2027-03-05T22:00:00Z", id="in the future"),
        pytest.param(
            FRIDAY - 201 * DAY,
            "must not be before past.confirmed_at",
            id="before the confirmation",
        ),
    ],
)
def test_a_past_in_the_wrong_order_is_refused_naming_the_field(
    field: str, when: datetime, reason: str
) -> None:
    """Contract, `past`."""
    with pytest.raises(InvalidCommand) as refused:
        imported("S1", **{field: when})
    assert (refused.value.field, refused.value.reason) == (f"past.{field}", reason)


@pytest.mark.parametrize(
    ("holds", "more"),
    [
        pytest.param([(10, 12)], {}, id="ends before it begins"),
        pytest.param([(10, 5), (6, 4)], {}, id="two at once"),
        pytest.param([(10, 9), (30, 29)], {}, id="the later one first"),
        pytest.param([(201, 199)], {}, id="before the confirmation"),
        pytest.param([(1, -1)], {}, id="in the future"),
        pytest.param([(10, 5)], {"held_since": FRIDAY - 6 * DAY}, id="into the present one"),
        pytest.param([(10, 5)], {"resolved_at": FRIDAY - 6 * DAY}, id="after the end"),
    ],
)
def test_holds_in_the_wrong_order_are_refused(
    holds: list[tuple[int, int]], more: dict[str, Any]
) -> None:
    """Contract, `past`."""
    past = [{"since": FRIDAY - a * DAY, "until": FRIDAY - b * DAY} for a, b in holds]
    with pytest.raises(InvalidCommand) as refused:
        imported("S2", holds=past, **more)
    assert refused.value.field == "past.holds"


def test_it_cannot_have_been_confirmed_in_the_future() -> None:
    """Contract, `past`."""
    with pytest.raises(InvalidCommand) as refused:
        imported("S1", confirmed_at=FRIDAY + HOUR)
    assert refused.value.field == "past.confirmed_at"


def test_text_that_promises_a_time_is_not_imported() -> None:
    """D7: clients would read it in the portal."""
    with pytest.raises(InvalidCommand) as refused:
        imported("S2", fields={"public_summary": "It will be fixed by Friday."})
    assert refused.value.field == "public_summary"


def test_a_policy_without_targets_or_updates_imports_too() -> None:
    """Severities are data."""
    bare = eto_with("S1", target=None, rungs=[], updates=None)
    past = {"confirmed_at": FRIDAY - DAY}
    world = world_of(a_defect("S1", under=bare, past=past), FRIDAY)
    world.wait(30 * DAY)
    assert world.delivered == []
