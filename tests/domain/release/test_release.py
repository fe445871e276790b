"""The life of a release: its plan, its notices, its end (R1-R5)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.contract.defect import RetryDeliveries
from domain.contract.effects import AlignDefects, Effect, Lane, UpdateReadModel
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.release import (
    Announce,
    AttachDefect,
    AttachDefects,
    CancelRelease,
    Deploy,
    DetachDefect,
    Freeze,
    ReleaseStart,
    Reschedule,
    Unfreeze,
)
from domain.contract.values import Command
from domain.promise_guard.edge import refuse_promises
from domain.release import RELEASE
from tests.domain.builders import (
    ETO,
    FRIDAY,
    Alone,
    a_release,
    at,
    begin_alone,
    kinds,
    release_start,
    say,
)
from tests.domain.world import CheckedReleaseWorld as ReleaseWorld
from tests.domain.world import release_world

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DEPLOY = FRIDAY + 21 * DAY  # Friday 2027-03-26, 17:00 in Chicago: clocks jump on the 14th
NOTICE = "release.notice"
OVERDUE = "defect.release_overdue"
SECRET = "the migration is not tested yet"


def a_world(ahead: timedelta = 21 * DAY, **fields: Any) -> ReleaseWorld:
    """A release planned on Friday."""
    return release_world(a_release(deploy_at=(FRIDAY + ahead).isoformat(), **fields))


def refusal(release: Alone, command: type[Command], now: datetime, **fields: Any) -> str:
    """What a command is answered, after checking that it left no trace."""
    release.fire(now)
    before = release.model_dump()
    with pytest.raises(InvalidCommand) as refused:
        say(release, command, now, **fields)
    assert release.model_dump() == before
    return str(refused.value)


def reschedule(world: ReleaseWorld, ahead: timedelta, **fields: Any) -> None:
    """Another date, so far from now."""
    deploy_at = (world.now + ahead).isoformat()
    world.hear(Reschedule, deploy_at=deploy_at, reason=SECRET, **fields)


# --- planned -------------------------------------------------------------------------------------


@pytest.mark.parametrize("deploy_at", [FRIDAY - DAY, FRIDAY])
def test_a_release_is_not_planned_for_the_past(deploy_at: datetime) -> None:
    """R1: the field is named, and what would be right."""
    with pytest.raises(InvalidCommand) as refused:
        a_release(deploy_at=deploy_at.isoformat())
    assert str(refused.value) == "deploy_at: must be after 2027-03-05T22:00:00Z"


def test_public_notes_promise_no_other_time() -> None:
    """D7: judged where they come in; a replay applies what was accepted."""
    start = parse(ReleaseStart, release_start(public_notes="The rest will be fixed by Friday."))
    with pytest.raises(InvalidCommand, match=r'^public_notes: "by Friday"'):
        refuse_promises(start, FRIDAY.date())
    replayed, _ = begin_alone(RELEASE, "REL-1", start, ETO, FRIDAY)
    assert replayed.public_notes == start.public_notes


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("Spring release", None),
        ("The winter 2027 release", None),
        ("Release 2026.4", None),
        ("All reports right by Friday", "by Friday"),
        ("Alles behoben bis Freitag", "bis Freitag"),
        ("The fix, in the next release", "in the next release"),
    ],
)
def test_a_title_promises_no_time_but_may_name_a_season(title: str, phrase: str | None) -> None:
    """D7: clients read it in notices and on the portal."""
    start = parse(ReleaseStart, release_start(title=title))
    if phrase is None:
        refuse_promises(start, FRIDAY.date())
        return
    with pytest.raises(InvalidCommand, match=rf'^title: "{phrase}"'):
        refuse_promises(start, FRIDAY.date())


def test_nobody_is_written_to_when_a_release_is_planned() -> None:
    """R2: the portal knows of it; there are no defects to tell yet."""
    release, effects = a_release()
    assert kinds(effects) == []
    assert release.snapshot(FRIDAY)["state"] == "planned"


# --- frozen, moved, deployed, called off ---------------------------------------------------------


def test_in_a_frozen_release_no_defect_joins_or_leaves_but_the_date_may_move() -> None:
    """Until it is lifted."""
    world = a_world()
    world.hear(AttachDefect, defect="DEF-1")
    world.hear(Freeze, reason=SECRET)
    frozen = "state: is frozen since 2027-03-05T22:00:00Z"
    release = Alone(world.runner)
    for command, fields, said in (
        (AttachDefect, {"defect": "DEF-2"}, f"{frozen}; unfreeze it"),
        (AttachDefects, {"defects": ["DEF-2"]}, f"{frozen}; unfreeze it"),
        (DetachDefect, {"defect": "DEF-1", "reason": "x"}, f"{frozen}; unfreeze it"),
        (Freeze, {"reason": "again"}, frozen),
    ):
        assert refusal(release, command, FRIDAY, **fields) == said
    reschedule(world, 30 * DAY)
    assert release.state == "frozen"
    world.hear(Unfreeze)
    world.hear(AttachDefect, defect="DEF-2")
    assert release.status(world.now)["defects"]["attached"] == 2
    assert refusal(release, Unfreeze, FRIDAY) == "state: is not frozen"


ANYTHING: list[tuple[type[Command], dict[str, Any]]] = [
    (AttachDefect, {"defect": "DEF-2"}),
    (AttachDefects, {"defects": ["DEF-2"]}),
    (DetachDefect, {"defect": "DEF-1", "reason": "x"}),
    (Reschedule, {"deploy_at": (DEPLOY + DAY).isoformat(), "reason": "x"}),
    (Announce, {}),
    (Freeze, {"reason": "x"}),
    (Unfreeze, {}),
    (Deploy, {}),
    (CancelRelease, {"reason": "x"}),
]


@pytest.mark.parametrize(("command", "fields"), ANYTHING)
@pytest.mark.parametrize(
    ("end", "told", "state"),
    [
        (Deploy, True, "deployed"),
        (Deploy, False, "deploying"),
        (CancelRelease, True, "cancelled"),
        (CancelRelease, False, "cancelled"),
    ],
)
def test_after_its_end_everything_is_refused_naming_the_state(
    command: type[Command], fields: dict[str, Any], end: type[Command], told: bool, state: str
) -> None:
    """R3, R4."""
    world = a_world()
    world.hear(AttachDefect, defect="DEF-1")
    world.places[Lane.WORKFLOWS].latency = timedelta(0) if told else HOUR
    world.hear(end, reason="x")
    said = refusal(Alone(world.runner), command, FRIDAY, **fields)
    assert said == f"state: is {state} since 2027-03-05T22:00:00Z"


def test_another_date_lies_ahead() -> None:
    """R3."""
    release, _ = a_release()
    said = refusal(release, Reschedule, FRIDAY, deploy_at=FRIDAY.isoformat(), reason="x")
    assert said == "deploy_at: must be after 2027-03-05T22:00:00Z"


def test_the_version_of_the_plan_grows_with_each_change_of_plan_and_only_then() -> None:
    """R3: so that a defect can tell the newer word from the older."""
    world = a_world()
    versions = [world.release.plan_version]
    for command, fields in (
        (AttachDefects, {"defects": ["DEF-1", "DEF-2"]}),
        (DetachDefect, {"defect": "DEF-2", "reason": "x"}),
        (Announce, {}),
        (Freeze, {"reason": "x"}),
        (Unfreeze, {}),
        (RetryDeliveries, {}),
        (Reschedule, {"deploy_at": DEPLOY.isoformat(), "reason": "the same date"}),
        (Reschedule, {"deploy_at": (DEPLOY + DAY).isoformat(), "reason": "x"}),
        (Deploy, {}),
    ):
        world.hear(command, **fields)
        versions.append(world.release.plan_version)
    assert versions == [1, 1, 1, 1, 1, 1, 1, 1, 2, 3]


def test_the_same_date_again_changes_nothing() -> None:
    """R3: nobody is told."""
    release, _ = a_release()
    effects = say(release, Reschedule, FRIDAY, deploy_at=DEPLOY.isoformat(), reason="x")
    assert effects == []


@pytest.mark.parametrize(("command", "fields"), ANYTHING[:4] + ANYTHING[7:])
def test_a_repeat_under_the_same_key_changes_nothing(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """Whether it ended the release or not."""
    release, _ = a_release()
    first = say(release, command, FRIDAY, key="key-1", **fields)
    before = release.model_dump()
    assert first != []
    assert say(release, command, FRIDAY, key="key-1", **fields) == []
    assert release.model_dump() == before


def test_the_reasons_of_the_vendor_stay_internal() -> None:
    """D8: nothing public, nothing a client gets."""
    world = a_world()
    world.hear(AttachDefect, defect="DEF-1")
    world.hear(Announce)
    world.hear(Freeze, reason=SECRET)
    world.hear(Unfreeze)
    world.hear(DetachDefect, defect="DEF-1", reason=SECRET)
    reschedule(world, 30 * DAY)
    world.hear(CancelRelease, reason=SECRET)
    effects: list[Effect] = world.carried_out
    shown = [e for e in effects if not isinstance(e, AlignDefects | UpdateReadModel)]
    facts = [f for e in effects if isinstance(e, UpdateReadModel) for f in e.facts]
    assert SECRET not in str(shown)
    assert [f.event for f in facts if SECRET in str((f.public_text, f.details))] == []
    assert SECRET not in str(world.status())
    assert SECRET not in str([fact.flat() for fact in world.release.timeline])


def test_what_has_passed_is_not_announced() -> None:
    """R2."""
    release, _ = a_release()
    said = refusal(release, Announce, DEPLOY)
    assert said == "deploy_at: has passed; reschedule the release"


# --- overdue (R5) --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deploy_at", "asked"),
    [
        pytest.param("2027-03-24 10:00", "2027-03-24 11:00", id="in support hours"),
        pytest.param("2027-03-26 17:00", "2027-03-29 07:00", id="at the close on Friday"),
        pytest.param("2027-03-27 23:00", "2027-03-29 07:00", id="at midnight on Saturday"),
        pytest.param("2027-07-02 20:00", "2027-07-06 07:00", id="before a holiday Monday"),
        pytest.param("2027-03-14 00:30", "2027-03-15 07:00", id="as the clock jumps ahead"),
    ],
)
def test_engineering_is_asked_once_when_its_hour_passes_in_support_hours(
    deploy_at: str, asked: str
) -> None:
    """R5, T10: and clients are told nothing."""
    world = a_world(at(deploy_at) - FRIDAY)
    world.wait_until(at(deploy_at))
    told = len(world.told(NOTICE))
    world.wait(60 * DAY)
    assert world.told(OVERDUE, to="engineering") == [at(asked)]
    assert len(world.told(NOTICE)) == told
    assert world.release.attention == [
        "its hour has passed without word that it was deployed or moved"
    ]


@pytest.mark.parametrize(
    ("command", "asked"),
    [
        pytest.param(Deploy, [], id="it is out"),
        pytest.param(CancelRelease, [], id="it is called off"),
        pytest.param(Reschedule, [at("2027-03-31 10:00")], id="it moved: asked for that"),
    ],
)
def test_the_question_is_dropped_where_word_comes_before_support_opens(
    command: type[Command], asked: list[datetime]
) -> None:
    """R5, T10: on the weekend."""
    world = a_world()
    world.wait_until(at("2027-03-27 12:00"))
    world.hear(command, reason="x", deploy_at=at("2027-03-31 09:00").isoformat())
    world.wait(30 * DAY)
    assert world.told(OVERDUE) == asked


def test_a_release_that_went_out_in_time_is_not_asked_about() -> None:
    """R5."""
    world = a_world()
    world.hear(Deploy, DEPLOY + HOUR / 2)
    world.wait(30 * DAY)
    assert world.told(OVERDUE) == []
    assert world.release.attention == []


def test_once_its_hour_has_passed_no_fix_joins_but_one_may_still_leave() -> None:
    """R3: what joined would be told of a date in the past."""
    world = a_world()
    world.hear(AttachDefect, defect="DEF-1")
    world.wait_until(DEPLOY)
    said = refusal(Alone(world.runner), AttachDefect, DEPLOY, defect="DEF-2")
    assert said == "defect: the hour of the release has passed; reschedule it"
    world.hear(DetachDefect, defect="DEF-1", reason="x")
    assert world.last_words["DEF-1"].what == "withdrawn"
