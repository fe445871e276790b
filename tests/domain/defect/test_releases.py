"""What a release says to its defects, and area work to those of its area (R3-R6)."""

from datetime import timedelta
from typing import Any

import pytest

from domain.contract.defect import (
    AreaWorkStarted,
    ReleaseDeployed,
    Reopen,
    Resolve,
    ScheduleRelease,
    WithdrawRelease,
)
from domain.contract.effects import NotifyClients, UpdateReadModel
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, Alone, a_defect, at, attachment, eto_with, kinds, say
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
JUNE = "2027-06-01T12:00:00Z"
JULY = "2027-07-01T12:00:00Z"
SECRET = "the old forms are thrown out"


def a_world(severity: str = "S2", *cases: dict[str, Any], **fields: Any) -> World:
    """A defect confirmed on Friday; all it hears is put to a copy that continued as new."""
    world = world_of(a_defect(severity, *cases, **fields), FRIDAY)
    world.through_json = True
    return world


def plan(world: World, version: int, **fields: Any) -> None:
    """What a release says to its defects when it takes them, or moves."""
    said = {"release": "REL-1", "deploy_at": JUNE, "watched": True, "plan_version": version}
    world.hear(ScheduleRelease, **said | fields)


def refusal(defect: Alone, command: type[Command], **fields: Any) -> str:
    """What a command is answered an hour later, after checking that it left no trace."""
    before = defect.model_dump()
    with pytest.raises(InvalidCommand) as refused:
        say(defect, command, FRIDAY + HOUR, **fields)
    assert defect.model_dump() == before
    return str(refused.value)


# --- a release that moves ------------------------------------------------------------------------


def test_a_release_that_moves_is_told_once_to_its_defects() -> None:
    """R3: with what it was before."""
    world = a_world()
    plan(world, 1)
    plan(world, 2, deploy_at=JULY, moved=True)
    plan(world, 2, deploy_at=JULY, moved=True)
    assert world.told("defect.release_rescheduled") == [FRIDAY]
    assert world.status()["release"] == {"id": "REL-1", "deploy_at": JULY}


OF_THE_RELEASE = {"release": "REL-1", "plan_version": 1}


@pytest.mark.parametrize(
    ("commands", "refused"),
    [
        pytest.param(
            [(WithdrawRelease, OF_THE_RELEASE | {"reason": "x"})],
            "release: the fix is not scheduled for any release",
            id="withdrawn",
        ),
        pytest.param(
            [(ScheduleRelease, {"release": "REL-2", "deploy_at": JUNE})],
            "release: the fix is scheduled for REL-2",
            id="in another one",
        ),
        pytest.param(
            [(Resolve, {"resolution": "x"}), (Reopen, {"reason": "x"})],
            "release: the fix is not scheduled for any release",
            id="reopened since",
        ),
    ],
)
def test_word_that_a_release_moved_means_nothing_to_a_defect_that_left_it(
    commands: list[tuple[type[Command], dict[str, Any]]], refused: str
) -> None:
    """Complaint (plan changes racing): clients are not told of a plan that is not theirs."""
    defect, _ = a_defect("S2")
    say(defect, ScheduleRelease, FRIDAY, **OF_THE_RELEASE, deploy_at=JUNE)
    for command, fields in commands:
        say(defect, command, FRIDAY, **fields)
    said = {"release": "REL-1", "deploy_at": JULY, "moved": True, "plan_version": 7}
    assert refusal(defect, ScheduleRelease, **said) == refused


def test_word_that_a_release_moved_is_news_to_a_defect_that_never_heard_of_it() -> None:
    """R3: the first word was lost with an outage, or the plan came with an import."""
    world = a_world()
    plan(world, 2, moved=True)
    assert world.told("defect.release_scheduled") == [FRIDAY]


# --- a release that is late ----------------------------------------------------------------------


def test_a_release_that_watches_asks_by_itself() -> None:
    """R5: once for all its defects; clients are reminded of it by each."""
    world = a_world("S2")
    deploy_at = at("2027-03-15 12:00")
    plan(world, 1, deploy_at=deploy_at)
    world.wait_until(at("2027-03-20 12:00"))
    assert world.told("defect.release_reminder") == [deploy_at - 2 * DAY]
    assert world.told("defect.release_overdue") == []


def test_a_release_that_takes_up_a_plan_said_by_hand_watches_it_from_then_on() -> None:
    """R5: engineering is asked by one of the two, not by both."""
    world = a_world("S2")
    deploy_at = at("2027-03-15 12:00")
    plan(world, 1, deploy_at=deploy_at, watched=False)
    plan(world, 2, deploy_at=deploy_at)
    world.wait_until(at("2027-03-20 12:00"))
    assert world.told("defect.release_overdue") == []
    assert len(world.told("defect.release_scheduled", "defect.release_rescheduled")) == 1


@pytest.mark.parametrize(
    ("watched", "days", "state"),
    [
        pytest.param(True, 1, "scheduled", id="the release is still ahead"),
        pytest.param(True, 12, "open", id="the release is past"),
        pytest.param(False, 1, "open", id="no release knows of it"),
    ],
)
def test_reopened_it_is_still_in_a_release_that_is_ahead(
    watched: bool, days: int, state: str
) -> None:
    """R5: its release may have lost sight of it, so it asks by itself when the hour passes."""
    world = a_world("S2")
    deploy_at = at("2027-03-15 12:00")
    plan(world, 1, deploy_at=deploy_at, watched=watched)
    world.hear(Resolve, resolution="fixed otherwise")
    world.hear(Reopen, FRIDAY + days * DAY, reason="not fixed")
    assert world.defect.state == state
    world.wait_until(at("2027-03-20 12:00"))
    kept = state == "scheduled"
    assert world.told("defect.release_reminder") == [deploy_at - 2 * DAY] * kept
    assert world.told("defect.release_overdue") == [deploy_at + HOUR] * kept


def test_a_plan_said_by_hand_is_asked_about_by_the_defect() -> None:
    """R5: nobody else knows of the date."""
    world = a_world("S2")
    plan(world, 1, deploy_at=at("2027-03-15 12:00"))
    plan(world, 1, deploy_at=at("2027-03-16 12:00"), watched=False)
    world.wait_until(at("2027-03-20 12:00"))
    assert world.told("defect.release_overdue") == [at("2027-03-16 13:00")]


# --- a release that is out -----------------------------------------------------------------------


def test_a_defect_that_never_heard_of_the_plan_is_resolved_by_it() -> None:
    """R4: planned and deployed within one outage; one person on three cases gets one mail."""
    cases = [attachment(f"CASE-{number}") for number in (1, 2, 3)]
    world = a_world("S2", *cases)
    world.hear(ReleaseDeployed, release="REL-1", plan_version=3)
    assert world.defect.state == "resolved"
    assert world.told("defect.resolved") == [FRIDAY]
    resolved = next(e for e in world.carried_out if e.event == "defect.resolved")
    assert isinstance(resolved, NotifyClients)
    assert resolved.release == "REL-1"


def test_word_of_a_deployment_that_knows_no_plan_needs_one() -> None:
    """R4: said by hand, it may be about another defect."""
    defect, _ = a_defect("S2")
    refused = refusal(defect, ReleaseDeployed, release="REL-1")
    assert refused == "release: the fix is not scheduled for any release"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (ScheduleRelease, {"deploy_at": JULY}),
        (ScheduleRelease, {"deploy_at": JUNE}),
        (WithdrawRelease, {"reason": "x"}),
        (ReleaseDeployed, {}),
    ],
)
def test_an_older_plan_is_refused(command: type[Command], fields: dict[str, Any]) -> None:
    """R3, R4: whatever it says; signals can overtake each other."""
    world = a_world()
    plan(world, 5)
    refused = refusal(Alone(world.runner), command, release="REL-1", plan_version=4, **fields)
    assert refused == "plan_version: 4 is older than 5"


def test_a_fix_withdrawn_is_not_resolved_by_the_release_it_left() -> None:
    """R4: it has heard of that plan, and of its end."""
    world = a_world()
    plan(world, 1)
    world.hear(WithdrawRelease, release="REL-1", reason="x", plan_version=2)
    refused = refusal(Alone(world.runner), ReleaseDeployed, release="REL-1", plan_version=3)
    assert refused == "release: the fix is not scheduled for any release"


def test_a_deployment_that_comes_twice_resolves_once() -> None:
    """R4: the repeat is refused, or harmless under its key."""
    world = a_world()
    plan(world, 1)
    for _ in range(2):
        world.hear(ReleaseDeployed, key="1", release="REL-1", plan_version=2)
    refused = refusal(Alone(world.runner), ReleaseDeployed, release="REL-1", plan_version=2)
    assert refused == "state: is resolved; reopen it first"
    assert world.told("defect.resolved") == [FRIDAY]


# --- area work -----------------------------------------------------------------------------------


@pytest.mark.parametrize("severity", ["S3", "S4"])
def test_area_work_is_marked_and_nobody_is_mailed(severity: str) -> None:
    """R6: in the portal only; the note stays ours (D8)."""
    world = a_world(severity)
    agenda = [due.what for due in world.agenda()]
    world.hear(AreaWorkStarted, FRIDAY + DAY, functional_area="login", note=SECRET)
    assert world.told() == world.told("defect.confirmed")
    assert world.status()["area_work_since"] == "2027-03-06T22:00:00Z"
    assert [due.what for due in world.agenda()] == agenda
    written = [e for e in world.carried_out if isinstance(e, UpdateReadModel)][-1]
    assert kinds([written]) == []
    assert [(fact.event, fact.public, fact.internal_text) for fact in written.facts] == [
        ("defect.area_work_started", True, SECRET)
    ]
    assert SECRET not in str(written.snapshot)


def test_work_that_begins_again_is_marked_again() -> None:
    """R6: since when it was last taken up."""
    world = a_world("S4")
    for days in (1, 2):
        world.hear(AreaWorkStarted, FRIDAY + days * DAY, functional_area="login")
    assert world.defect.area_work_since == FRIDAY + 2 * DAY


@pytest.mark.parametrize(
    ("severity", "area", "refused"),
    [
        ("S3", "reports", "functional_area: is login"),
        ("S1", "login", "severity: S1 does not wait for area work"),
        ("S2", "login", "severity: S2 does not wait for area work"),
    ],
)
def test_work_that_is_not_on_it_is_refused(severity: str, area: str, refused: str) -> None:
    """R6: S3 and S4 of that area."""
    defect, _ = a_defect(severity)
    assert refusal(defect, AreaWorkStarted, functional_area=area) == refused


def test_which_severities_wait_for_area_work_is_the_policys_business() -> None:
    """R6: severities are data."""
    willing, _ = a_defect("S2", under=eto_with("S2", area_work=True))
    say(willing, AreaWorkStarted, FRIDAY, functional_area="login")
    assert willing.area_work_since == FRIDAY
    unwilling, _ = a_defect("S3", under=eto_with("S3", area_work=False))
    refused = refusal(unwilling, AreaWorkStarted, functional_area="login")
    assert refused == "severity: S3 does not wait for area work"


def test_what_is_resolved_is_not_worked_on() -> None:
    """R6: open ones only."""
    defect, _ = a_defect("S4")
    say(defect, Resolve, FRIDAY, resolution="fixed")
    refused = refusal(defect, AreaWorkStarted, functional_area="login")
    assert refused == "state: is resolved; reopen it first"
