"""Whatever is said to a release, in whatever order, its defects and everybody hear the truth once.

Random lives of releases whose defects are told slowly, in rounds, or not at all for a while.
"""

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.contract.defect import RetryDeliveries
from domain.contract.effects import AlignDefects, Lane, NotifyClients, NotifyStaff
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.release import (
    Announce,
    AttachDefects,
    CancelRelease,
    Deploy,
    DetachDefect,
    Freeze,
    Reschedule,
    Unfreeze,
)
from domain.contract.values import Command
from domain.views.operator_card import card
from tests.domain.builders import ETO, a_release, at
from tests.domain.lives import KEYS, OUTAGES, QUIET, TIMES
from tests.domain.world import CheckedReleaseWorld as ReleaseWorld
from tests.domain.world import release_world

NOTICE = "release.notice"
OVERDUE = "defect.release_overdue"
DEFECTS = st.lists(
    st.sampled_from([f"DEF-{number}" for number in range(1, 6)]), min_size=1, max_size=5
)
STARTS = st.sampled_from(
    [
        "2027-03-05 16:00",  # Friday afternoon
        "2027-03-12 23:55",  # two nights before the clock jumps ahead
        "2027-05-28 17:59",  # before a long weekend
        "2027-10-23 01:30",  # two weeks before the clock is put back
        "2027-12-23 17:00",  # before Christmas, observed on Friday
    ]
).map(at)
ON_ITS_WAY = timedelta(hours=2)
"""Longer than a message can take that was handed over before."""
AHEAD = TIMES | st.sampled_from([3, 15, 21]).map(lambda count: timedelta(days=count))


class ReleaseLife(RuleBasedStateMachine):
    """Everything that can be said to a release, in any order."""

    world: ReleaseWorld

    @initialize(now=STARTS, ahead=AHEAD, per_round=st.sampled_from([1, 2, 1_000]))
    def plan(self, now: datetime, ahead: timedelta, per_round: int) -> None:
        """A release is planned."""
        opened = a_release(now, deploy_at=(now + ahead).isoformat())
        self.world = release_world(opened, now, through_json=True)
        self.world.per_round = per_round
        self.plans = 1
        self.ended_at: datetime | None = None
        self.given_up: dict[datetime, datetime] = {}
        """Dates that do not hold any more, and since when."""
        self.stood_still = False
        self.lost: set[str] = set()
        """Defects that were out of reach at some time."""

    @property
    def release(self) -> Any:
        """The machine."""
        return self.world.release

    def say(self, model: type[Command], key: str | None = None, **fields: Any) -> None:
        """Say something that may be refused; counts what must change the plan."""
        before, ended = self.release.deploy_at, self.release.ended
        try:
            self.world.say(parse(model, {"actor": "agent-1", "key": key} | fields))
        except InvalidCommand as refused:
            self.world.runner.reject(model.name, str(refused), self.world.now)
        moved = self.release.deploy_at != before
        if moved:
            self.given_up[before] = self.world.now
            self.given_up.pop(self.release.deploy_at, None)
        if self.release.ended and not ended:
            self.ended_at = self.given_up[self.release.deploy_at] = self.world.now
        self.plans += moved + (self.release.ended and not ended)

    # --- what people say -------------------------------------------------------------------------

    @rule(defects=DEFECTS, key=KEYS)
    def attach(self, defects: list[str], key: str | None) -> None:
        """Fixes are in it."""
        self.say(AttachDefects, key, defects=defects)

    @rule(defects=DEFECTS, key=KEYS)
    def detach(self, defects: list[str], key: str | None) -> None:
        """One is not, after all."""
        self.say(DetachDefect, key, defect=defects[0], reason="late")

    @rule(ahead=AHEAD, key=KEYS)
    def move(self, ahead: timedelta, key: str | None) -> None:
        """Another date."""
        deploy_at = (self.world.now + ahead).isoformat()
        self.say(Reschedule, key, deploy_at=deploy_at, reason="late")

    @rule()
    def keep_the_date(self) -> None:
        """The same date again."""
        deploy_at = self.release.deploy_at.isoformat()
        self.say(Reschedule, deploy_at=deploy_at, reason="to be sure")

    @rule(key=KEYS)
    def announce(self, key: str | None) -> None:
        """Everybody shall know now."""
        self.say(Announce, key)

    @rule(frozen=st.booleans(), key=KEYS)
    def freeze(self, frozen: bool, key: str | None) -> None:
        """A candidate is built, or given up."""
        if frozen:
            self.say(Freeze, key, reason="candidate")
        else:
            self.say(Unfreeze, key)

    @rule(key=KEYS)
    def retry(self, key: str | None) -> None:
        """Somebody is impatient."""
        self.say(RetryDeliveries, key)

    @rule(out=st.booleans(), sure=st.sampled_from([True, False, False]), key=KEYS)
    def end(self, out: bool, sure: bool, key: str | None) -> None:
        """It is out, or will never be."""
        if sure and out:
            self.say(Deploy, key)
        elif sure:
            self.say(CancelRelease, key, reason="never")

    @rule(ahead=AHEAD, change=st.sampled_from(["move", "move", "end"]))
    def change_a_plan_nobody_could_be_told_of(self, ahead: timedelta, change: str) -> None:
        """The mail server is down while it is announced, and then it does not hold."""
        self.outage(Lane.CLIENTS, timedelta(days=3))
        self.say(Announce)
        self.world.wait(timedelta(hours=1))
        if change == "move":
            self.move(ahead, None)
        else:
            self.end(ahead > timedelta(days=1), True, None)

    # --- what happens outside --------------------------------------------------------------------

    @rule(defect=st.sampled_from(["DEF-1", "DEF-5"]), absent=st.booleans())
    def lose(self, defect: str, absent: bool) -> None:
        """A defect does not run here, or does again."""
        (self.world.absent.add if absent else self.world.absent.discard)(defect)
        self.lost.add(defect)

    @rule(time=TIMES)
    def wait(self, time: timedelta) -> None:
        """Time passes."""
        self.world.wait(time)

    @rule(hours=st.sampled_from([0, 1, 50]))
    def wait_for_the_hour(self, hours: int) -> None:
        """Until the release should be out, or so long after."""
        until = self.release.deploy_at + timedelta(hours=hours)
        self.world.wait_until(max(self.world.now, until))

    @rule(
        lane=st.sampled_from([Lane.WORKFLOWS, Lane.WORKFLOWS, Lane.CLIENTS, Lane.READ_MODEL]),
        minutes=st.sampled_from([0, 10, 90]),
    )
    def slow(self, lane: Lane, minutes: int) -> None:
        """Defects, people or the portal take their time."""
        self.world.places[lane].latency = timedelta(minutes=minutes)

    @rule(lane=st.sampled_from([Lane.WORKFLOWS, Lane.CLIENTS, Lane.READ_MODEL]), time=OUTAGES)
    def outage(self, lane: Lane, time: timedelta) -> None:
        """Something is down."""
        self.world.places[lane].down_until = self.world.now + time

    @rule(time=OUTAGES)
    def no_worker(self, time: timedelta) -> None:
        """No worker runs."""
        self.stood_still = True
        self.world.stand_still_until(self.world.now + time)

    # --- what holds after every step -------------------------------------------------------------

    def notices(self) -> list[NotifyClients]:
        """What everybody was told, retractions left out."""
        told = [e for e in self.world.carried_out if isinstance(e, NotifyClients)]
        return [effect for effect in told if effect.people is None]

    @invariant()
    def each_notice_comes_once_and_of_what_lies_ahead(self) -> None:
        """R2: none of a date that does not hold any more, but for the one on its way then."""
        days = Counter(notice.facts.get("days") for notice in self.notices())
        assert all(days[notice.days] <= 1 for notice in self.release.announcements.notices)
        for notice in self.notices():
            ahead = notice.at < datetime.fromisoformat(notice.facts["deploy_at"])
            assert ahead or "cancelled" in notice.facts
            assert self.ended_at is None or notice.at <= self.ended_at
        came = {arrived.key: arrived.at for arrived in self.world.delivered}
        for notice in [] if self.stood_still else self.notices():
            given_up = self.given_up.get(datetime.fromisoformat(notice.facts["deploy_at"]))
            if "cancelled" in notice.facts:
                continue
            assert given_up is None or came[notice.key] <= given_up + ON_ITS_WAY

    @invariant()
    def the_plan_has_as_many_versions_as_it_was_changed(self) -> None:
        """R3."""
        assert self.release.plan_version == self.plans

    @invariant()
    def the_newest_plan_is_told_or_is_going_to_be(self) -> None:
        """R3: nothing between leaves the defects with an older one."""
        if not self.release.fan_outs:
            assert self.plans == 1
            return
        last = self.release.fan_outs[-1]
        lanes = self.world.outbox.lanes
        waiting = lanes[Lane.WORKFLOWS].waiting if Lane.WORKFLOWS in lanes else []
        on_its_way = [e.key for e in waiting if isinstance(e, AlignDefects)]
        assert last.plan_version == self.plans
        assert (last.key in on_its_way) == (last.ended_at is None)
        assert not last.superseded

    @invariant()
    def who_does_not_run_here_is_named_once(self) -> None:
        """And only who did not run when they should have been told the last time."""
        missing = self.release.missing
        assert len(set(missing)) == len(missing)
        assert not self.world.idle or set(missing) <= self.world.unreached

    @invariant()
    def no_defect_hears_of_an_older_plan_after_a_newer(self) -> None:
        """R3, R4: the deployment, or the end, has the last word."""
        newest: dict[str, int] = {}
        for word in self.world.words:
            assert word.plan_version >= newest.get(word.defect, 0)
            newest[word.defect] = word.plan_version

    @invariant()
    def when_everything_is_done_everyone_knows_how_the_plan_stands(self) -> None:
        """R3, R4: and it is finished only then."""
        assert not (self.release.finished and not self.release.ended)
        if not (self.world.idle or self.release.finished):
            return
        out = self.release.deployed_at is not None
        for defect, member in self.world.members.items():
            last = self.world.last_words.get(defect)
            if defect in self.lost:
                continue
            if last is None:
                assert not member.attached
            elif self.release.cancelled_at is not None or not member.attached:
                assert last.what == "withdrawn"
            else:
                assert last.what == ("deployed" if out else "scheduled")
                assert last.deploy_at == self.release.deploy_at
        attached = sum(member.attached for member in self.world.members.values())
        assert self.release.attached == attached

    @invariant()
    def engineering_is_asked_once_per_date_and_in_support_hours(self) -> None:
        """R5, T10: the staff's own lane is prompt here."""
        asked = [
            effect
            for effect in self.world.carried_out
            if isinstance(effect, NotifyStaff) and effect.event == OVERDUE
        ]
        assert len({effect.facts["deploy_at"] for effect in asked}) == len(asked)
        if not self.stood_still:
            told = [came.at for came in self.world.delivered if came.event == OVERDUE]
            assert [when for when in told if not ETO.calendar.is_open(when)] == []

    @invariant()
    def it_can_be_looked_at(self) -> None:
        """Status and card never fail, and are plain JSON and text."""
        status = self.world.status()
        assert json.loads(json.dumps(status)) == status
        assert card(self.world.runner, self.world.now)

    def teardown(self) -> None:
        """In the end everybody was told."""
        if not hasattr(self, "world"):
            return
        for place in self.world.places.values():
            place.latency, place.down_until = timedelta(0), None
        self.world.wait(timedelta(days=1))
        assert self.world.idle
        self.when_everything_is_done_everyone_knows_how_the_plan_stands()
        assert self.release.finished == self.release.ended


TestReleaseLife = ReleaseLife.TestCase
TestReleaseLife.settings = QUIET
