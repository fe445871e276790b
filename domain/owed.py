"""Says which messages the policy makes a defect owe, one by one: to whom, when, by which clause.

Worked out from the log (`Course`) and the business calendar; status updates are in `audit`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from domain.events import ClientEvent, Role, StaffEvent
from domain.history import NEVER, Course, Moment, due
from domain.messages import Severity
from domain.policy import PinnedPolicy, Target

_DAY = timedelta(days=1)
_TINY = timedelta(microseconds=1)
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
    StaffEvent.DEFECT_URGENT: "S1",
    StaffEvent.DEFECT_RAISED: "S3",
    StaffEvent.DEFECT_RELEASE_OVERDUE: "R5",
}


@dataclass(frozen=True, slots=True)
class Owed:
    """One message owed at `at`; it may be left out once it `lapses`."""

    event: str
    recipient: str
    at: datetime
    lapses: datetime = NEVER.at


class Obligations:
    """What one defect owes under its policy, as far as its log goes."""

    def __init__(self, course: Course, policy: PinnedPolicy) -> None:
        self._course = course
        self._policy = policy
        self._calendar = policy.calendar
        rungs = [rung for rules in policy.severities.values() for rung in rules.rungs]
        self.clauses = _CLAUSES | {rung.event.value: "T7" for rung in rungs}
        """Every event owed one by one, and the clause that asks for it."""
        self.escalations = {rung.event.value for rung in rungs if rung.share >= 1}

    def messages(self) -> list[Owed]:
        """All of them, to clients and staff."""
        return [*self._to_clients(), *self._to_staff()]

    def has_target(self, severity: Severity) -> bool:
        """Whether a target holds: for what is material, or keeps users out (D2)."""
        start = self._course.start
        target = self._policy.severities[severity].target
        return target is not None and (start.material or start.blocks_access)

    def spent_at(self, severity: Severity, share: float = 1.0) -> datetime | None:
        """When a share of the budget was spent; None where it was not, or no target holds.

        It is spent at that severity, unresolved and not on hold (T2).
        """
        target = self._policy.severities[severity].target
        if target is None or not self.has_target(severity):
            return None
        left = Fraction(target.amount) * Fraction(str(share))
        for stand in self._course.stands:
            if stand.severity is not severity or stand.held or stand.resolved:
                continue
            begun, end = stand.start.at, min(stand.end.at, self._course.until)
            if (at := self._after(target, begun, left)) <= end:
                return at
            left -= self._spent_between(target, begun, end)
        return None

    def _after(self, target: Target, start: datetime, days: Fraction) -> datetime:
        if target.unit == "business_days":
            return self._calendar.add_business_days(start, days)
        return start + round(days * (_DAY // _TINY)) * _TINY

    def _spent_between(self, target: Target, start: datetime, end: datetime) -> Fraction:
        if target.unit == "business_days":
            return self._calendar.business_days_between(start, end)
        return Fraction((end - start) // _TINY, _DAY // _TINY)

    # --- to clients ------------------------------------------------------------------------------

    def _to_clients(self) -> Iterator[Owed]:
        course = self._course
        for moment, recipient in course.welcomes:
            yield Owed(ClientEvent.DEFECT_CONFIRMED, recipient, moment.at)
        for word in course.words:
            yield from self.to_attached(word.event, word.moment)
        ahead = timedelta(days=self._policy.releases.reminder_days_before)
        for plan in course.plans:
            at = plan.deploy_at - ahead
            if at > plan.start.at and plan.covers(due(at)):
                yield from self.to_attached(
                    ClientEvent.DEFECT_RELEASE_REMINDER, due(at), lapses=plan.end.at
                )

    def to_attached(
        self, event: str, moment: Moment, *, lapses: datetime = NEVER.at
    ) -> Iterator[Owed]:
        """One message to everyone attached at a moment, unless they leave first (R4)."""
        for recipient, stay in self._course.attached(moment).items():
            yield Owed(event, recipient, moment.at, min(lapses, stay.end.at))

    # --- to staff --------------------------------------------------------------------------------

    def _to_staff(self) -> Iterator[Owed]:
        for stand in self._course.stands:
            if stand.entered and self._policy.severities[stand.severity].urgent:
                yield Owed(StaffEvent.DEFECT_URGENT, Role.ENGINEERING, stand.start.at)
        yield from self._raised()
        yield from self._rungs()
        yield from self._overdue()

    def _rungs(self) -> Iterator[Owed]:
        for severity, rules in self._policy.severities.items():
            for rung in rules.rungs:
                at = self.spent_at(severity, rung.share)
                if at is None:
                    continue
                told = Owed(rung.event, rung.role, at)
                at_once = rung.share >= 1 or rules.round_the_clock
                yield told if at_once else self._deferred(told, self._stands_at(severity))

    def _overdue(self) -> Iterator[Owed]:
        patience = timedelta(minutes=self._policy.releases.overdue_after_minutes)
        for plan in self._course.plans:
            at = plan.deploy_at + patience
            if at > self._course.until or not plan.covers(due(at)):
                continue
            asked = Owed(StaffEvent.DEFECT_RELEASE_OVERDUE, Role.ENGINEERING, at)
            severity = self._course.stand(due(at)).severity
            at_once = self._policy.severities[severity].round_the_clock
            yield asked if at_once else self._deferred(asked, plan.covers)

    def _raised(self) -> Iterator[Owed]:
        """Once, the first time enough clients are hit at a severity that minds."""
        joined = [moment for moment, _ in self._course.welcomes]
        entered = [stand.start for stand in self._course.stands if stand.entered]
        for moment in sorted([*joined, *entered]):
            severity = self._course.stand(moment).severity
            limit = self._policy.severities[severity].raised_at_clients
            if limit is not None and len(self._course.clients(moment)) >= limit:
                yield Owed(StaffEvent.DEFECT_RAISED, Role.ENGINEERING, moment.at)
                return

    def _stands_at(self, severity: Severity) -> Callable[[Moment], bool]:
        def holds(moment: Moment) -> bool:
            stand = self._course.stand(moment)
            return stand.severity is severity and not stand.resolved

        return holds

    def _deferred(self, owed: Owed, holds: Callable[[Moment], bool]) -> Owed:
        """A reminder is told within support hours, if what it is about `holds` then (T10)."""
        if self._calendar.is_open(owed.at):
            return owed
        opening = self._calendar.next_opening(owed.at)
        return replace(owed, at=opening, lapses=NEVER.at if holds(due(opening)) else opening)
