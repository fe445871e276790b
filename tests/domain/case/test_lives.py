"""Whatever is said to a case, in whatever order: the promises hold. Random lives."""

import json
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.case import CASE
from domain.case.state import Case
from domain.contract.case import (
    Answer,
    AssessCritical,
    CaseStart,
    CloseCase,
    ConfirmDefect,
    DefectResolved,
    ProvideInformation,
    RequestInformation,
    Respond,
)
from domain.contract.effects import NotifyClients
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Command
from domain.runner import Runner
from domain.views.operator_card import card
from simulation.oracle.expected_state import Moved, Said
from tests.domain.builders import ETO, case_start
from tests.domain.lives import KEYS, PUBLIC, QUIET, SECRET, STARTS, TIMES
from tests.domain.world import CheckedWorld as World


def first_of_each_key(said: list[Said | Moved]) -> list[Said]:
    """What had an effect: a repeated key changes nothing."""
    first: dict[str, Said] = {}
    commands = [one for one in said if isinstance(one, Said)]
    return [
        one for one in commands if one is first.setdefault(one.command.key or str(id(one)), one)
    ]


class CaseLife(RuleBasedStateMachine):
    """Everything that can be said to a case, in any order; delivery is prompt."""

    world: World

    @initialize(
        now=STARTS,
        channel=st.sampled_from(["email", "portal", "emergency_line", "phone", "chat"]),
        subject=st.sampled_from(["A question", "CRITICAL: all is lost"]),
        priority=st.sampled_from(["normal", "critical"]),
        gaps=st.sets(st.sampled_from(["who_am_i", "steps", "feature", "form_or_report"])),
    )
    def log(self, now: Any, channel: str, subject: str, priority: str, gaps: set[str]) -> None:
        """Somebody gets in touch."""
        fields = case_start(
            channel=channel, subject=subject, priority=priority, description=SECRET
        ) | dict.fromkeys(gaps, " ")
        runner = Runner.begin(CASE, "CASE-1", parse(CaseStart, fields), ETO, now)
        self.world = World(runner, now, through_json=True)
        self.opened_at = now
        self.critical = runner.entity.priority == "critical"

    @property
    def case(self) -> Case:
        """The machine."""
        assert isinstance(self.world.entity, Case)
        return self.world.entity

    def say(self, model: type[Command], key: str | None = None, **fields: Any) -> None:
        """Say something that may be refused."""
        try:
            self.world.say(parse(model, {"actor": "agent-1", "key": key} | fields))
        except InvalidCommand as refused:
            self.world.runner.reject(model.name, str(refused), self.world.now)

    @rule(message=PUBLIC, key=KEYS)
    def respond(self, message: str, key: str | None) -> None:
        """A specialist writes."""
        self.say(Respond, key, message=message)

    @rule(items=st.lists(st.sampled_from(["steps", "A screenshot", "due by Friday"])), key=KEYS)
    def request(self, items: list[str], key: str | None) -> None:
        """A specialist asks for something."""
        self.say(RequestInformation, key, items=items)

    @rule(
        given=st.dictionaries(
            st.sampled_from(["who_am_i", "steps", "feature", "form_or_report", "note"]),
            st.sampled_from([" ", "Here it is"]),
        ),
        key=KEYS,
    )
    def provide(self, given: dict[str, str], key: str | None) -> None:
        """The client answers."""
        self.say(ProvideInformation, key, **given)

    @rule(justified=st.booleans(), key=KEYS)
    def assess(self, justified: bool, key: str | None) -> None:
        """A specialist looks whether it is critical."""
        self.say(AssessCritical, key, justified=justified, reason=SECRET)

    @rule(
        known=st.sampled_from([None, "DEF-9"]),
        described=st.booleans(),
        possible=st.booleans(),
        key=KEYS,
    )
    def confirm_defect(
        self, known: str | None, described: bool, possible: bool, key: str | None
    ) -> None:
        """It is a defect, new or known."""
        self.world.defect_for_cases = "DEF-9" if possible else None
        fields = {"severity": "S2", "title": "It fails", "functional_area": "login"}
        said = {"defect": known, "internal_description": SECRET} | (fields if described else {})
        self.say(ConfirmDefect, key, **said)

    @rule(message=PUBLIC, key=KEYS)
    def answer(self, message: str, key: str | None) -> None:
        """That was all."""
        self.say(Answer, key, message=message)

    @rule(key=KEYS)
    def close(self, key: str | None) -> None:
        """It leads nowhere."""
        self.say(CloseCase, key, reason=SECRET)

    @rule(defect=st.sampled_from(["DEF-9", "DEF-10"]), key=KEYS)
    def resolved(self, defect: str, key: str | None) -> None:
        """A defect says that it is resolved."""
        self.say(DefectResolved, key, defect=defect, resolution=SECRET)

    @rule(time=TIMES)
    def wait(self, time: timedelta) -> None:
        """Time passes."""
        self.world.wait(time)

    @invariant()
    def the_number_is_told_first_and_once(self) -> None:
        """C2."""
        told = [came for came in self.world.delivered if came.recipient == "client-1@example.org"]
        assert (told[0].event, told[0].at) == ("case.opened", self.opened_at)
        assert [came.event for came in told].count("case.opened") == 1

    @invariant()
    def reminders_are_few_and_far_between(self) -> None:
        """C3: once per business day, at most three after each request, none without a gap."""
        reminders, last = 0, self.opened_at
        for effect in self.world.carried_out:
            if effect.event != "case.information_requested" or not isinstance(
                effect, NotifyClients
            ):
                continue
            if effect.facts["reminder"]:
                reminders += 1
                assert reminders <= 3
                assert effect.facts["items"]
                assert ETO.calendar.business_days_between(last, effect.at) == 1
            else:
                reminders = 0
            last = effect.at

    @invariant()
    def a_missed_first_response_is_told_once_and_at_once(self) -> None:
        """C6: exactly when two hours pass without an answer, a defect, a closing or a refusal."""
        due = self.opened_at + timedelta(hours=2)
        told = [c.at for c in self.world.delivered if c.event == "case.first_response_missed"]
        stops = (
            Respond,
            RequestInformation,
            Answer,
            CloseCase,
            DefectResolved,
        )
        stopped = any(
            said.at < due
            and (
                isinstance(said.command, stops)
                or (isinstance(said.command, AssessCritical) and not said.command.justified)
            )
            for said in first_of_each_key(self.world.said)
        )
        attached = any(
            fact.event == "case.attached" and fact.at < due for fact in self.case.timeline
        )
        passed = self.world.now >= due
        expected = self.critical and passed and not stopped and not attached
        assert told == ([due] if expected else [])

    @invariant()
    def nothing_internal_is_told_and_nothing_after_the_end(self) -> None:
        """D8, C1: what the vendor wrote for itself stays; a closed case is silent."""
        for came in self.world.delivered:
            if came.recipient == "client-1@example.org":
                assert SECRET not in came.text
                assert self.case.closed_at is None or came.at <= self.case.closed_at

    @invariant()
    def it_can_be_looked_at(self) -> None:
        """Status and card never fail, and are plain JSON and text."""
        status = self.world.status()
        assert json.loads(json.dumps(status)) == status
        assert card(self.world.runner, self.world.now)


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = QUIET
