"""The release that a fix is planned for: told, moved, reminded of, asked about (R3-R5)."""

from datetime import timedelta
from typing import Any

import pytest

from domain.contract.defect import (
    ChangeSeverity,
    Hold,
    ReleaseDeployed,
    Resolve,
    ScheduleRelease,
    WithdrawRelease,
)
from domain.contract.effects import CloseCases, Lane
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, Alone, a_defect, at, attachment, say
from tests.domain.defect.world import (
    DAY,
    HOUR,
    JULY,
    JUNE,
    SECRET,
    a_world,
    client_messages,
    refusal,
    schedule,
)


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
