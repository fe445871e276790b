"""Whatever is said to a defect, in whatever order, and however badly the outside behaves.

`simulation/oracle/audit.py` judges these random lives.
"""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.contract.defect import (
    Absorb,
    AdoptPolicy,
    AreaWorkStarted,
    AttachCase,
    ChangeSeverity,
    DecideReclassification,
    DefectStart,
    DetachCase,
    GiveBack,
    Hold,
    MergeInto,
    OfferWorkaround,
    PostProgress,
    RecordSeverityFeedback,
    ReleaseDeployed,
    Reopen,
    RequestReclassification,
    Resolve,
    Resume,
    RetryDeliveries,
    ScheduleRelease,
    StopWaiting,
    UndoMerge,
    WaitForClient,
    WithdrawRelease,
)
from domain.contract.effects import Lane
from domain.contract.events import Reminder
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.staff_notices import Snooze
from domain.contract.values import Command, Severity
from domain.defect import DEFECT
from domain.defect.state import Defect
from domain.policy import PinnedPolicy
from domain.runner import Runner
from domain.views.explain import explain
from domain.views.operator_card import card
from simulation.oracle.audit import audit
from simulation.oracle.expected_state import History, StateHistory
from simulation.oracle.matching import Broken
from simulation.oracle.obligations import Obligations
from tests.domain.builders import ETO, SERVICE_LEVELS, attachment, defect_start
from tests.domain.lives import (
    DAYS,
    HOURS,
    KEYS,
    MINUTES,
    OUTAGES,
    PUBLIC,
    QUIET,
    SECRET,
    STARTS,
    TIMES,
)
from tests.domain.world import CheckedWorld as World
from tests.soak import lives

PATIENTLY = st.sampled_from([0.04, 1, 3, 5, 8]).map(lambda count: timedelta(days=count))
SEVERITIES = st.sampled_from(["S1", "S1", "S1", "S2", "S2", "S3", "S4"])
PEOPLE = st.sampled_from(["client-1", "client-2", "client-3"])
CASES = st.sampled_from([f"CASE-{number}" for number in range(1, 6)])
RELEASES = st.sampled_from(["REL-1", "REL-2"])
PLAN_VERSIONS = st.sampled_from([None, None, 1, 2, 3])
REFUSES = st.sampled_from([None, "DEF-2: state: is resolved; reopen it first"])

REMINDERS = st.sampled_from(
    [Reminder.UPDATE_NEEDED, Reminder.RELEASE_OVERDUE, Reminder.RECLASSIFICATION]
)
RARELY = st.sampled_from([*[False] * 7, True])


def attachments() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Mostly some; a client's cases share an address."""
    some = st.lists(st.tuples(CASES, PEOPLE), min_size=1, max_size=3)
    return st.builds(
        lambda pairs, none: [attachment(*pair) for pair in pairs if not none], some, RARELY
    )


@st.composite
def pasts(draw: st.DrawFn) -> dict[str, Any] | None:
    """Mostly none; else how long ago each thing was, and when a release will be or was."""
    if not draw(st.sampled_from([False, False, False, True])):
        return None
    ago = draw(TIMES)
    return {
        "confirmed_at": -ago,
        "severity_since": draw(st.sampled_from([None, -ago, -ago / 2])),
        "held_since": draw(st.sampled_from([None, None, -ago / 2, -ago / 3])),
        "resolved_at": -ago / 4 if draw(RARELY) else None,
        "deploy_at": draw(st.sampled_from([ago, None, -ago])),
        "holds": draw(st.sampled_from([[], [(0.9, 0.8)], [(1, 0.95), (0.75, 0.55)]])),
    }


class DefectLife(RuleBasedStateMachine):
    """Everything that can be said to a defect, in any order."""

    policy: PinnedPolicy = ETO
    world: World
    start: DefectStart
    _course: StateHistory
    _so_far: tuple[int, Any] | None = None

    @initialize(
        now=STARTS,
        severity=SEVERITIES,
        cases=attachments(),
        material=st.booleans(),
        blocks_access=st.booleans(),
        past=pasts(),
    )
    def confirm(
        self,
        now: Any,
        severity: str,
        cases: list[dict[str, Any]],
        material: bool,
        blocks_access: bool,
        past: dict[str, Any] | None,
    ) -> None:
        """A defect is confirmed, or imported."""
        fields = defect_start(severity, material=material, blocks_access=blocks_access)
        fields |= {"cases": cases, "internal_description": SECRET}
        if past is not None:
            shares = past.pop("holds")
            instants = {name: now + ago for name, ago in past.items() if ago is not None}
            ago = past["confirmed_at"]
            holds = [{"since": now + a * ago, "until": now + b * ago} for a, b in shares]
            deploy_at = instants.pop("deploy_at", None)
            plan = {"id": "REL-1", "deploy_at": deploy_at} if deploy_at else None
            fields |= {"past": instants | {"release": plan, "holds": holds}}
        self.start = parse(DefectStart, fields)
        runner = Runner.begin(DEFECT, "DEF-1", self.start, self.policy, now)
        self.world = World(runner, now, through_json=True)
        self.confirmed_at = now

    @property
    def defect(self) -> Defect:
        """The machine."""
        assert isinstance(self.world.entity, Defect)
        return self.world.entity

    def say(self, model: type[Command], key: str | None = None, **fields: Any) -> None:
        """Say something that may be refused."""
        try:
            self.world.say(parse(model, {"actor": "agent-1", "key": key} | fields))
        except InvalidCommand as refused:
            self.world.runner.reject(model.name, str(refused), self.world.now)

    def revive(self) -> None:
        """Go on with a defect that is over, and have somebody who is hit by it."""
        if self.defect.merge.into is not None:
            self.say(UndoMerge, reason=SECRET)
        elif not self.defect.active:
            self.say(Reopen, reason=SECRET)
        if not self.defect.cases:
            self.say(AttachCase, **attachment())

    # --- what people and other workflows say -----------------------------------------------------

    @rule(severity=SEVERITIES, key=KEYS)
    def change_severity(self, severity: str, key: str | None) -> None:
        """It is reclassified."""
        self.say(ChangeSeverity, key, severity=severity, reason=SECRET)

    @rule(case=CASES, client=PEOPLE, key=KEYS)
    def attach(self, case: str, client: str, key: str | None) -> None:
        """Somebody else has it too, or the same person again."""
        self.say(AttachCase, key, **attachment(case, client))

    @rule(place=st.integers(0, 3), key=KEYS)
    def detach(self, place: int, key: str | None) -> None:
        """A case was about something else; sometimes one that is not attached."""
        attached = [*self.defect.cases.numbers, "CASE-9"]
        case = attached[min(place, len(attached) - 1)]
        self.say(DetachCase, key, case=case, reason=SECRET)

    @rule(
        text=st.one_of(st.none(), PUBLIC),
        note=st.sampled_from([None, SECRET]),
        stage=st.sampled_from([None, "identified", "fixing"]),
        key=KEYS,
    )
    def progress(
        self, text: str | None, note: str | None, stage: str | None, key: str | None
    ) -> None:
        """Somebody writes how it goes."""
        fields = {"public_text": text, "internal_note": note, "stage": stage}
        self.say(PostProgress, key, **fields)

    @rule(text=PUBLIC, effort=st.sampled_from(["easy", "laborious"]), key=KEYS)
    def workaround(self, text: str, effort: str, key: str | None) -> None:
        """There is a way round it."""
        self.say(OfferWorkaround, key, description=text, effort=effort)

    @rule(key=KEYS)
    def hold(self, key: str | None) -> None:
        """It waits for something."""
        self.say(Hold, key, reason=SECRET)

    @rule(key=KEYS)
    def resume(self, key: str | None) -> None:
        """It waits no more."""
        self.say(Resume, key, reason=SECRET)

    @rule(place=st.integers(0, 4), waits=st.booleans(), key=KEYS)
    def wait_for_client(self, place: int, waits: bool, key: str | None) -> None:
        """A case waits for its client, or does no more; sometimes one that is not attached."""
        cases = [*self.defect.cases.numbers, "CASE-9"]
        command = WaitForClient if waits else StopWaiting
        self.say(command, key, case=cases[min(place, len(cases) - 1)])

    @rule(
        time=PATIENTLY,
        then=st.sampled_from(["answer", "attach", "absorb", "detach", "resume", "rest"]),
    )
    def wait_for_everyone(self, time: timedelta, then: str) -> None:
        """Every case waits for its client, until something changes that, or nothing does."""
        self.revive()
        cases = list(self.defect.cases.numbers)
        for case in cases:
            self.say(WaitForClient, case=case)
        self.world.wait(time)
        match then:
            case "answer" if cases:
                self.say(StopWaiting, case=cases[0])
            case "attach":
                self.say(AttachCase, **attachment("CASE-6", "client-2"))
            case "absorb":
                more = [attachment("CASE-7", "client-1")]
                self.say(Absorb, defect="DEF-3", cases=more)
            case "detach" if cases:
                self.say(DetachCase, case=cases[0], reason=SECRET)
            case "resume":
                self.say(Resume)

    @rule(reminder=REMINDERS, ahead=TIMES, key=KEYS)
    def put_off(self, reminder: Reminder, ahead: timedelta, key: str | None) -> None:
        """A reminder to staff can wait."""
        self.say(Snooze, key, reminder=reminder, until=(self.world.now + ahead).isoformat())

    @rule(
        place=st.integers(0, 3),
        severity=SEVERITIES,
        time=PATIENTLY,
        decision=st.sampled_from([None, True, False]),
        key=KEYS,
    )
    def ask_for_another_severity(
        self, place: int, severity: str, time: timedelta, decision: bool | None, key: str | None
    ) -> None:
        """A client thinks it should be classified otherwise, and waits for a decision."""
        self.revive()
        clients = [*self.defect.cases.clients, "client-9"]
        client = clients[min(place, len(clients) - 1)]
        fields = {"client": client, "severity": severity, "justification": SECRET}
        self.say(RequestReclassification, key, **fields)
        self.world.wait(time)
        if decision is not None:
            reason = "We looked at it together."
            self.say(DecideReclassification, approve=decision, reason=reason)

    @rule(approve=st.booleans(), reason=PUBLIC, key=KEYS)
    def decide(self, approve: bool, reason: str, key: str | None) -> None:
        """Client success decides."""
        self.say(DecideReclassification, key, approve=approve, reason=reason)

    @rule(area=st.sampled_from(["login", "login", "reports"]), key=KEYS)
    def area_work(self, area: str, key: str | None) -> None:
        """R6: work begins in an area; nobody gets a mail."""
        self.world.settle()
        told = len(self.world.delivered)
        self.say(AreaWorkStarted, key, functional_area=area, note=SECRET)
        assert len(self.world.delivered) == told

    @rule(time=MINUTES | HOURS)
    def wait_and_hold(self, time: timedelta) -> None:
        """Work goes on for a while, and rests for as long."""
        self.world.wait(time)
        self.say(Hold, reason=SECRET)
        self.world.wait(time)
        self.say(Resume)

    @rule(severity=SEVERITIES, time=TIMES)
    def reclassify_for_a_while(self, severity: str, time: timedelta) -> None:
        """It looks different for a while."""
        before = self.defect.severity
        self.say(ChangeSeverity, severity=severity, reason=SECRET)
        self.world.wait(time)
        self.say(ChangeSeverity, severity=before, reason=SECRET)

    @rule(
        release=RELEASES,
        ahead=TIMES,
        past=RARELY,
        plan_version=PLAN_VERSIONS,
        how=st.sampled_from([{}, {"watched": True}, {"watched": True, "moved": True}]),
        key=KEYS,
    )
    def schedule(
        self,
        release: str,
        ahead: timedelta,
        past: bool,
        plan_version: int | None,
        how: dict[str, bool],
        key: str | None,
    ) -> None:
        """The fix is planned for a release, or the plan moves."""
        self.revive()
        deploy_at = self.world.now - ahead if past else self.world.now + ahead
        fields = {"release": release, "deploy_at": deploy_at, "plan_version": plan_version}
        self.say(ScheduleRelease, key, **fields, **how)

    @precondition(lambda self: self.defect.plan.release is not None)
    @rule(watched=st.booleans(), key=KEYS)
    def schedule_again(self, watched: bool, key: str | None) -> None:
        """The same plan is said twice."""
        planned = self.defect.plan.release
        assert planned is not None
        fields = {"release": planned.id, "deploy_at": planned.deploy_at, "watched": watched}
        self.say(ScheduleRelease, key, **fields)

    @precondition(lambda self: self.defect.plan.release is not None)
    @rule(ahead=TIMES)
    def move(self, ahead: timedelta) -> None:
        """The release moves."""
        planned = self.defect.plan.release
        assert planned is not None
        deploy_at = self.world.now + ahead
        self.say(ScheduleRelease, release=planned.id, deploy_at=deploy_at)

    @rule(release=RELEASES, plan_version=PLAN_VERSIONS, key=KEYS)
    def withdraw(self, release: str, plan_version: int | None, key: str | None) -> None:
        """The fix is taken out of a release."""
        fields = {"release": release, "plan_version": plan_version, "reason": SECRET}
        self.say(WithdrawRelease, key, **fields)

    @rule(release=RELEASES, plan_version=PLAN_VERSIONS, key=KEYS)
    def deployed(self, release: str, plan_version: int | None, key: str | None) -> None:
        """A release is out."""
        self.say(ReleaseDeployed, key, release=release, plan_version=plan_version)

    @rule(refuses=REFUSES, key=KEYS)
    def merge(self, refuses: str | None, key: str | None) -> None:
        """It is the same as another, which takes its cases or does not."""
        self.world.other_refuses = refuses
        self.say(MergeInto, key, defect="DEF-2", reason=SECRET)

    @rule(refuses=REFUSES, key=KEYS)
    def undo_merge(self, refuses: str | None, key: str | None) -> None:
        """It is not the same after all."""
        self.world.other_refuses = refuses
        self.say(UndoMerge, key, reason=SECRET)

    @rule(time=TIMES)
    def merge_for_a_while(self, time: timedelta) -> None:
        """It seems to be the same as another."""
        self.revive()
        self.world.other_refuses = None
        self.say(MergeInto, defect="DEF-2", reason=SECRET)
        self.world.wait(time)
        self.say(UndoMerge, reason=SECRET)

    @rule(
        time=MINUTES | HOURS,
        refuses=REFUSES,
        meanwhile=st.sampled_from(
            ["deployed", "deployed", "severity", "hold", "waiting", "waiting", "progress"]
        ),
    )
    def merge_slowly(self, time: timedelta, refuses: str | None, meanwhile: str) -> None:
        """The other defect takes its time to answer, and things are said meanwhile."""
        place, self.world.other_refuses = self.world.places[Lane.WORKFLOWS], refuses
        latency, place.latency = place.latency, time
        if self.defect.merge.into is not None:
            self.say(UndoMerge, reason=SECRET)
        else:
            self.say(MergeInto, defect="DEF-2", reason=SECRET)
        self.world.wait(time / 2)
        place.latency = latency
        match meanwhile:
            case "deployed":
                planned = self.defect.plan.release.id if self.defect.plan.release else "REL-1"
                self.say(ReleaseDeployed, release=planned, plan_version=3)
            case "severity":
                self.say(ChangeSeverity, severity="S1", reason=SECRET)
            case "hold":
                self.say(Hold, reason=SECRET)
            case "waiting":
                for case in self.defect.cases.numbers:
                    self.say(WaitForClient, case=case)
            case _:
                self.say(PostProgress, public_text="We found the cause.")
        self.world.wait(time)

    @rule(
        cases=attachments(),
        defect=st.sampled_from(["DEF-3", "DEF-4"]),
        time=PATIENTLY,
        back=st.booleans(),
        key=KEYS,
    )
    def absorb(
        self,
        cases: list[dict[str, Any]],
        defect: str,
        time: timedelta,
        back: bool,
        key: str | None,
    ) -> None:
        """Another defect is the same as this one, for good or for a while."""
        self.revive()
        self.say(Absorb, key, defect=defect, cases=cases)
        self.world.wait(time)
        if back:
            numbers = [taken["case"] for taken in cases]
            self.say(GiveBack, defect=defect, cases=numbers)

    @rule(client=PEOPLE, severity=SEVERITIES)
    def feedback(self, client: str, severity: str) -> None:
        """A client says how bad it is."""
        self.say(RecordSeverityFeedback, client=client, severity=severity, comment=SECRET)

    @rule(text=st.one_of(st.none(), PUBLIC), key=KEYS)
    def resolve(self, text: str | None, key: str | None) -> None:
        """It is done."""
        self.say(Resolve, key, resolution=SECRET, public_text=text)

    @rule(key=KEYS)
    def reopen(self, key: str | None) -> None:
        """It was not."""
        self.say(Reopen, key, reason=SECRET)

    @rule(time=TIMES)
    def resolve_for_a_while(self, time: timedelta) -> None:
        """It seems to be done."""
        self.say(Resolve, resolution=SECRET)
        self.world.wait(time)
        self.say(Reopen, reason=SECRET)

    @rule()
    def adopt_the_same_policy(self) -> None:
        """T8: the version it already has changes nothing that is due."""
        agenda = [(due.at, due.what) for due in self.world.agenda()]
        self.world.adopt(self.policy, parse(AdoptPolicy, {"actor": "agent-1", "policy": "eto"}))
        assert [(due.at, due.what) for due in self.world.agenda()] == agenda

    @rule()
    def retry(self) -> None:
        """Somebody is impatient."""
        self.say(RetryDeliveries)

    @rule(time=MINUTES)
    def wait_a_little(self, time: timedelta) -> None:
        """Minutes pass."""
        self.world.wait(time)

    @rule(time=HOURS)
    def wait_a_day(self, time: timedelta) -> None:
        """A day passes, or two."""
        self.world.wait(time)

    @rule(time=DAYS)
    def wait_long(self, time: timedelta) -> None:
        """Days or months pass."""
        self.world.wait(time)

    # --- what holds after every step -------------------------------------------------------------

    def history(self) -> History:
        """The log so far."""
        return History(
            start=self.start,
            confirmed_at=self.confirmed_at,
            until=self.world.now,
            said=self.world.said,
            delivered=self.world.delivered,
        )

    @property
    def course(self) -> StateHistory:
        """What the log says of every moment, worked out once per step."""
        so_far = (len(self.world.said), self.world.now)
        if so_far != self._so_far:
            self._so_far, self._course = so_far, StateHistory(self.history())
        return self._course

    def broken(self, grace: timedelta) -> tuple[Broken, ...]:
        """What the oracle finds."""
        return audit(self.history(), self.policy, grace).broken

    @invariant()
    def the_due_instant_follows_from_the_log(self) -> None:
        """T2: after any sequence of severities, holds and resolutions."""
        defect, far = self.defect, self.world.now + timedelta(days=3_000)
        course = StateHistory(replace(self.history(), until=far))
        obligations, now = Obligations(course, self.policy), course.stands[-1]
        runs = not (now.held or now.over) and obligations.has_target(now.severity)
        assert (defect.target_due_at is not None) is runs
        if runs:
            assert defect.target_due_at == obligations.spent_at(now.severity)

    @invariant()
    def its_state_follows_from_the_log(self) -> None:
        """T2: held by staff or for clients; merged by receipt only."""
        now = self.course.stands[-1]
        defect = self.defect
        assert (defect.hold.since is not None) is now.held
        assert (defect.merge.at is not None) is now.merged
        assert defect.active is not now.over

    @invariant()
    def who_was_there_before_hears_of_no_merge(self) -> None:
        """C9: only those who did not know the number."""
        merged = [came for came in self.world.delivered if came.event == "defect.merged"]
        stays = self.course.stays
        for came in merged:
            at = came.decided_at or came.at
            before = [s for s in stays if s.recipient == came.recipient and s.start.at < at]
            assert [stay for stay in before if stay.end.at > at] == []

    @invariant()
    def no_effect_happens_twice(self) -> None:
        """An effect's key is its own for ever."""
        keys = Counter(effect.key for effect in self.world.carried_out)
        assert [key for key, times in keys.items() if times > 1] == []

    @invariant()
    def it_can_be_looked_at(self) -> None:
        """Status, explanation and card never fail, and are plain JSON and text."""
        now = self.world.now
        status = self.world.status()
        assert json.loads(json.dumps(status)) == status
        explained = explain(self.world.runner, now)
        assert json.loads(json.dumps(explained)) == explained
        assert card(self.world.runner, now)


class PromptWorld(DefectLife):
    """Everything is delivered the instant it is handed out: every promise is kept exactly."""

    @invariant()
    def every_promise_is_kept(self) -> None:
        """Nothing broken, nothing even late, and nothing on record as missed."""
        assert self.broken(timedelta(0)) == ()
        assert self.defect.updates.missed == 0
        assert self.world.idle

    @invariant()
    def a_merged_defect_says_nothing(self) -> None:
        """To clients or staff, until the merge is undone."""
        for stand in self.course.stands:
            if stand.merged:
                silent = [c for c in self.world.delivered if stand.start.at < c.at < stand.end.at]
                assert silent == []

    @invariant()
    def reminders_to_decide_keep_to_support_hours(self) -> None:
        """D4, T10: none before two business days are over, none twice within one."""
        requests = self.course.requests
        for came in self.world.told("reclassification.reminder"):
            assert self.policy.calendar.is_open(came)
            asked = next(r for r in requests if r.start.at < came <= r.end.at)
            assert self.policy.calendar.business_days_between(asked.start.at, came) >= 2


def _with_special_days() -> PinnedPolicy:
    """A page of service levels, where clocks change, holidays fall and single dates are open."""
    content = SERVICE_LEVELS.model_dump()
    content["calendar"] = ETO.calendar.model_dump() | {
        "hours": SERVICE_LEVELS.calendar.hours,
        "also_open": [
            "2027-03-06",
            {"date": "2027-03-08", "hours": [["12:00", "13:00"]]},
            {"date": "2027-03-14", "hours": [["01:30", "04:00"]]},
            "2027-07-05",
            {"date": "2027-11-07", "hours": [["01:00", "02:00"]]},
            "2027-11-25",
        ],
    }
    updates = {"mode": "fixed_hour", "local_time": "09:00", "business_days_only": True}
    for severity in ("S2", "S3"):
        content["severities"][Severity(severity)]["updates"] = updates
    return PinnedPolicy.model_validate(content)


class PromptWorldOfHours(PromptWorld):
    """Budgets of hours, hours by severity, steps beyond the target, days that are also open."""

    policy = _with_special_days()


PATIENCE = timedelta(days=30)
"""Longer than any message can be held up by the outages below."""


class DisturbedWorld(DefectLife):
    """Lanes are slow or down, workers stand still: nothing is lost, doubled or hidden."""

    stood_still = False

    @rule(
        lane=st.sampled_from(Lane),
        latency=st.sampled_from([0, 10, 240, 2_400]).map(lambda s: timedelta(seconds=s)),
    )
    def slow(self, lane: Lane, latency: timedelta) -> None:
        """A lane takes its time."""
        self.world.places[lane].latency = latency

    @rule(lane=st.sampled_from(Lane), time=OUTAGES)
    def outage(self, lane: Lane, time: timedelta) -> None:
        """A lane is down; not again until it has had time to recover."""
        place = self.world.places[lane]
        if place.down_until is None or self.world.now > place.down_until + timedelta(days=1):
            place.down_until = self.world.now + time

    @rule(time=OUTAGES)
    def no_worker(self, time: timedelta) -> None:
        """No worker runs."""
        self.stood_still = True
        self.world.stand_still_until(self.world.now + time)

    @invariant()
    def only_what_is_on_record_was_missed(self) -> None:
        """T9: late updates are counted by the state; everything else came, once and in time."""
        broken = self.broken(PATIENCE)
        late = Counter(b.recipient for b in broken if b.clause == "T6" and "no update" in b.what)
        assert max(late.values(), default=0) <= self.defect.updates.missed
        others = [b for b in broken if b.clause != "T6" or "no update" not in b.what]
        if self.stood_still:  # What lapsed meanwhile is rightly left out.
            others = [b for b in others if not b.what.startswith("no ")]
        assert others == []

    def teardown(self) -> None:
        """In the end everything is delivered."""
        if not hasattr(self, "world"):
            return
        for place in self.world.places.values():
            place.latency, place.down_until = timedelta(0), None
        self.world.wait(timedelta(days=1))
        assert self.world.idle
        self.world.wait(PATIENCE)
        self.only_what_is_on_record_was_missed()


TestPromptWorld = PromptWorld.TestCase
TestPromptWorld.settings = settings(QUIET, max_examples=lives(40))
TestPromptWorldOfHours = PromptWorldOfHours.TestCase
TestPromptWorldOfHours.settings = settings(QUIET, max_examples=lives(40))
TestDisturbedWorld = DisturbedWorld.TestCase
TestDisturbedWorld.settings = settings(QUIET, max_examples=lives(40))
