"""The defects of a release: who is told of its plan, how far that has come, who is missing."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from domain.contract.defect import RetryDeliveries
from domain.contract.effects import AlignDefects, Effect, Lane, UpdateReadModel
from domain.contract.receipts import DefectsAligned
from domain.contract.release import (
    Announce,
    AttachDefect,
    AttachDefects,
    CancelRelease,
    Deploy,
    DetachDefect,
    Freeze,
    Reschedule,
)
from domain.contract.values import Command
from domain.release.defects import FAN_OUTS_KEPT
from domain.release.state import Release
from tests.domain.builders import FRIDAY, a_release, say
from tests.domain.world import CheckedReleaseWorld as ReleaseWorld
from tests.domain.world import release_world

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DEPLOY = FRIDAY + 21 * DAY
LATER = (DEPLOY + 7 * DAY).isoformat()
FIVE = [f"DEF-{number}" for number in range(1, 6)]


def a_world(*defects: str, per_round: int = 1_000) -> ReleaseWorld:
    """A release planned on Friday with these defects in it, all told."""
    world = release_world(a_release())
    if defects:
        world.hear(AttachDefects, defects=list(defects))
    world.per_round = per_round
    return world


def slow(world: ReleaseWorld, latency: timedelta = HOUR) -> None:
    """From now on each round of telling defects takes a while."""
    world.places[Lane.WORKFLOWS].latency = latency


def alignments(effects: list[Effect]) -> list[AlignDefects]:
    """What is to be brought in line."""
    return [effect for effect in effects if isinstance(effect, AlignDefects)]


def joined(effects: list[Effect]) -> list[tuple[list[str], bool]]:
    """Which defects join or leave."""
    projects = [effect for effect in effects if isinstance(effect, UpdateReadModel)]
    return [(change.defects, change.attached) for p in projects for change in p.members]


def fan_outs(world: ReleaseWorld, *fields: str) -> list[tuple[Any, ...]]:
    """These fields of every round of telling, as the status has them."""
    status = world.status()
    return [tuple(fan_out[name] for name in fields) for fan_out in status["fan_outs"]]


def heard(world: ReleaseWorld, defect: str) -> list[str]:
    """What one defect was told."""
    return [word.what for word in world.words if word.defect == defect]


# --- who is told what ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "fields", "members", "plan", "version"),
    [
        (AttachDefect, {"defect": "DEF-1"}, [(["DEF-1"], True)], "planned", 1),
        (
            AttachDefects,
            {"defects": ["DEF-1", "DEF-2", "DEF-1"]},
            [(["DEF-1", "DEF-2"], True)],
            "planned",
            1,
        ),
        (
            DetachDefect,
            {"defect": "DEF-1", "reason": "x"},
            [(["DEF-1"], False)],
            "planned",
            1,
        ),
        (Reschedule, {"deploy_at": LATER, "reason": "x"}, [], "planned", 2),
        (Deploy, {}, [], "deployed", 2),
        (CancelRelease, {"reason": "x"}, [], "cancelled", 2),
    ],
)
def test_each_change_of_members_or_plan_brings_the_defects_in_line(
    command: type[Command],
    fields: dict[str, Any],
    members: list[tuple[list[str], bool]],
    plan: str,
    version: int,
) -> None:
    """R3, R4: once each, in the order the database is written and read."""
    release, _ = a_release()
    effects = say(release, command, FRIDAY, **fields)
    assert joined(effects) == members
    (alignment,) = alignments(effects)
    assert (alignment.plan, alignment.plan_version) == (plan, version)
    assert alignment.deploy_at == release.deploy_at
    changes = [
        change.sequence for p in effects if isinstance(p, UpdateReadModel) for change in p.members
    ]
    assert all(change < alignment.sequence for change in changes)


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (Announce, {}),
        (Freeze, {"reason": "x"}),
        (Reschedule, {"deploy_at": DEPLOY.isoformat(), "reason": "x"}),
    ],
)
def test_what_changes_neither_leaves_the_defects_alone(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """R3: told once per change, and only then."""
    release, _ = a_release()
    assert alignments(say(release, command, FRIDAY, **fields)) == []


def test_every_defect_hears_once_per_change_what_holds_for_it() -> None:
    """R3, R4: scheduled, moved, withdrawn, deployed."""
    world = a_world("DEF-1", "DEF-2")
    world.hear(Reschedule, deploy_at=LATER, reason="x")
    world.hear(DetachDefect, defect="DEF-2", reason="x")
    world.hear(AttachDefect, defect="DEF-3")
    world.hear(Deploy)
    assert heard(world, "DEF-1") == ["scheduled", "scheduled", "deployed"]
    assert heard(world, "DEF-2") == ["scheduled", "scheduled", "withdrawn"]
    assert heard(world, "DEF-3") == ["scheduled", "deployed"]


def test_the_defects_of_a_cancelled_release_hear_that_they_are_in_none() -> None:
    """R3."""
    world = a_world(*FIVE)
    world.hear(CancelRelease, reason="x")
    assert Counter(word.what for word in world.words) == {"scheduled": 5, "withdrawn": 5}
    assert world.release.finished


# --- how far it has come -------------------------------------------------------------------------


def test_the_status_says_how_many_are_still_to_be_told() -> None:
    """Contract: the progress of every fan-out, round by round."""
    world = a_world(*FIVE, per_round=2)
    slow(world)
    world.hear(Reschedule, deploy_at=LATER, reason="x")
    came = []
    for _ in range(4):
        status = world.status()
        came.append((*fan_outs(world, "told", "left")[-1], status["defects"]["to_align"]))
        world.wait(HOUR)
    assert came == [(0, None, None), (2, 3, 3), (4, 1, 1), (5, 0, 0)]
    assert fan_outs(world, "plan", "plan_version", "superseded") == [
        ("planned", 1, False),
        ("planned", 2, False),
    ]


def test_how_many_are_attached_is_counted_by_the_database() -> None:
    """However often one is attached or detached."""
    world = a_world("DEF-1", "DEF-2")
    world.hear(AttachDefect, defect="DEF-1")
    assert world.status()["defects"]["attached"] == 2
    world.hear(DetachDefect, defect="DEF-2", reason="x")
    world.hear(DetachDefect, defect="DEF-2", reason="x")
    assert world.status()["defects"]["attached"] == 1


def test_a_newer_plan_takes_the_place_of_one_that_is_being_told() -> None:
    """R3: who was not told of the older date never is; the timeline does not claim it."""
    world = a_world(*FIVE, per_round=2)
    slow(world)
    world.hear(Reschedule, deploy_at=LATER, reason="x")
    world.wait(1.5 * HOUR)
    world.hear(Reschedule, deploy_at=DEPLOY.isoformat(), reason="x")
    world.wait(DAY)
    assert fan_outs(world, "plan_version", "told", "superseded") == [
        (1, 5, False),
        (2, 2, True),
        (3, 5, False),
    ]
    assert {word.deploy_at for word in world.last_words.values()} == {DEPLOY}
    told = [fact for fact in world.release.timeline if fact.event == "release.defects_told"]
    assert [fact.details["version"] for fact in told] == [1, 3]


def test_a_change_that_was_replaced_before_it_was_told_is_on_record_as_such() -> None:
    """R3: it began, it gave way, it told nobody."""
    world = a_world("DEF-1")
    slow(world)
    for days in (1, 2, 3):
        deploy_at = (DEPLOY + days * DAY).isoformat()
        world.hear(Reschedule, deploy_at=deploy_at, reason="x")
    world.wait(DAY)
    assert fan_outs(world, "plan_version", "told", "superseded")[1:] == [
        (2, 0, True),
        (3, 0, True),
        (4, 1, False),
    ]
    assert all(ended is not None for (ended,) in fan_outs(world, "ended_at"))


def test_a_plan_change_that_races_the_deployment_never_has_the_last_word() -> None:
    """R4, complaint "plan changes racing deployment": attached and moved right before it."""
    world = a_world("DEF-1", "DEF-2", per_round=1)
    slow(world)
    world.hear(Reschedule, deploy_at=LATER, reason="x")
    world.hear(AttachDefect, defect="DEF-3")
    world.wait(HOUR / 2)
    world.hear(Deploy)
    states = [world.release.state]
    world.wait(DAY)
    assert {defect: word.what for defect, word in world.last_words.items()} == dict.fromkeys(
        ("DEF-1", "DEF-2", "DEF-3"), "deployed"
    )
    assert heard(world, "DEF-3") == ["deployed"]
    assert [*states, world.release.state] == ["deploying", "deployed"]


@pytest.mark.parametrize("end", [Deploy, CancelRelease])
def test_it_is_not_finished_until_the_last_defect_was_told(end: type[Command]) -> None:
    """R3, R4."""
    world = a_world(*FIVE, per_round=2)
    slow(world)
    world.hear(end, reason="x")
    finished = []
    for _ in range(4):
        finished.append(world.release.finished)
        world.wait(HOUR)
    assert finished == [False, False, False, True]
    assert world.next_due() is None


def test_a_release_without_defects_ends_too() -> None:
    """R1: a maintenance period."""
    world = release_world(a_release(kind="maintenance"))
    world.hear(Deploy)
    assert (world.release.state, world.release.finished) == ("deployed", True)


def test_the_last_ten_are_kept() -> None:
    """The state stays small, and word of one that is forgotten harms nothing."""
    world = a_world()
    slow(world, DAY)
    for number in range(FAN_OUTS_KEPT + 2):
        world.hear(AttachDefect, defect=f"DEF-{number}")
    world.wait(3 * DAY)
    assert len(world.release.fan_outs) == FAN_OUTS_KEPT
    assert world.release.attached == FAN_OUTS_KEPT + 2
    assert world.release.fan_outs[-1].ended_at is not None


# --- defects that do not run here ----------------------------------------------------------------


def test_a_number_that_does_not_run_here_is_named_once() -> None:
    """Needs attention, however often it could not be told."""
    world = a_world("DEF-1")
    world.absent.add("DEF-404")
    world.hear(AttachDefect, defect="DEF-404")
    world.hear(Reschedule, deploy_at=LATER, reason="x")
    assert world.release.missing == ["DEF-404"]
    assert world.release.attention == ["attached, but not running here: DEF-404"]
    assert world.release.snapshot(world.now)["needs_attention"] is True


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        pytest.param(AttachDefect, {"defect": "DEF-404"}, id="attached again"),
        pytest.param(Reschedule, {"deploy_at": LATER, "reason": "x"}, id="moved"),
        pytest.param(Deploy, {}, id="deployed"),
        pytest.param(RetryDeliveries, {}, id="tried again"),
    ],
)
def test_one_that_runs_by_the_next_time_is_missing_no_more(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """It was told now: nobody has to look."""
    world = a_world()
    world.absent.add("DEF-404")
    world.hear(AttachDefect, defect="DEF-404")
    world.absent.clear()
    world.hear(command, **fields)
    assert len(heard(world, "DEF-404")) == 1
    assert world.release.attention == []


def test_a_wrong_number_that_was_detached_is_missing_no_more() -> None:
    """The typing error is put right."""
    release, _ = a_release()
    (alignment,) = alignments(say(release, AttachDefect, FRIDAY, defect="DEF-404"))
    release.delivered(alignment, DefectsAligned(key=alignment.key, missing=["DEF-404"]), FRIDAY)
    say(release, DetachDefect, FRIDAY, defect="DEF-404", reason="a typing error")
    assert release.status(FRIDAY)["defects"]["missing"] == []


# --- deliveries, and the state as it is carried on -----------------------------------------------


def test_support_hears_of_what_cannot_be_delivered_and_of_which_release() -> None:
    """T9: the plan is told as soon as it can be."""
    world = a_world("DEF-1")
    world.down(Lane.WORKFLOWS, FRIDAY, FRIDAY + 2 * HOUR)
    world.hear(Reschedule, deploy_at=LATER, reason="x")
    world.wait(HOUR)
    (failing,) = [e for e in world.carried_out if e.event == "delivery.failing"]
    assert (failing.model_dump()["release"], failing.lane) == ("REL-1", Lane.STAFF)
    world.wait(2 * HOUR)
    assert world.last_words["DEF-1"].plan_version == 2


def test_a_lane_that_waits_for_the_portal_sets_no_alarm_that_has_passed() -> None:
    """Everything is down: the workflow would wake itself without end, within one task."""
    world = a_world("DEF-1")
    world.down(Lane.WORKFLOWS, FRIDAY, FRIDAY + 2 * HOUR)
    world.hear(AttachDefect, defect="DEF-2")
    world.down(Lane.READ_MODEL, FRIDAY, FRIDAY + 5 * HOUR)
    world.hear(AttachDefect, defect="DEF-3")
    world.wait(HOUR)
    retry_at = world.outbox.next_retry(world.now)
    assert retry_at is None or retry_at > world.now


def test_every_defect_is_told_again_how_the_plan_stands_when_somebody_asks_for_it() -> None:
    """Contract, `retry_deliveries`: the plan itself is as old as it was."""
    world = a_world("DEF-1", "DEF-2")
    world.hear(RetryDeliveries)
    assert Counter(word[1:] for word in world.words) == {
        (defect, "scheduled", DEPLOY, 1): 2 for defect in ("DEF-1", "DEF-2")
    }


def test_a_release_that_was_carried_on_behaves_the_same() -> None:
    """Continue-as-new: in the middle of everything, the state through JSON."""

    def live(carried_on: bool) -> ReleaseWorld:
        world = a_world(*FIVE, per_round=2)
        slow(world)
        world.hear(Reschedule, deploy_at=LATER, reason="x")
        world.hear(Freeze, reason="x")
        for days in (14, 7, 7, 2, 1):
            if carried_on:
                state = world.release.model_dump(mode="json")
                world.runner.entity = Release.model_validate(state)
            world.wait(days * DAY)
        world.hear(Deploy)
        world.wait(DAY)
        return world

    there, here = live(True), live(False)
    assert there.carried_out == here.carried_out
    assert there.release.model_dump() == here.release.model_dump()
