"""Staff put a reminder off: it comes again at the end, and nothing else waits for it (T7, T10)."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contract.case import ProvideInformation, Respond
from domain.contract.defect import (
    ChangeSeverity,
    DecideReclassification,
    DraftUpdate,
    Hold,
    MergeInto,
    PostProgress,
    RequestReclassification,
    Resolve,
    Resume,
    ScheduleRelease,
)
from domain.contract.effects import Effect, NotifyStaff, UpdateReadModel
from domain.contract.events import Reminder
from domain.contract.parsing import InvalidCommand
from domain.contract.release import Deploy, Reschedule
from domain.contract.staff_notices import Acknowledge, Snooze
from domain.contract.values import Command
from domain.policy import PinnedPolicy
from domain.views.operator_card import card
from tests.domain.builders import (
    ETO,
    FRIDAY,
    a_defect,
    a_release,
    at,
    eto_asking,
    eto_but,
    eto_with,
)
from tests.domain.case.world import a_world as a_case_world
from tests.domain.case.world import booked
from tests.domain.lives import OUTAGES, QUIET, STARTS
from tests.domain.test_acknowledgement import facts
from tests.domain.world import CheckedWorld as World
from tests.domain.world import release_world, world_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ASKED = {"client": "client-1", "severity": "S1", "justification": "it hurts"}
MONDAY = at("2027-03-08 10:00")


def an_s1(under: PinnedPolicy = ETO) -> World:
    """Its first update went out without a text, and engineering was asked for one."""
    world = world_of(a_defect("S1", under=under), FRIDAY)
    world.wait(DAY)
    return world


def undecided(under: PinnedPolicy = ETO) -> World:
    """Client success was reminded once, on Tuesday at four, that a request is undecided."""
    world = world_of(a_defect("S2", under=under), FRIDAY)
    world.hear(RequestReclassification, **ASKED)
    world.wait_until(at("2027-03-09 16:00"))
    return world


def overdue() -> World:
    """A defect whose release should have been out for an hour, on a Tuesday."""
    world = world_of(a_defect("S2"), FRIDAY)
    deploy_at = at("2027-03-16 12:00")
    world.hear(ScheduleRelease, release="REL-1", deploy_at=deploy_at.isoformat())
    world.wait_until(deploy_at + HOUR)
    return world


def an_overdue_release() -> World:
    """A release that was asked about first thing on a Monday."""
    world = release_world(a_release())
    world.wait_until(at("2027-03-29 07:10"))
    return world


def called() -> World:
    """Staff were reminded of a call a day ahead."""
    world = booked(at("2027-03-10 10:00"))
    world.wait_until(at("2027-03-09 10:00"))
    return world


def written_to() -> World:
    """A client was asked for the steps, and wrote something else."""
    world = a_case_world(steps=None)
    world.hear(ProvideInformation, MONDAY, note="On every page.")
    return world


REMINDED: list[Any] = [
    pytest.param(make, reminder, id=make.__name__)
    for make, reminder in (
        (an_s1, Reminder.UPDATE_NEEDED),
        (undecided, Reminder.RECLASSIFICATION),
        (overdue, Reminder.RELEASE_OVERDUE),
        (an_overdue_release, Reminder.RELEASE_OVERDUE),
        (called, Reminder.CALL),
        (written_to, Reminder.CLIENT_WROTE),
    )
]
Making = Callable[[], World]


def snooze(world: World, reminder: Reminder, until: datetime, **fields: Any) -> None:
    """Put it off until then."""
    world.hear(Snooze, reminder=reminder, until=until.isoformat(), **fields)


def came(world: World, reminder: Reminder) -> list[datetime]:
    """When staff were reminded."""
    staff = [effect for effect in world.carried_out if isinstance(effect, NotifyStaff)]
    return [effect.at for effect in staff if effect.event == reminder]


# --- every reminder -------------------------------------------------------------------------------


@pytest.mark.parametrize(("make", "reminder"), REMINDED)
def test_it_comes_again_at_the_end_and_once(make: Making, reminder: Reminder) -> None:
    """Who did it, until when and why is on record; so is what came of it."""
    world = make()
    world.through_json = True
    before, until = came(world, reminder), world.now + HOUR
    snooze(world, reminder, until, actor="staff:ada", reason="I ask them at noon.")
    since = world.now.isoformat().replace("+00:00", "Z")
    shown = {"reminder": reminder, "since": since, "until": until.isoformat()[:-6] + "Z"}
    assert world.status()["snoozed"] == [shown]
    assert "**Snoozed** " + re.sub(r"([._])", r"\\\1", reminder) in card(world.runner, world.now)
    world.wait_until(until + MINUTE)

    assert came(world, reminder) == [*before, until]
    assert "snoozed" not in world.status()
    (put_off,) = facts(world, "reminder.snoozed")
    assert (put_off.actor, put_off.internal_text) == ("staff:ada", "I ask them at noon.")
    assert put_off.details == {"about": reminder, "until": until.isoformat()[:-6] + "Z"}
    (ended,) = facts(world, "reminder.snooze_ended")
    assert ended.details == {"about": reminder, "reason": "due"}


OVER: list[Any] = [
    pytest.param(an_s1, Reminder.UPDATE_NEEDED, DraftUpdate, {"public_text": "We have it."}),
    pytest.param(an_s1, Reminder.UPDATE_NEEDED, PostProgress, {"public_text": "We have it."}),
    pytest.param(
        an_s1, Reminder.UPDATE_NEEDED, ChangeSeverity, {"severity": "S2", "reason": "less"}
    ),
    pytest.param(
        undecided,
        Reminder.RECLASSIFICATION,
        DecideReclassification,
        {"approve": False, "reason": "There is a workaround."},
    ),
    pytest.param(undecided, Reminder.RECLASSIFICATION, Resolve, {"resolution": "fixed"}),
    pytest.param(
        overdue,
        Reminder.RELEASE_OVERDUE,
        ScheduleRelease,
        {"release": "REL-1", "deploy_at": "2027-04-16T12:00:00Z"},
    ),
    pytest.param(
        overdue, Reminder.RELEASE_OVERDUE, MergeInto, {"defect": "DEF-2", "reason": "the same"}
    ),
    pytest.param(an_overdue_release, Reminder.RELEASE_OVERDUE, Deploy, {}),
    pytest.param(
        an_overdue_release,
        Reminder.RELEASE_OVERDUE,
        Reschedule,
        {"deploy_at": "2027-05-29T12:00:00Z", "reason": "later"},
    ),
    pytest.param(written_to, Reminder.CLIENT_WROTE, Respond, {"message": "We look at it."}),
]


@pytest.mark.parametrize(("make", "reminder", "command", "fields"), OVER)
def test_it_does_not_come_once_its_matter_is_over(
    make: Making, reminder: Reminder, command: type[Command], fields: dict[str, Any]
) -> None:
    """Written, decided, moved, deployed: the status has it no more, and the record says why."""
    world = make()
    world.through_json = True
    before = came(world, reminder)
    snooze(world, reminder, world.now + HOUR)
    world.hear(command, world.now + MINUTE, **fields)
    assert "snoozed" not in world.status()
    world.wait(2 * HOUR)

    assert came(world, reminder) == before
    (ended,) = facts(world, "reminder.snooze_ended")
    assert ended.details["reason"] == "over"


# --- what waits and what does not -----------------------------------------------------------------


def test_what_falls_due_meanwhile_comes_at_the_end_and_goes_on_from_there() -> None:
    """D4: two daily reminders are left out, of which one comes; the next a business day later."""
    world = undecided()
    snooze(world, Reminder.RECLASSIFICATION, at("2027-03-12 09:00"))
    world.wait_until(at("2027-03-15 12:00"))

    told = [at(f"2027-03-{when}") for when in ("09 16:00", "12 09:00", "15 09:00")]
    assert came(world, Reminder.RECLASSIFICATION) == told
    assert world.status()["reclassification"]["reminders"] == 3


def test_clients_get_their_update_while_nobody_is_asked_for_a_text() -> None:
    """T6: each day; engineering is asked at the end, and with the next update again."""
    world = an_s1()
    before = came(world, Reminder.UPDATE_NEEDED)
    snooze(world, Reminder.UPDATE_NEEDED, world.now + 3 * DAY)
    world.wait(4 * DAY)

    updates = [f.at for f in facts(world, "defect.update")]
    assert len(updates) == 5
    assert all(later - earlier <= DAY for earlier, later in pairwise(updates))
    asked = came(world, Reminder.UPDATE_NEEDED)
    assert asked == [*before, world.now - DAY, updates[-1]]


def test_the_client_is_reminded_of_a_call_that_staff_put_off() -> None:
    """C11: both reminders; staff hear half an hour ahead."""
    world = called()
    call_at = at("2027-03-10 10:00")
    snooze(world, Reminder.CALL, call_at - HOUR / 2)
    world.wait_until(call_at + HOUR)

    assert world.told("call.reminder", to="client-1@example.org") == [call_at - DAY, call_at - HOUR]
    assert came(world, Reminder.CALL) == [call_at - DAY, call_at - HOUR / 2]


def test_an_end_outside_support_hours_brings_it_at_the_next_opening() -> None:
    """T10: put off until Sunday, it comes on Monday; no earlier one that waited comes besides."""
    world = world_of(a_defect("S2"), FRIDAY)
    deploy_at = at("2027-03-12 19:00")  # A Friday evening: engineering would hear on Monday.
    world.hear(ScheduleRelease, release="REL-1", deploy_at=deploy_at.isoformat())
    world.wait_until(deploy_at + DAY)
    snooze(world, Reminder.RELEASE_OVERDUE, deploy_at + 2 * DAY)
    world.wait(7 * DAY)

    opening = at("2027-03-15 07:00")
    assert world.told("defect.release_overdue", to="engineering") == [opening]


def test_said_again_its_end_is_another() -> None:
    """Earlier or later; one is on the list."""
    world = undecided()
    snooze(world, Reminder.RECLASSIFICATION, world.now + 3 * DAY)
    snooze(world, Reminder.RECLASSIFICATION, world.now + HOUR)
    assert len(world.status()["snoozed"]) == 1
    world.wait(HOUR)

    assert came(world, Reminder.RECLASSIFICATION)[1:] == [world.now]


def test_a_step_of_an_escalation_by_the_same_name_does_not_wait() -> None:
    """T7: a policy may give a step any name."""
    steps = [{"share": 0.5, "event": "defect.update_needed", "role": "engineering_manager"}]
    cadence = {"mode": "elapsed", "business_days_only": True}
    policy = eto_with("S2", rungs=steps, updates=cadence)
    world = world_of(a_defect("S2", under=policy), FRIDAY)
    world.wait_until(at("2027-05-03 12:00"))
    assert world.status()["update_written"] is False
    for day in range(10):
        snooze(world, Reminder.UPDATE_NEEDED, at("2027-05-04 12:00") + day * DAY + 6 * DAY)
        world.wait(DAY)

    staff = [e for e in world.carried_out if isinstance(e, NotifyStaff)]
    to_manager = [e.at for e in staff if e.role == "engineering_manager"]
    assert to_manager == [world.defect.confirmed_at + 60 * DAY]


# --- acknowledged notices -------------------------------------------------------------------------

ASKING = eto_asking(events=["reclassification.reminder"], repeat={"at_most": 2})


def test_what_is_to_be_acknowledged_is_not_put_off_instead() -> None:
    """T7: it is repeated until somebody says that they have seen it, and then it can be."""
    world = undecided(ASKING)
    with pytest.raises(InvalidCommand, match="reminder: is repeated until somebody acknowledges"):
        snooze(world, Reminder.RECLASSIFICATION, world.now + DAY)
    world.hear(Acknowledge)
    snooze(world, Reminder.RECLASSIFICATION, world.now + 3 * DAY)
    until = world.now + 3 * DAY
    world.wait_until(until + HOUR)

    told = came(world, Reminder.RECLASSIFICATION)
    assert told[1:] == [until, until + HOUR / 2, until + HOUR]
    assert [one.times for one in world.runner.status(world.now).to_acknowledge] == [3]


# --- refusals -------------------------------------------------------------------------------------


def refusal(world: World, reminder: str, until: datetime) -> str:
    """Why it cannot be put off."""
    with pytest.raises(InvalidCommand) as refused:
        world.hear(Snooze, reminder=reminder, until=until.isoformat())
    return str(refused.value)


@pytest.mark.parametrize(
    "event", ["defect.escalated", "defect.urgent", "defect.target_warning", "reminder"]
)
def test_an_escalation_is_never_put_off(event: str) -> None:
    """Nor what is told once, nor what does not exist: the refusal names what can be."""
    said = refusal(undecided(), event, FRIDAY + 5 * DAY)

    assert said.startswith("reminder: must be a reminder, call.reminder, case.client_wrote, ")
    assert said.endswith("reclassification.reminder: nothing else can be snoozed")


def test_a_reminder_of_others_is_none() -> None:
    """A defect books no calls."""
    said = refusal(undecided(), Reminder.CALL, FRIDAY + 5 * DAY)

    assert said == (
        "reminder: must be one of a defect: defect.update_needed, defect.release_overdue, "
        "reclassification.reminder"
    )


@pytest.mark.parametrize(
    "reminder", [Reminder.UPDATE_NEEDED, Reminder.RELEASE_OVERDUE, Reminder.RECLASSIFICATION]
)
def test_what_nobody_is_reminded_of_is_not_put_off(reminder: Reminder) -> None:
    """A request whose first reminder is to come yet, an update whose time is."""
    world = world_of(a_defect("S1"), FRIDAY)
    world.hear(RequestReclassification, **(ASKED | {"severity": "S2"}))
    said = refusal(world, reminder, FRIDAY + DAY)

    assert said == "reminder: has nothing to put off: nobody is reminded of it now"


@pytest.mark.parametrize("ahead", [-HOUR, timedelta(), 2 * DAY + MINUTE])
def test_the_end_lies_ahead_and_within_what_the_policy_allows(ahead: timedelta) -> None:
    """Both bounds are named."""
    world = undecided(eto_but("snooze", at_most_days=2))
    said = refusal(world, Reminder.RECLASSIFICATION, world.now + ahead)

    after, not_after = "2027-03-09T22:00:00Z", "2027-03-11T22:00:00Z"
    assert said == f"until: must be after {after} and not after {not_after}"
    snooze(world, Reminder.RECLASSIFICATION, world.now + 2 * DAY)


def test_a_call_is_not_put_off_until_it_has_begun() -> None:
    """C11."""
    world = called()
    said = refusal(world, Reminder.CALL, at("2027-03-10 10:00"))

    assert said == "until: must be earlier: by then there is nothing to be reminded of"


# --- whatever happens -----------------------------------------------------------------------------

_SAID = st.sampled_from(
    [
        (PostProgress, {"public_text": "We found the cause."}),
        (DraftUpdate, {"public_text": "It is being tested."}),
        (RequestReclassification, ASKED | {"severity": "S3"}),
        (DecideReclassification, {"approve": False, "reason": "it stays"}),
        (DecideReclassification, {"approve": True, "reason": "it is so"}),
        (Hold, {"reason": "we wait"}),
        (Resume, {}),
        (ChangeSeverity, {"severity": "S1", "reason": "worse"}),
        (ChangeSeverity, {"severity": "S2", "reason": "less"}),
        (Acknowledge, {}),
    ]
)
_SNOOZES = st.sampled_from(sorted(Reminder))
_ENDS = st.sampled_from([1, 40, 60 * 23, 60 * 24, 60 * 60, 60 * 24 * 7]).map(
    lambda minutes: minutes * MINUTE
)
_KEYS = re.compile(r"DEF-1/\d+/")


def _beside(world: World) -> list[str]:
    """Everything that went out but for reminders, without keys and numbers of the timeline."""
    lives: list[Effect] = [
        effect
        for effect in world.carried_out
        if not isinstance(effect, UpdateReadModel) and effect.event not in set(Reminder)
    ]
    found = []
    for effect in lives:
        said = effect.model_copy(update={"sequence": 0}).model_dump_json()
        found.append(_KEYS.sub("", said))
    return found


@QUIET
@given(
    start=STARTS,
    asks=st.booleans(),
    said=st.lists(
        st.tuples(OUTAGES, _SAID, st.none() | st.tuples(_SNOOZES, _ENDS)), min_size=1, max_size=10
    ),
)
def test_nothing_but_the_reminder_waits_and_nothing_is_forgotten(
    start: datetime, asks: bool, said: list[tuple[timedelta, Any, Any]]
) -> None:
    """Messages to clients, posts and escalations are those of a life in which nobody puts anything
    off; while a reminder is put off it does not come, and at the end it does."""
    under = eto_asking(goes_up={"engineering": "coo"}) if asks else ETO
    plain, put_off = (world_of(a_defect("S1", now=start, under=under), start) for _ in range(2))
    put_off.through_json = True
    deploy_at = (start + 3 * DAY).isoformat()
    for world in (plain, put_off):
        world.hear(ScheduleRelease, release="REL-1", deploy_at=deploy_at)
    for time, (command, fields), asked in said:
        for world in (plain, put_off):
            world.wait(time)
            with suppress(InvalidCommand):
                world.hear(command, **fields)
        if asked is not None:
            reminder, end = asked
            with suppress(InvalidCommand):
                snooze(put_off, reminder, put_off.now + end)
    for world in (plain, put_off):
        world.wait(9 * DAY)

    assert _beside(put_off) == _beside(plain)
    assert put_off.entity.snoozed == []
    for reminder in Reminder:
        _came_in_its_time(put_off, reminder)


def _came_in_its_time(world: World, reminder: Reminder) -> None:
    told, since = came(world, reminder), None
    happened = [*facts(world, "reminder.snoozed"), *facts(world, "reminder.snooze_ended")]
    for fact in sorted(happened, key=lambda fact: fact.sequence):
        if fact.details["about"] != reminder:
            continue
        if fact.event == "reminder.snoozed":
            since = since or fact.at
            continue
        assert since is not None
        assert not [when for when in told if since < when < fact.at]
        if fact.details["reason"] == "due" and world.entity.policy.calendar.is_open(fact.at):
            assert told.count(fact.at) == 1
        since = None
