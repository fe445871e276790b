"""Says which messages the policy makes a defect owe, one by one: to whom, when, by which clause.

Worked out from the log (`StateHistory`) and the business calendar; status updates are in `audit`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import get_args

from domain.business_time import BusinessCalendar, Weekday
from domain.contract.events import ClientEvent, Reminder, Role, StaffEvent
from domain.contract.values import Severity
from domain.policy import PinnedPolicy, Target
from simulation.oracle.expected_state import NEVER, LogPosition, Plan, StateHistory, due
from simulation.oracle.matching import ExpectedMessage
from simulation.oracle.snoozed import snoozes, with_snoozes

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_TINY = timedelta(microseconds=1)
_ALL_DAY = ("00:00", "24:00")
_CLAUSES: dict[str, str] = {
    ClientEvent.DEFECT_CONFIRMED: "C9",
    ClientEvent.DEFECT_SEVERITY_CHANGED: "D1",
    ClientEvent.DEFECT_WORKAROUND: "D5",
    ClientEvent.DEFECT_RELEASE_SCHEDULED: "R3",
    ClientEvent.DEFECT_RELEASE_RESCHEDULED: "R3",
    ClientEvent.DEFECT_RELEASE_WITHDRAWN: "R3",
    ClientEvent.DEFECT_RELEASE_REMINDER: "R5",
    ClientEvent.DEFECT_RESOLVED: "C9",
    ClientEvent.DEFECT_REOPENED: "C9",
    ClientEvent.DEFECT_MERGED: "C9",
    ClientEvent.DEFECT_UNMERGED: "C9",
    ClientEvent.RECLASSIFICATION_DECIDED: "D4",
    StaffEvent.DEFECT_URGENT: "S1",
    StaffEvent.DEFECT_RAISED: "S3",
    StaffEvent.DEFECT_RELEASE_OVERDUE: "R5",
    StaffEvent.RECLASSIFICATION_REQUESTED: "D4",
    StaffEvent.RECLASSIFICATION_REMINDER: "D4",
}


def support_hours(policy: PinnedPolicy) -> dict[Severity, BusinessCalendar]:
    """When support is open for defects of each severity."""
    calendars = {}
    for severity, rules in policy.severities.items():
        said = policy.calendar.model_dump()
        if rules.hours == "24x7":
            always = {day: [_ALL_DAY] for day in get_args(Weekday)}
            said |= {"hours": always, "holidays": [], "also_open": [], "holidays_known_until": None}
        elif rules.hours is not None:
            said["hours"] = rules.hours
        calendars[severity] = BusinessCalendar.model_validate(said)
    return calendars


class Obligations:
    """What one defect owes under its policy, as far as its log goes."""

    def __init__(self, course: StateHistory, policy: PinnedPolicy) -> None:
        self._course = course
        self._policy = policy
        self._calendar = policy.calendar
        self._hours = support_hours(policy)
        steps = [step for rules in policy.severities.values() for step in rules.rungs]
        self.clauses = _CLAUSES | {step.event.value: "T7" for step in steps}
        """Every event owed one by one, and the clause that asks for it."""
        self.escalations = {step.event.value for step in steps if step.share >= 1}

    def messages(self) -> list[ExpectedMessage]:
        """All of them, to clients and staff."""
        return [*self._to_clients(), *self._to_staff()]

    def has_target(self, severity: Severity) -> bool:
        """Whether a target holds: for what is material, or keeps users out (D2)."""
        start = self._course.start
        target = self._policy.severities[severity].target
        return target is not None and (start.material or start.blocks_access)

    def spent_at(self, severity: Severity, share: float = 1.0) -> datetime | None:
        """When a share of the budget was spent; None where it was not, or no target holds.

        It is spent at that severity, neither resolved nor merged and not on hold (T2).
        """
        target = self._policy.severities[severity].target
        if target is None or not self.has_target(severity):
            return None
        left = Fraction(target.amount) * Fraction(str(share))
        for stand in self._course.stands:
            if stand.severity is not severity or stand.held or stand.over:
                continue
            begun, end = stand.start.at, min(stand.end.at, self._course.until)
            hours = self._hours[severity]
            if (at := _after(target, hours, begun, left)) <= end:
                return at
            left -= _spent_between(target, hours, begun, end)
        return None

    # --- to clients ------------------------------------------------------------------------------

    def _to_clients(self) -> Iterator[ExpectedMessage]:
        course = self._course
        for moment, recipient in course.confirmations_due:
            yield ExpectedMessage(ClientEvent.DEFECT_CONFIRMED, recipient, moment.at)
        for word in course.words:
            yield from self.to_attached(word.event, word.moment, only=word.only)
        for moment, recipient in course.farewells:
            back = (s.start.at for s in course.stays if s.recipient == recipient)
            lapses = min((at for at in back if at > moment.at), default=NEVER.at)
            yield ExpectedMessage(ClientEvent.DEFECT_UNMERGED, recipient, moment.at, lapses)
        ahead = timedelta(days=self._policy.releases.reminder_days_before)
        for plan in course.plans:
            first = self._first(plan, plan.deploy_at - ahead)
            if first is not None and first.at < plan.deploy_at:
                over = (stand.start.at for stand in course.stands if stand.over)
                lapses = min((at for at in over if at >= first.at), default=NEVER.at)
                yield from self.to_attached(
                    ClientEvent.DEFECT_RELEASE_REMINDER, first, lapses=min(lapses, plan.end.at)
                )

    def _first(
        self, plan: Plan, at: datetime, so: Callable[[LogPosition], bool] = lambda _: True
    ) -> LogPosition | None:
        """When the plan stands and it is not over, and `so` besides, first from `at` on.

        Nothing is owed of what was past already when it was planned.
        """
        course = self._course
        changes = [*(stand.start for stand in course.stands), *(m for m, _ in plan.watched)]
        moments = [due(at), *sorted(change for change in changes if change > due(at))]
        if at <= plan.start.at:
            return None
        for moment in moments:
            stands = plan.covers(moment) and not course.stand(moment).over
            if moment.at <= course.until and stands and so(moment):
                return moment
        return None

    def to_attached(
        self,
        event: str,
        moment: LogPosition,
        *,
        lapses: datetime = NEVER.at,
        only: frozenset[str] | None = None,
    ) -> Iterator[ExpectedMessage]:
        """One message to everyone attached at a moment, unless they leave first (R4)."""
        for recipient, stay in self._course.attached(moment).items():
            if only is not None and recipient not in only:
                continue
            yield ExpectedMessage(event, recipient, moment.at, min(lapses, stay.end.at))

    # --- to staff --------------------------------------------------------------------------------

    def _to_staff(self) -> Iterator[ExpectedMessage]:
        for stand in self._course.stands:
            urgent = stand.entered and self._policy.severities[stand.severity].urgent
            if urgent and not self._is_past(stand.start):
                yield ExpectedMessage(StaffEvent.DEFECT_URGENT, Role.ENGINEERING, stand.start.at)
        yield from self._raised()
        yield from self._steps()
        yield from self._overdue()
        yield from self._undecided()

    def _is_past(self, moment: LogPosition) -> bool:
        """Nothing is told of what an imported defect had behind it."""
        return self._course.imported and moment <= self._course.began

    def _steps(self) -> Iterator[ExpectedMessage]:
        for severity, rules in self._policy.severities.items():
            for step in rules.rungs:
                at = self.spent_at(severity, step.share)
                if at is None or self._is_past(due(at)):
                    continue
                told = ExpectedMessage(step.event, step.role, at)
                at_once = step.share >= 1 or rules.round_the_clock
                stands = self._stands_at(severity)
                yield told if at_once else _deferred(told, self._hours[severity], stands)

    def _overdue(self) -> Iterator[ExpectedMessage]:
        patience = timedelta(minutes=self._policy.releases.overdue_after_minutes)
        for plan in self._course.plans:

            def asks(moment: LogPosition, plan: Plan = plan) -> bool:
                return self._at_once(moment) or not plan.is_watched(moment)

            def stands(moment: LogPosition, plan: Plan = plan) -> bool:
                return plan.covers(moment) and not self._course.stand(moment).over

            first = self._first(plan, plan.deploy_at + patience, asks)
            if first is not None:
                yield from self._asked_of(first, stands)

    def _asked_of(
        self, first: LogPosition, stands: Callable[[LogPosition], bool]
    ) -> Iterator[ExpectedMessage]:
        """The question of a release, and again at the end where it is put off."""

        def told(at: datetime) -> ExpectedMessage:
            asked = ExpectedMessage(StaffEvent.DEFECT_RELEASE_OVERDUE, Role.ENGINEERING, at)
            moment = first if at == first.at else due(at)
            return asked if self._at_once(moment) else _deferred(asked, self._calendar, stands)

        def throughout(since: datetime, until: datetime) -> bool:
            changes = (stand.start for stand in self._course.stands)
            between = (change for change in changes if since < change.at < until)
            return all(map(stands, (*between, due(until))))

        put_off = snoozes(self._course.said, Reminder.RELEASE_OVERDUE)
        yield from with_snoozes(first.at, put_off, told, throughout)

    def _at_once(self, moment: LogPosition) -> bool:
        """Whether notices to staff do not wait for support hours then (T10)."""
        return self._policy.severities[self._course.stand(moment).severity].round_the_clock

    def _undecided(self) -> Iterator[ExpectedMessage]:
        """Client success hears of a request, and of each day on which it is not decided (D4)."""
        rules = self._policy.defects
        put_off = snoozes(self._course.said, Reminder.RECLASSIFICATION)
        for asked in self._course.requests:
            yield ExpectedMessage(
                StaffEvent.RECLASSIFICATION_REQUESTED, Role.CLIENT_SUCCESS, asked.start.at
            )
            at, days = asked.start.at, rules.reclassification_decided_business_days
            left = [one for one in put_off if asked.start.at < one[0] < asked.end.at]
            while asked.covers(due(at := self._next_reminder(at, days, left))):
                if at > self._course.until:
                    break
                reminder = ExpectedMessage(
                    StaffEvent.RECLASSIFICATION_REMINDER, Role.CLIENT_SUCCESS, at
                )
                told = _deferred(reminder, self._calendar, asked.covers)
                if not (left and left[0][0] < told.at):
                    yield told
                days = rules.reclassification_reminder_business_days

    def _next_reminder(
        self, last: datetime, days: float, put_off: list[tuple[datetime, datetime]]
    ) -> datetime:
        """So many business days after the last one, or at the end where it is put off before."""
        at = self._calendar.add_business_days(last, days)
        while put_off and put_off[0][0] < at:
            at = put_off.pop(0)[1]
        return at

    def _raised(self) -> Iterator[ExpectedMessage]:
        """Once, the first time enough clients are hit at a severity that minds."""
        joined = self._course.joined
        entered = [stand.start for stand in self._course.stands if stand.entered]
        for moment in sorted([*joined, *entered]):
            severity = self._course.stand(moment).severity
            limit = self._policy.severities[severity].raised_at_clients
            if limit is not None and len(self._course.clients(moment)) >= limit:
                if not self._is_past(moment):
                    yield ExpectedMessage(StaffEvent.DEFECT_RAISED, Role.ENGINEERING, moment.at)
                return

    def _stands_at(self, severity: Severity) -> Callable[[LogPosition], bool]:
        def holds(moment: LogPosition) -> bool:
            stand = self._course.stand(moment)
            return stand.severity is severity and not stand.over

        return holds


def _after(target: Target, hours: BusinessCalendar, start: datetime, amount: Fraction) -> datetime:
    if target.unit == "business_days":
        return hours.add_business_days(start, amount)
    if target.unit == "business_hours":
        return hours.add_business_time(start, round(amount * (_HOUR // _TINY)) * _TINY)
    return start + round(amount * (_DAY // _TINY)) * _TINY


def _spent_between(
    target: Target, hours: BusinessCalendar, start: datetime, end: datetime
) -> Fraction:
    if target.unit == "business_days":
        return hours.business_days_between(start, end)
    if target.unit == "business_hours":
        openings = hours.openings_between(start, end)
        return sum(
            (Fraction((o.end - o.start) // _TINY, _HOUR // _TINY) for o in openings),
            Fraction(0),
        )
    return Fraction((end - start) // _TINY, _DAY // _TINY)


def _deferred(
    owed: ExpectedMessage, hours: BusinessCalendar, holds: Callable[[LogPosition], bool]
) -> ExpectedMessage:
    """A reminder is told within support hours, if what it is about `holds` then (T10)."""
    if hours.is_open(owed.at):
        return owed
    opening = hours.next_opening(owed.at)
    return replace(owed, at=opening, lapses=NEVER.at if holds(due(opening)) else opening)
