"""The advance notices of a release: to everybody, 14 and 2 days ahead, once each (R2)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.contract.effects import Lane, NotifyClients, UpdateReadModel
from domain.contract.release import Announce, CancelRelease, Deploy, Reschedule
from domain.contract.values import Command
from simulation.release_world import EVERYBODY
from tests.domain.builders import FRIDAY, a_release, at, eto_but
from tests.domain.world import CheckedReleaseWorld as ReleaseWorld
from tests.domain.world import release_world

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DEPLOY = FRIDAY + 21 * DAY  # Friday 2027-03-26, 17:00 in Chicago: clocks jump on the 14th
NOTICE = "release.notice"


def a_world(ahead: timedelta = 21 * DAY, **fields: Any) -> ReleaseWorld:
    """A release planned on Friday."""
    return release_world(a_release(deploy_at=(FRIDAY + ahead).isoformat(), **fields))


def of(world: ReleaseWorld) -> list[NotifyClients]:
    """The notices that went out."""
    return [e for e in world.carried_out if isinstance(e, NotifyClients) and e.people is None]


def days_told(world: ReleaseWorld) -> list[float | None]:
    """How many days ahead each notice that went out was meant for."""
    return [notice.facts.get("days") for notice in of(world)]


def reschedule(world: ReleaseWorld, ahead: timedelta, **fields: Any) -> None:
    """Another date, so far from now."""
    deploy_at = (world.now + ahead).isoformat()
    world.hear(Reschedule, deploy_at=deploy_at, reason="late", **fields)


@pytest.mark.parametrize(
    "deploy_at",
    [
        pytest.param("2027-06-25 17:00", id="in summer"),
        pytest.param("2027-03-26 02:30", id="over the night the clock jumps ahead"),
        pytest.param("2027-03-28 03:30", id="14 days before it, within that night"),
        pytest.param("2027-11-20 01:30", id="over the night the clock is put back"),
        pytest.param("2027-11-21 01:30", id="14 days before it, within that night"),
    ],
)
def test_everybody_is_told_14_and_2_days_ahead_and_once_each(deploy_at: str) -> None:
    """R2, T1: whole days of 24 hours, whatever the clocks do meanwhile."""
    world = a_world(at(deploy_at) - FRIDAY)
    world.wait_until(at(deploy_at) + 30 * DAY)
    assert world.told(NOTICE, to=EVERYBODY) == [at(deploy_at) - 14 * DAY, at(deploy_at) - 2 * DAY]
    assert days_told(world) == [14, 2]


@pytest.mark.parametrize(
    ("ahead", "skipped", "told"),
    [
        (14 * DAY + HOUR, [], [14, 2]),
        (14 * DAY, [14], [2]),
        (3 * DAY, [14], [2]),
        (DAY, [14, 2], []),
    ],
)
def test_what_it_is_too_late_for_when_planned_is_skipped_and_said_so(
    ahead: timedelta, skipped: list[float], told: list[float]
) -> None:
    """R2: the login page announces such a release at once."""
    world = a_world(ahead)
    status = world.status()
    assert [notice["days"] for notice in status["notices"] if notice["skipped"]] == skipped
    assert (status["banner"] is not None) == bool(skipped)
    world.wait(ahead)
    assert days_told(world) == told


def test_the_login_page_announces_a_release_as_long_as_it_lies_ahead() -> None:
    """R2, complaint "shown only when it starts": from 14 days ahead until it is out."""
    world = a_world(title="Spring release", public_notes="New reports.", window_minutes=90)
    assert world.release.banner(DEPLOY - 14 * DAY - HOUR) is None
    world.wait_until(DEPLOY - 14 * DAY)
    banner = world.release.banner(world.now).model_dump(mode="json")
    assert banner == {
        "release_kind": "major",
        "title": "Spring release",
        "deploy_at": "2027-03-26T22:00:00Z",
        "window_minutes": 90,
        "functional_areas": [],
        "public_notes": "New reports.",
    }
    projected = [e for e in world.carried_out if isinstance(e, UpdateReadModel)][-1]
    assert projected.snapshot["banner"] == banner
    world.hear(Deploy, DEPLOY)
    assert world.release.banner(world.now) is None


def test_pending_notices_move_with_the_date() -> None:
    """R2, R3."""
    world = a_world()
    reschedule(world, 40 * DAY)
    world.wait(60 * DAY)
    later = FRIDAY + 40 * DAY
    assert world.told(NOTICE) == [later - 14 * DAY, later - 2 * DAY]
    assert {notice.facts["deploy_at"] for notice in of(world)} == {"2027-04-14T22:00:00Z"}


@pytest.mark.parametrize(
    ("ahead", "at_once", "told"),
    [
        pytest.param(10 * DAY, [14], [14, 2], id="one lies in the past then"),
        pytest.param(DAY, [2], [2], id="both do: one message for both"),
    ],
)
def test_a_notice_that_another_date_puts_into_the_past_goes_out_at_once(
    ahead: timedelta, at_once: list[float], told: list[float]
) -> None:
    """R2: once."""
    world = a_world()
    reschedule(world, ahead)
    assert days_told(world) == at_once
    world.wait(60 * DAY)
    assert days_told(world) == told


def test_a_notice_that_was_sent_is_not_repeated_for_another_date() -> None:
    """R2: those attached to its defects are told of the date by these."""
    world = a_world()
    world.wait_until(DEPLOY - 10 * DAY)
    reschedule(world, 40 * DAY)
    world.wait(60 * DAY)
    assert days_told(world) == [14, 2]
    assert world.told(NOTICE)[-1] == DEPLOY - 10 * DAY + 38 * DAY


def test_a_notice_it_was_too_late_for_is_given_where_another_date_leaves_time() -> None:
    """R2, complaint "advance notice missing": planned at short notice, then moved far away."""
    world = a_world(3 * DAY)
    reschedule(world, 40 * DAY)
    assert [notice["skipped"] for notice in world.status()["notices"]] == [
        False,
        False,
    ]
    world.wait(60 * DAY)
    assert days_told(world) == [14, 2]


@pytest.mark.parametrize(
    ("back", "told"),
    [
        pytest.param(DEPLOY - 3 * DAY, [14, 2], id="one was due"),
        pytest.param(DEPLOY - DAY, [2], id="both were: one message"),
        pytest.param(DEPLOY, [], id="its hour has passed: none"),
    ],
)
def test_after_an_outage_what_was_due_is_told_once_and_never_too_late(
    back: datetime, told: list[float]
) -> None:
    """R2: no worker ran; clients are told nothing that is over, and the status does not say so."""
    world = a_world()
    world.stand_still_until(back)
    world.wait(30 * DAY)
    assert days_told(world) == told
    assert all(notice.sent_at is None for notice in world.release.announcements.notices) == (
        told == []
    )


@pytest.mark.parametrize(
    ("command", "told"),
    [
        pytest.param(Reschedule, [("2027-04-25T22:00:00Z", None)], id="the new date instead"),
        pytest.param(CancelRelease, [("2027-03-26T22:00:00Z", True)], id="that it is called off"),
        pytest.param(Deploy, [], id="nothing, it is out"),
    ],
)
def test_a_notice_that_waits_for_the_mail_server_is_not_sent_once_it_is_wrong(
    command: type[Command], told: list[tuple[str, bool | None]]
) -> None:
    """R2, R3: nobody hears of a date that does not hold any more."""
    world = a_world()
    world.down(Lane.CLIENTS, DEPLOY - 15 * DAY, DEPLOY - 13 * DAY)
    world.wait_until(DEPLOY - 14 * DAY + HOUR)
    fields = {"reason": "late", "deploy_at": (DEPLOY + 30 * DAY).isoformat()}
    world.hear(command, **fields)
    world.wait(5 * DAY)
    sent = [(notice.facts["deploy_at"], notice.facts.get("cancelled")) for notice in of(world)]
    assert sent == told
    assert len(world.told(NOTICE, to=EVERYBODY)) == len(told)


@pytest.mark.parametrize(
    ("since", "corrected"),
    [
        pytest.param(15 * DAY, 0, id="it was not announced yet"),
        pytest.param(10 * DAY, 0, id="a notice is still to come"),
        pytest.param(DAY, 1, id="there is no other notice"),
    ],
)
def test_another_date_is_told_to_all_where_no_notice_would_put_it_right(
    since: timedelta, corrected: int
) -> None:
    """R2, R3: everybody who heard of the old date hears of the new one, once."""
    world = a_world()
    world.wait_until(DEPLOY - since)
    before = len(of(world))
    reschedule(world, 40 * DAY)
    told = of(world)[before:]
    assert [notice.facts["before"] for notice in told] == ["2027-03-26T22:00:00Z"] * corrected
    world.wait(60 * DAY)
    assert [notice.facts["deploy_at"] for notice in of(world)[before:]][-1:] == [
        (DEPLOY - since + 40 * DAY).isoformat().replace("+00:00", "Z")
    ]


@pytest.mark.parametrize(("since", "told"), [(15 * DAY, 0), (10 * DAY, 1), (DAY, 1)])
def test_that_a_release_is_called_off_is_told_to_all_who_heard_of_it(
    since: timedelta, told: int
) -> None:
    """R2: once, and nothing after it."""
    world = a_world()
    world.wait_until(DEPLOY - since)
    before = len(of(world))
    world.hear(CancelRelease, reason="never")
    world.wait(60 * DAY)
    assert [notice.facts["cancelled"] for notice in of(world)[before:]] == [True] * told


def test_a_release_can_be_announced_at_any_time() -> None:
    """R2: at once, and the notices go out all the same; clients are not told who did it."""
    world = a_world(public_notes="New reports.")
    world.hear(Announce, FRIDAY + DAY, actor="manager-7")
    assert world.told(NOTICE) == [FRIDAY + DAY]
    assert world.release.banner(world.now) is not None
    world.wait(60 * DAY)
    assert days_told(world) == [None, 14, 2]
    assert "manager-7" not in str([notice.model_dump() for notice in of(world)])
    (said,) = [f for f in world.release.timeline if f.event == NOTICE and f.actor == "manager-7"]
    assert "New reports." not in str(said.flat())


def test_the_days_of_the_notices_are_the_policys() -> None:
    """R2: data, not code; a policy that knew no notices goes on without."""
    for days, told in (([30, 7, 7, 1], [7, 1]), ([], [])):
        world = release_world(a_release(under=eto_but("releases", notice_days=days)))
        world.wait(60 * DAY)
        assert days_told(world) == told
