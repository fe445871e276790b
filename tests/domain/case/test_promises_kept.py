"""Whatever is said to a case, in whatever order: few reminders, exact minutes, silence at the end.

Random lives of cases with calls and gaps; bookings are slow, and do not always fit.
"""

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.contract.case import (
    Answer,
    BookCall,
    CancelCall,
    CloseCase,
    ConfirmDefect,
    DefectMerged,
    DefectResolved,
    ProvideInformation,
    RequestInformation,
    Respond,
    SetPreferences,
)
from domain.contract.effects import Lane, NotifyClients, NotifyStaff, SignalDefect
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Command
from domain.views.operator_card import card
from tests.domain.builders import ETO
from tests.domain.case.world import CLIENT, a_world
from tests.domain.lives import KEYS, OUTAGES, QUIET, STARTS, TIMES
from tests.domain.world import CheckedCaseWorld as CaseWorld
from tests.soak import lives

REMINDER = "call.reminder"
GAPS = st.sets(st.sampled_from(["steps", "feature"]))


class CaseWithCalls(RuleBasedStateMachine):
    """Everything that has to do with calls, gaps and the end."""

    world: CaseWorld

    @initialize(
        now=STARTS,
        gaps=GAPS,
        package=st.sampled_from(["standard", "legacy", "premium"]),
        channel=st.sampled_from(["email", "emergency_line"]),
        used=st.sampled_from([0, 0, 30, 590]),
    )
    def log(self, now: datetime, gaps: set[str], package: str, channel: str, used: int) -> None:
        """Somebody gets in touch."""
        fields: dict[str, Any] = {"support_package": package, "channel": channel}
        fields |= dict.fromkeys(gaps)
        self.world = a_world(now, through_json=True, **fields)
        self.world.used_elsewhere = used
        self.held: dict[str, int] = {}
        self.silent_since: int | None = None
        self.stood_still = False

    @property
    def case(self) -> Any:
        """The machine."""
        return self.world.case

    def say(self, model: type[Command], key: str | None = None, **fields: Any) -> None:
        """Say something that may be refused."""
        try:
            self.world.say(parse(model, {"actor": "agent-1", "key": key} | fields))
        except InvalidCommand as refused:
            self.world.runner.reject(model.name, str(refused), self.world.now)

    # --- what people and defects say -------------------------------------------------------------

    @rule(
        days=st.sampled_from([0, 0, 1, 3, 14]),
        hours=st.sampled_from([0, 0.5, 2]),
        minutes=st.sampled_from([15, 30, 60, 120]),
        key=KEYS,
    )
    def book(self, days: int, hours: float, minutes: int, key: str | None) -> None:
        """A call, in support hours mostly; what is booked is moved."""
        opening = ETO.calendar.next_opening(self.world.now + timedelta(days=days))
        call_at = (opening + timedelta(hours=hours)).isoformat()
        self.say(BookCall, key, at=call_at, minutes=minutes)

    @precondition(lambda self: self.case.calls.booked is not None)
    @rule(minutes=st.sampled_from([15, 30]))
    def book_again(self, minutes: int) -> None:
        """The same instant, perhaps of another length."""
        assert self.case.calls.booked is not None
        self.say(BookCall, at=self.case.calls.booked.at.isoformat(), minutes=minutes)

    @rule(key=KEYS)
    def cancel(self, key: str | None) -> None:
        """It is not needed any more."""
        self.say(CancelCall, key, reason="ill")

    @rule(items=st.sampled_from([["steps"], ["A screenshot"], ["A log", "feature"]]), key=KEYS)
    def request(self, items: list[str], key: str | None) -> None:
        """A specialist asks for something."""
        self.say(RequestInformation, key, items=items)

    @rule(
        given=st.dictionaries(st.sampled_from(["steps", "feature", "note"]), st.just("Here it is")),
        key=KEYS,
    )
    def provide(self, given: dict[str, str], key: str | None) -> None:
        """The client answers, in part perhaps."""
        self.say(ProvideInformation, key, **given)

    @rule(key=KEYS)
    def confirm_defect(self, key: str | None) -> None:
        """It is a known defect."""
        self.say(ConfirmDefect, key, defect="DEF-9")

    @rule(defect=st.sampled_from(["DEF-9", "DEF-3"]), into=st.sampled_from(["DEF-9", "DEF-3"]))
    def merged(self, defect: str, into: str) -> None:
        """That defect goes by another number."""
        self.say(DefectMerged, defect=defect, into=into)

    @rule(choice=st.sampled_from(["answer", "close", "resolved", *[None] * 5]), key=KEYS)
    def end(self, choice: str | None, key: str | None) -> None:
        """It ends, sometimes."""
        if choice == "answer":
            self.say(Answer, key, message="It works as designed.")
        elif choice == "close":
            self.say(CloseCase, key, reason="a duplicate")
        elif choice == "resolved":
            self.say(DefectResolved, key, defect="DEF-3", formerly=["DEF-9"])

    @rule(key=KEYS)
    def respond(self, key: str | None) -> None:
        """A specialist writes."""
        self.say(Respond, key, message="We are looking at it.")

    @rule(newsletter=st.booleans())
    def prefer(self, newsletter: bool) -> None:
        """They want other mails."""
        self.say(SetPreferences, newsletter=newsletter)

    @rule(choice=st.sampled_from(["answer", "close", "resolved", "cancel"]))
    def book_and_end(self, choice: str) -> None:
        """It ends while a call is being booked."""
        self.slow(90)
        self.book(1, 0, 15, None)
        if choice == "cancel":
            self.cancel(None)
        else:
            self.end(choice, None)
        self.wait(timedelta(minutes=359))

    # --- what happens outside --------------------------------------------------------------------

    @rule(time=TIMES)
    def wait(self, time: timedelta) -> None:
        """Time passes."""
        self.world.wait(time)

    @rule(minutes=st.sampled_from([0, 10, 90]))
    def slow(self, minutes: int) -> None:
        """Bookings and defects take their time."""
        self.world.places[Lane.WORKFLOWS].latency = timedelta(minutes=minutes)

    @rule(used=st.sampled_from([0, 30, 600]))
    def use_elsewhere(self, used: int) -> None:
        """The client has calls through other cases."""
        self.world.used_elsewhere = used

    @rule(time=OUTAGES)
    def no_worker(self, time: timedelta) -> None:
        """No worker runs."""
        self.stood_still = True
        self.world.stand_still_until(self.world.now + time)

    @precondition(lambda self: self.case.calls.booked is not None)
    @rule(before=st.sampled_from([25, 3, 0.5, 0, -6]))
    def no_worker_until_the_call(self, before: float) -> None:
        """Nor does one run until shortly before it, or after."""
        assert self.case.calls.booked is not None
        back = self.case.calls.booked.at - timedelta(hours=before)
        if back > self.world.now:
            self.no_worker(back - self.world.now)

    # --- what holds after every step -------------------------------------------------------------

    def told(self, kind: str) -> list[NotifyClients]:
        """The messages of one kind to the client."""
        told = [e for e in self.world.carried_out if isinstance(e, NotifyClients)]
        return [effect for effect in told if effect.kind == kind]

    @invariant()
    def the_client_is_reminded_three_times_at_most_each_time_they_are_asked(self) -> None:
        """C3: a business day apart, and closed for it at most once."""
        reminder, last = 0, self.world.now
        for effect in self.told("case.information_requested"):
            assert effect.facts["reminder"] in {0, reminder + 1}
            reminder = effect.facts["reminder"]
            assert reminder <= 3
            if reminder and not self.stood_still:
                assert ETO.calendar.business_days_between(last, effect.at) == 1
            last = effect.at
        closed = [e for e in self.told("case.closed") if e.facts.get("unanswered")]
        asked = [e for e in self.told("case.information_requested") if not e.facts["reminder"]]
        assert len(closed) <= len(asked)

    @invariant()
    def who_has_written_is_not_reminded_before_somebody_has_looked(self) -> None:
        """C3: nor closed out, nor waited for by the defect; and staff hear of it once."""
        wrote_at = self.case.information.wrote_at
        if wrote_at is None:
            return
        assert self.case.information.missing
        assert not self.case.information.defect_knows
        assert self.case.closed_at is None
        since = [e for e in self.told("case.information_requested") if e.at > wrote_at]
        assert since == []
        told = [e for e in self.world.carried_out if isinstance(e, NotifyStaff)]
        told = [e for e in told if e.kind == "case.client_wrote" and e.at >= wrote_at]
        assert len(told) <= 1

    @invariant()
    def exactly_the_minutes_of_calls_that_are_booked_or_were_held_are_paid(self) -> None:
        """C11: once every booking has been answered."""
        call = self.case.calls.booked
        if call is not None and call.at <= self.world.now:
            self.held[call.booking] = call.minutes
        if self.case.calls.key is not None:
            return
        paid = {booking: minutes for booking, minutes in self.world.minutes.items() if minutes}
        ahead = {call.booking: call.minutes} if call is not None else {}
        assert paid == self.held | ahead

    @invariant()
    def nobody_is_reminded_twice_or_after_the_call(self) -> None:
        """C11, T10: the specialist in support hours."""
        for recipient in (CLIENT, "support"):
            reminders = [
                effect
                for effect in self.world.carried_out
                if isinstance(effect, NotifyClients | NotifyStaff)
                and effect.kind == REMINDER
                and (recipient == CLIENT) == isinstance(effect, NotifyClients)
            ]
            assert max(Counter(e.facts["at"] for e in reminders).values(), default=0) <= 2
            came = {c.key: c.at for c in self.world.delivered if c.recipient == recipient}
            assert len({came[e.key] for e in reminders}) == len(reminders)
            for effect in reminders:
                call_at = datetime.fromisoformat(effect.facts["at"])
                assert came[effect.key] <= call_at
                assert recipient != CLIENT or came[effect.key] < call_at
                if recipient != CLIENT and not self.stood_still:
                    assert ETO.calendar.is_open(came[effect.key])

    @invariant()
    def its_defect_knows_whether_it_waits(self) -> None:
        """T2: the last word to the defect it is on."""
        said = [e for e in self.world.carried_out if isinstance(e, SignalDefect)]
        here = [effect.signal for effect in said if effect.defect == self.case.defect]
        if self.world.idle and self.case.information.defect_knows:
            assert here[-1] == "wait_for_client"
        if self.world.idle and not self.case.information.defect_knows:
            assert here[-1:] in ([], ["stop_waiting"])
        assert not (self.case.information.defect_knows and self.case.closed_at is not None)

    @invariant()
    def nothing_is_sent_once_it_is_finished(self) -> None:
        """C1, complaint "closed cases touched": not to the client, not to staff."""
        if self.silent_since is not None:
            assert self.case.finished
            assert len(self.world.delivered) == self.silent_since
        elif self.case.finished:
            self.silent_since = len(self.world.delivered)
            assert self.world.next_due() is None

    @invariant()
    def a_client_who_was_told_that_it_is_closed_hears_no_more_of_calls(self) -> None:
        """C11: but for the one that is called off by it; unless it opens again."""
        mails = [c for c in self.world.delivered if c.recipient == CLIENT]
        ends = {"case.answered", "case.closed"}
        closed_at: datetime | None = None
        for mail in mails:
            if mail.event in {"case.reopened", "case.information_requested"}:
                closed_at = None
            if closed_at is not None:
                assert (mail.event, mail.at) == ("call.cancelled", closed_at)
            if mail.event in ends:
                closed_at = mail.at

    @invariant()
    def a_closed_case_has_no_call_ahead_and_owes_no_first_response(self) -> None:
        """C6, C11: whoever closed it, and whatever is still on its way."""
        closed_at = self.case.closed_at
        if closed_at is not None:
            assert self.case.calls.booked is None or self.case.calls.booked.at <= closed_at
            missed = self.world.told("case.first_response_missed")
            assert [when for when in missed if when > closed_at] == []

    @invariant()
    def it_can_be_looked_at(self) -> None:
        """Status and card never fail, and are plain JSON and text."""
        status = self.world.status()
        assert json.loads(json.dumps(status)) == status
        assert card(self.world.runner, self.world.now)

    def teardown(self) -> None:
        """In the end nothing is left to do, and what was closed is finished."""
        if not hasattr(self, "world"):
            return
        self.world.places[Lane.WORKFLOWS].latency = timedelta(0)
        self.world.wait(timedelta(days=60))
        assert self.world.idle
        assert self.case.finished == (self.case.closed_at is not None)
        self.exactly_the_minutes_of_calls_that_are_booked_or_were_held_are_paid()
        self.nothing_is_sent_once_it_is_finished()


TestCaseWithCalls = CaseWithCalls.TestCase
TestCaseWithCalls.settings = settings(QUIET, max_examples=lives(40))
