"""Says which promises of the policy were broken, from a log and the deliveries alone.

An oracle for tests and for `simulate`: interval arithmetic on the log and the business calendar.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from domain.effects import ClientEvent, Role, StaffEvent
from domain.history import NEVER, Course, Delivered, History, Moment, Stand, due
from domain.messages import Severity
from domain.policy import Cadence, ElapsedCadence, FixedHourCadence, PinnedPolicy, Target

GRACE = timedelta(minutes=15)
"""How long after it is due a message may arrive."""
SHORTEST_SECRET = 8
"""Shorter internal texts can stand in a message by chance."""

_TINY = timedelta(microseconds=1)
_CLAUSES = {
    "defect.confirmed": "C9",
    "defect.severity_changed": "D1",
    "defect.workaround": "D5",
    "defect.release_scheduled": "R3",
    "defect.release_rescheduled": "R3",
    "defect.release_withdrawn": "R3",
    "defect.release_reminder": "R5",
    "defect.resolved": "C9",
    "defect.reopened": "C9",
    "defect.urgent": "S1",
    "defect.raised": "S3",
    "defect.release_overdue": "R5",
}
"""Messages promised one by one, and the clause that promises them; rungs of targets add theirs."""
_COUNT_AS_UPDATE = {
    "defect.update",
    "defect.workaround",
    "defect.severity_changed",
    "defect.reopened",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise not kept: its clause, the instant it was due or wrong, and what went wrong."""

    clause: str
    at: datetime
    what: str
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of a history; updates are counted per person told."""

    updates_owed: int
    """Answered by an update, or passed without one."""
    updates_sent: int
    updates_late: int
    targets_met: int
    targets_missed: int
    escalations: int
    messages: dict[str, int]
    """Messages delivered per client."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found."""

    broken: tuple[Broken, ...]
    figures: Figures


@dataclass(frozen=True, slots=True)
class _Promised:
    """One message owed at `at`; it may be left out once it `lapses`."""

    event: str
    recipient: str
    at: datetime
    lapses: datetime = NEVER.at


def audit(history: History, policy: PinnedPolicy, grace: timedelta = GRACE) -> Audit:
    """Hold a history against the policy it is pinned to.

    `grace` is what delivery may take. Status updates have none: their limit is the promise (T6).
    """
    return _Auditor(history, policy, grace).audit()


class _Auditor:
    def __init__(self, history: History, policy: PinnedPolicy, grace: timedelta) -> None:
        self._history = history
        self._policy = policy
        self._calendar = policy.calendar
        self._grace = grace
        self._course = Course(history)
        self._broken: list[Broken] = []
        self._owed = self._sent = self._late = 0
        rungs = [rung for rules in policy.severities.values() for rung in rules.rungs]
        self._clauses = {rung.event.value: "T7" for rung in rungs} | _CLAUSES
        self._escalations = {rung.event.value for rung in rungs if rung.share >= 1}
        self._spent = {
            severity: self._reached(severity, rules.target, 1.0)
            for severity, rules in policy.severities.items()
            if rules.target is not None
        }

    def audit(self) -> Audit:
        self._check_promised([*self._to_clients(), *self._to_staff()])
        self._check_updates()
        self._check_order()
        self._check_texts()
        return Audit(tuple(sorted(self._broken, key=lambda b: b.at)), self._figures())

    # --- messages promised one by one ------------------------------------------------------------

    def _to_clients(self) -> Iterator[_Promised]:
        course = self._course
        for moment, recipient in course.welcomes:
            yield _Promised("defect.confirmed", recipient, moment.at)
        for word in course.words:
            yield from self._to_attached(word.event, word.moment)
        days = timedelta(days=self._policy.releases.reminder_days_before)
        for plan in course.plans:
            at = plan.deploy_at - days
            if at > plan.start.at and plan.covers(due(at)):
                yield from self._to_attached("defect.release_reminder", due(at), plan.end.at)

    def _to_attached(
        self, event: str, moment: Moment, lapses: datetime = NEVER.at
    ) -> Iterator[_Promised]:
        for recipient, stay in self._course.attached(moment).items():
            yield _Promised(event, recipient, moment.at, min(lapses, stay.end.at))

    def _to_staff(self) -> Iterator[_Promised]:
        course, rules = self._course, self._policy.severities
        for stand in course.stands:
            if stand.entered and rules[stand.severity].urgent:
                yield _Promised("defect.urgent", Role.ENGINEERING, stand.start.at)
        yield from self._raised()
        for severity, ruled in rules.items():
            for rung in ruled.rungs:
                at = self._reached(severity, ruled.target, rung.share)
                if at is None:
                    continue
                told = _Promised(rung.event, rung.role, at)
                at_once = rung.share >= 1 or ruled.round_the_clock
                yield told if at_once else self._deferred(told, self._stands_at(severity))
        overdue = timedelta(minutes=self._policy.releases.overdue_after_minutes)
        for plan in course.plans:
            at = plan.deploy_at + overdue
            if plan.covers(due(at)):
                asked = _Promised("defect.release_overdue", Role.ENGINEERING, at)
                at_once = rules[course.stand(due(at)).severity].round_the_clock
                yield asked if at_once else self._deferred(asked, plan.covers)

    def _raised(self) -> Iterator[_Promised]:
        """Told once, the first time enough clients are hit at a severity that minds."""
        joined = [moment for moment, _ in self._course.welcomes]
        entered = [stand.start for stand in self._course.stands if stand.entered]
        for moment in sorted([*joined, *entered]):
            severity = self._course.stand(moment).severity
            limit = self._policy.severities[severity].raised_at_clients
            if limit is not None and len(self._course.clients(moment)) >= limit:
                yield _Promised("defect.raised", Role.ENGINEERING, moment.at)
                return

    def _stands_at(self, severity: Severity) -> Callable[[Moment], bool]:
        def holds(moment: Moment) -> bool:
            stand = self._course.stand(moment)
            return stand.severity is severity and not stand.resolved

        return holds

    def _deferred(self, promised: _Promised, holds: Callable[[Moment], bool]) -> _Promised:
        """A reminder is told within support hours, if what it is about `holds` then (T10)."""
        if self._calendar.is_open(promised.at):
            return promised
        opening = self._calendar.next_opening(promised.at)
        lapses = NEVER.at if holds(due(opening)) else opening
        return replace(promised, at=opening, lapses=lapses)

    def _reached(self, severity: Severity, target: Target | None, share: float) -> datetime | None:
        """When a share of the budget was spent: at that severity, unresolved, not on hold (T2)."""
        start = self._history.start
        if target is None or not (start.material or start.blocks_access):
            return None
        left = Fraction(target.amount) * Fraction(str(share))
        for stand in self._course.stands:
            if stand.severity is not severity or stand.held or stand.resolved:
                continue
            begun, end = stand.start.at, min(stand.end.at, self._history.until)
            if (at := self._after(target, begun, left)) <= end:
                return at
            left -= self._spent_between(target, begun, end)
        return None

    def _after(self, target: Target, start: datetime, days: Fraction) -> datetime:
        if target.unit == "business_days":
            return self._calendar.add_business_days(start, days)
        return start + round(days * (timedelta(days=1) // _TINY)) * _TINY

    def _spent_between(self, target: Target, start: datetime, end: datetime) -> Fraction:
        if target.unit == "business_days":
            return self._calendar.business_days_between(start, end)
        return Fraction((end - start) // _TINY, timedelta(days=1) // _TINY)

    def _check_promised(self, promised: list[_Promised]) -> None:
        """Each promised message came once, not before it was due and not late; no other came."""
        waiting: dict[tuple[str, str], list[_Promised]] = defaultdict(list)
        for promise in sorted(promised, key=lambda p: p.at):
            waiting[promise.event, promise.recipient].append(promise)
        for came in self._history.delivered:
            if came.event not in self._clauses:
                continue
            owed = [p for p in waiting[came.event, came.recipient] if p.at <= came.at]
            in_time = [p for p in owed if came.at <= p.at + self._grace]
            if not owed:
                self._break(came.event, came.at, "told too early, too often or wrongly", came)
                continue
            if not in_time:
                self._break(came.event, owed[0].at, f"told late, at {came.at}", came)
            waiting[came.event, came.recipient].remove((in_time or owed)[0])
        for (event, recipient), promises in waiting.items():
            for promise in promises:
                end = promise.at + self._grace
                if end <= self._history.until and promise.lapses > end:
                    self._broken.append(
                        Broken(self._clauses[event], promise.at, f"{event} never came", recipient)
                    )

    def _break(self, event: str, at: datetime, what: str, came: Delivered) -> None:
        clause = self._clauses.get(event, "T6")
        self._broken.append(Broken(clause, at, f"{event} ({came.key}): {what}", came.recipient))

    # --- status updates --------------------------------------------------------------------------

    def _check_updates(self) -> None:
        for start, end, cadence in self._update_spells():
            for recipient, joined, left in self._course.presences():
                first, last = max(start, joined), min(end, left, self._history.until)
                if first < last:
                    self._check_spell(recipient, cadence, first, last)
        for came in self._history.delivered:
            if came.event == "defect.update" and not self._may_be_updated(came):
                self._break(came.event, came.at, "no updates are owed as it stands", came)
        for moment in self._course.progress:
            if self._policy.severities[self._course.stand(moment).severity].progress_by_mail:
                self._check_progress(moment)

    def _update_spells(self) -> Iterator[tuple[datetime, datetime, Cadence]]:
        """Each time updates were owed without a break, and how often."""
        spells: list[tuple[Stand, Moment]] = []
        for stand in self._course.stands:
            if spells and not stand.entered and not stand.resolved:
                spells[-1] = (spells[-1][0], stand.end)
            elif not stand.resolved:
                spells.append((stand, stand.end))
        for stand, end in spells:
            cadence = self._policy.severities[stand.severity].updates
            if cadence is not None:
                yield stand.start.at, end.at, cadence

    def _check_spell(
        self, recipient: str, cadence: Cadence, start: datetime, end: datetime
    ) -> None:
        came = [
            delivery.at
            for delivery in self._history.delivered
            if delivery.recipient == recipient
            and delivery.event in _COUNT_AS_UPDATE
            and start <= delivery.at <= end
        ]
        if isinstance(cadence, FixedHourCadence):
            limits = list(self._missed_hours(cadence, start, end, came))
        else:
            points = [start, *came, end]
            limits = [
                limit
                for last, following in zip(points, points[1:], strict=False)
                for limit in self._passed_limits(cadence, last, following)
            ]
        self._sent += len(came)
        self._late += len(limits)
        self._owed += sum(at > start for at in came) + len(limits)
        self._broken += [Broken("T6", at, "no update in time", recipient) for at in limits]

    def _passed_limits(
        self, cadence: ElapsedCadence, last: datetime, following: datetime
    ) -> list[datetime]:
        """The limits that passed between two updates: by elapsed time, else by whole dates."""
        gap = timedelta(hours=cadence.max_gap_hours)
        first, final = self._calendar.local_date(last), self._calendar.local_date(following - _TINY)
        dates = [first + timedelta(days=n) for n in range((final - first).days + 1)]
        elapsed = following - last
        if cadence.business_days_only:
            closed = (self._overlap(day, last, following) for day in dates if not self._opens(day))
            elapsed -= sum(closed, timedelta())
        passed = max(0, (elapsed - _TINY) // gap)
        if passed or not cadence.every_local_date:
            return [last + gap * (number + 1) for number in range(passed)]
        return [
            self._calendar.end_of_local_date(day)
            for day in dates[1:-1]
            if self._opens(day) or not cadence.business_days_only
        ]

    def _missed_hours(
        self, cadence: FixedHourCadence, start: datetime, end: datetime, came: list[datetime]
    ) -> Iterator[datetime]:
        zone, grace = ZoneInfo(self._calendar.time_zone), timedelta(minutes=cadence.grace_minutes)
        day = self._calendar.local_date(start)
        while day <= self._calendar.local_date(end):
            at = datetime.combine(day, cadence.local_time, tzinfo=zone).astimezone(UTC)
            counts = self._opens(day) or not cadence.business_days_only
            if (
                counts
                and start < at <= end - grace
                and not any(at <= c <= at + grace for c in came)
            ):
                yield at
            day += timedelta(days=1)

    def _opens(self, day: date) -> bool:
        return any(self._calendar.openings_between(*self._bounds(day)))

    def _overlap(self, day: date, start: datetime, end: datetime) -> timedelta:
        begins, ends = self._bounds(day)
        return max(timedelta(), min(ends, end) - max(begins, start))

    def _bounds(self, day: date) -> tuple[datetime, datetime]:
        eve = self._calendar.end_of_local_date(day - timedelta(days=1))
        return eve, self._calendar.end_of_local_date(day)

    def _may_be_updated(self, came: Delivered) -> bool:
        at = came.decided_at or came.at
        return any(
            rules.updates is not None or rules.progress_by_mail
            for stand in self._course.stands
            if stand.start.at <= at <= stand.end.at and not stand.resolved
            for rules in [self._policy.severities[stand.severity]]
        )

    def _check_progress(self, moment: Moment) -> None:
        """Progress is mailed at once where the severity asks for it (D6)."""
        for promise in self._to_attached("defect.update", moment):
            end = moment.at + self._grace
            if (
                end <= self._history.until
                and promise.lapses > end
                and not any(
                    came.event == "defect.update"
                    and came.recipient == promise.recipient
                    and moment.at <= came.at <= end
                    for came in self._history.delivered
                )
            ):
                what = "progress was not mailed"
                self._broken.append(Broken("D6", moment.at, what, promise.recipient))

    # --- every message ---------------------------------------------------------------------------

    def _check_order(self) -> None:
        """No message twice to one person (R4); nothing after the resolution until it is reopened."""
        seen: set[tuple[str, str]] = set()
        told_resolved: set[str] = set()
        for came in self._history.delivered:
            if (came.key, came.recipient) in seen:
                self._broken.append(Broken("R4", came.at, f"{came.key} came twice", came.recipient))
            seen.add((came.key, came.recipient))
            if came.event == ClientEvent.DEFECT_REOPENED:
                told_resolved.discard(came.recipient)
            if came.recipient in told_resolved:
                what = f"{came.event} came after the resolution"
                self._broken.append(Broken("C9", came.at, what, came.recipient))
            if came.event == ClientEvent.DEFECT_RESOLVED:
                told_resolved.add(came.recipient)

    def _check_texts(self) -> None:
        secrets = {text for text in self._course.internal if len(text) >= SHORTEST_SECRET}
        staff = {event.value for event in StaffEvent}
        for came in self._history.delivered:
            if came.event not in staff and any(secret in came.text for secret in secrets):
                what = f"{came.event} ({came.key}) holds internal text"
                self._broken.append(Broken("D8", came.at, what, came.recipient))

    def _figures(self) -> Figures:
        client_of = {stay.recipient: stay.client for stay in self._course.stays}
        delivered = self._history.delivered
        last = self._course.stands[-1]
        met = last.resolved and last.severity in self._spent and self._spent[last.severity] is None
        return Figures(
            updates_owed=self._owed,
            updates_sent=self._sent,
            updates_late=self._late,
            targets_met=int(met and self._has_target()),
            targets_missed=sum(at is not None for at in self._spent.values()),
            escalations=sum(came.event in self._escalations for came in delivered),
            messages=dict(
                Counter(
                    client_of[came.recipient] for came in delivered if came.recipient in client_of
                )
            ),
        )

    def _has_target(self) -> bool:
        return self._history.start.material or self._history.start.blocks_access
