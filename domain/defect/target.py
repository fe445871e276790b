"""The target clock: budgets spent per severity, and the instants at which their steps are due.

A budget (T2) is spent only while the clock runs at its severity; it does not refill when the
severity leaves and returns. Due instants are derived from it, never stored as plans.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, TypeVar, cast

from pydantic import Field, PrivateAttr

from domain.business_time import BusinessCalendar
from domain.contract.values import Instant, Severity, Value
from domain.policy import EscalationStep, SeverityRules, Target
from domain.state import Part

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
T = TypeVar("T")

_MICROSECOND = timedelta(microseconds=1)


class Stretch(Value):
    """One time the clock ran, for `explain`."""

    severity: Severity
    start: Instant
    end: Instant


class TargetClock(Part):
    """Budgets spent so far and whether one is being spent now."""

    spent: dict[Severity, str] = Field(default_factory=dict)
    """Spent per severity before the present stretch, in the unit of its target, as exact fractions
    such as `7/11`."""
    severity: Severity | None = None
    """The severity whose budget is being spent; None while the clock is paused."""
    since: Instant | None = None
    stretches: list[Stretch] = Field(default_factory=list)
    """The last times it ran (at most 20)."""
    fired: list[str] = Field(default_factory=list)
    """Escalation steps done: each happens once per defect (T7)."""
    missed_at: dict[Severity, Instant] = Field(default_factory=dict)
    _worked_out: dict[tuple[Any, ...], Any] = PrivateAttr(default_factory=dict)
    _calendar: BusinessCalendar | None = PrivateAttr(default=None)

    def resume(self, severity: Severity, now: datetime) -> None:
        """Start, or go on, spending the budget of `severity`."""
        if self.severity == severity:
            return
        self.severity, self.since = severity, now

    def pause(self, target: Target | None, calendar: BusinessCalendar, now: datetime) -> None:
        """Stop spending; what was spent stays spent."""
        if self.severity is None or self.since is None:
            return
        if target is not None:
            self.spent = self.spent | {
                self.severity: str(self.spent_by(self.severity, target, calendar, now))
            }
        stretch = Stretch(severity=self.severity, start=self.since, end=now)
        self.stretches = [*self.stretches, stretch][-20:]
        self.severity = self.since = None

    def recount(
        self, severity: Severity, before: Target, target: Target, calendar: BusinessCalendar
    ) -> None:
        """Count what was spent in the unit of another target: by the openings that there were.

        Times it ran that are not kept any more count like those that are.
        """
        ran = [stretch for stretch in self.stretches if stretch.severity is severity]
        old, new = (
            sum((_between(unit, calendar, s.start, s.end) for s in ran), Fraction(0))
            for unit in (before, target)
        )
        factor = new / old if old else Fraction(target.amount) / Fraction(before.amount)
        spent = Fraction(self.spent.get(severity, "0")) * factor
        self.spent = self.spent | {severity: str(spent)}

    def spent_by(
        self, severity: Severity, target: Target, calendar: BusinessCalendar, now: datetime
    ) -> Fraction:
        """How much of the budget of `severity` is spent by `now`, in the target's unit."""
        spent, since = self.spent.get(severity, "0"), self.since
        if self.severity != severity or since is None or now <= since:
            return Fraction(spent)
        return self._known(
            (since, spent, target.unit, now),
            calendar,
            lambda: Fraction(spent) + _between(target, calendar, since, now),
        )

    def due_at(
        self, severity: Severity, target: Target, calendar: BusinessCalendar, share: float = 1.0
    ) -> datetime | None:
        """When `share` of the budget will be spent (UTC); None while the clock is paused."""
        if self.severity != severity or self.since is None:
            return None
        since, spent = self.since, self.spent.get(severity, "0")

        def work_out() -> datetime:
            left = Fraction(target.amount) * Fraction(str(share)) - Fraction(spent)
            return since if left <= 0 else _after(target, calendar, since, left)

        return self._known((since, spent, target.amount, target.unit, share), calendar, work_out)

    def _known(
        self, asked: tuple[Any, ...], calendar: BusinessCalendar, work_out: Callable[[], T]
    ) -> T:
        """What is worked out once: it is asked several times for each change, and dear."""
        if self._calendar is not calendar:
            self._calendar, self._worked_out = calendar, {}
        if asked not in self._worked_out:
            if len(self._worked_out) >= 8:
                self._worked_out.clear()
            self._worked_out[asked] = work_out()
        return cast(T, self._worked_out[asked])

    def next_step(
        self, rules: SeverityRules, calendar: BusinessCalendar
    ) -> tuple[datetime, EscalationStep] | None:
        """The earliest step of the running severity that has not been told, and when it is due."""
        if self.severity is None or rules.target is None:
            return None
        for step in sorted(rules.rungs, key=lambda step: step.share):
            if self.step_key(self.severity, step) in self.fired:
                continue
            due = self.due_at(self.severity, rules.target, calendar, step.share)
            return None if due is None else (due, step)
        return None

    @staticmethod
    def step_key(severity: Severity, step: EscalationStep) -> str:
        """What makes a step the same step."""
        return f"{severity}/{step.share}/{step.event}"


def _between(
    target: Target, calendar: BusinessCalendar, start: datetime, end: datetime
) -> Fraction:
    """What is spent of a budget from `start` until `end`, in its unit."""
    match target.unit:
        case "business_days":
            return calendar.business_days_between(start, end)
        case "business_hours":
            return _ratio(calendar.business_time_between(start, end), _HOUR)
        case "calendar_days":
            return _ratio(end - start, _DAY)


def _after(
    target: Target, calendar: BusinessCalendar, start: datetime, amount: Fraction
) -> datetime:
    """When `amount`, in the budget's unit, is spent from `start` on."""
    match target.unit:
        case "business_days":
            return calendar.add_business_days(start, amount)
        case "business_hours":
            return calendar.add_business_time(start, _times(amount, _HOUR))
        case "calendar_days":
            return start + _times(amount, _DAY)


def _ratio(time: timedelta, unit: timedelta) -> Fraction:
    return Fraction(time // _MICROSECOND, unit // _MICROSECOND)


def _times(amount: Fraction, unit: timedelta) -> timedelta:
    return timedelta(microseconds=round(amount * (unit // _MICROSECOND)))
