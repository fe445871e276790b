"""Says which promises of the policy were broken, from a log and the deliveries alone.

An oracle for tests and for `simulate`: interval arithmetic on the log and the business calendar.
It shares no code with the entities that it judges.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.business_time import BusinessCalendar
from domain.contract.events import ClientEvent, StaffEvent
from domain.contract.values import Severity
from domain.policy import Cadence, ElapsedCadence, FixedHourCadence, PinnedPolicy
from simulation.oracle.expected_state import (
    Delivered,
    History,
    LogPosition,
    StateHistory,
    StateInterval,
)
from simulation.oracle.matching import Broken, mismatches
from simulation.oracle.obligations import Obligations, support_hours

GRACE = timedelta(minutes=15)
"""How long after it is due a message may arrive."""
SHORTEST_SECRET = 8
"""Shorter internal texts can stand in a message by chance."""

_TINY = timedelta(microseconds=1)
_COUNT_AS_UPDATE = {
    "defect.update",
    "defect.workaround",
    "defect.severity_changed",
    "defect.reopened",
}
_STAFF = {event.value for event in StaffEvent}


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of a history; updates are counted per person told, the confirmation left out."""

    updates_owed: int
    """One for each update that came in time, and for each limit that passed without one."""
    updates_sent: int
    updates_late: int
    targets_met: int
    targets_missed: int
    escalations: int
    messages: dict[str, int]
    """Messages delivered, per client."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found, earliest first."""

    broken: tuple[Broken, ...]
    figures: Figures


def audit(history: History, policy: PinnedPolicy, grace: timedelta = GRACE) -> Audit:
    """Hold a history against the policy it is pinned to.

    `grace` is what delivery may take. Status updates have none: their limit is the promise (T6).
    """
    return _Auditor(history, policy, grace).audit()


class _Auditor:
    def __init__(self, history: History, policy: PinnedPolicy, grace: timedelta) -> None:
        self._delivered = history.delivered
        self._until = history.until
        self._severities = policy.severities
        self._calendar = policy.calendar
        self._hours = support_hours(policy)
        self._grace = grace
        self._course = StateHistory(history)
        self._obligations = Obligations(self._course, policy)
        self._broken: list[Broken] = []
        self._owed = self._sent = self._late = 0

    def audit(self) -> Audit:
        self._check_messages()
        self._check_updates()
        self._check_progress()
        self._check_order()
        self._check_texts()
        return Audit(tuple(sorted(self._broken, key=lambda b: b.at)), self._figures())

    def _break(self, clause: str, at: datetime, what: str, recipient: str) -> None:
        self._broken.append(Broken(clause, at, what, recipient))

    # --- messages owed one by one ----------------------------------------------------------------

    def _check_messages(self) -> None:
        obligations = self._obligations
        self._broken += mismatches(
            obligations.messages(), self._delivered, obligations.clauses, self._until, self._grace
        )

    def _check_progress(self) -> None:
        """Progress is mailed at once where the severity asks for it (D6)."""
        for moment in self._course.progress:
            if not self._severities[self._course.stand(moment).severity].progress_by_mail:
                continue
            for owed in self._obligations.to_attached(ClientEvent.DEFECT_UPDATE, moment):
                end = owed.at + self._grace
                mailed = any(
                    came.event == owed.event
                    and came.recipient == owed.recipient
                    and owed.at <= came.at <= end
                    for came in self._delivered
                )
                if not mailed and owed.had_to_come(self._until, self._grace):
                    self._break("D6", owed.at, "progress was not mailed", owed.recipient)

    # --- status updates --------------------------------------------------------------------------

    def _check_updates(self) -> None:
        """T6, for everyone attached throughout, and no daily update where none is owed."""
        for start, end, severity, cadence in self._spells():
            for recipient, joined, left in self._course.presences():
                first, last = max(start, joined), min(end, left, self._until)
                if first < last:
                    self._check_spell(recipient, cadence, self._hours[severity], first, last)
        for came in self._delivered:
            if came.event == ClientEvent.DEFECT_UPDATE and not self._may_be_updated(came):
                self._break("T6", came.at, f"{came.key} came when none was due", came.recipient)

    def _spells(self) -> Iterator[tuple[datetime, datetime, Severity, Cadence]]:
        """Each time updates were owed without a break, and how often."""
        spells: list[tuple[StateInterval, LogPosition]] = []
        for stand in self._course.stands:
            if stand.over or stand.end <= self._course.began:
                continue
            if stand.entered:
                spells.append((stand, stand.end))
            else:
                spells[-1] = (spells[-1][0], stand.end)
        for stand, end in spells:
            cadence = self._severities[stand.severity].updates
            if cadence is not None:
                yield stand.start.at, end.at, stand.severity, cadence

    def _check_spell(
        self,
        recipient: str,
        cadence: Cadence,
        hours: BusinessCalendar,
        start: datetime,
        end: datetime,
    ) -> None:
        came = [
            delivery.at
            for delivery in self._delivered
            if delivery.recipient == recipient
            and delivery.event in _COUNT_AS_UPDATE
            and start < delivery.at <= end
        ]
        if isinstance(cadence, FixedHourCadence):
            due = list(self._at_hour(cadence, hours, start, end))
            grace = timedelta(minutes=cadence.grace_minutes)
            passed = [at for at in due if not any(at <= c <= at + grace for c in came)]
            self._owed += len(due)
        else:
            gaps = [
                self._limits_between(cadence, hours, last, following)
                for last, following in pairwise([start, *came, end])
            ]
            passed = [limit for limits in gaps for limit in limits]
            self._owed += sum(max(1, len(limits)) for limits in gaps[:-1]) + len(gaps[-1])
        self._sent += len(came)
        self._late += len(passed)
        for limit in passed:
            self._break("T6", limit, "no update before the deadline", recipient)

    def _limits_between(
        self, cadence: ElapsedCadence, hours: BusinessCalendar, last: datetime, following: datetime
    ) -> list[datetime]:
        """The limits that passed between two updates: by elapsed time, else by whole dates."""
        gap = timedelta(hours=cadence.max_gap_hours)
        first, final = self._calendar.local_date(last), self._calendar.local_date(following - _TINY)
        dates = [first + timedelta(days=number) for number in range((final - first).days + 1)]
        elapsed = following - last
        if cadence.business_days_only:
            closed = (
                self._overlap(day, last, following) for day in dates if not self._opens(hours, day)
            )
            elapsed -= sum(closed, timedelta())
        passed = max(0, (elapsed - _TINY) // gap)
        if passed or not cadence.every_local_date:
            return [min(last + gap * (number + 1), following) for number in range(passed)]
        return [
            self._calendar.end_of_local_date(day)
            for day in dates[1:-1]
            if self._opens(hours, day) or not cadence.business_days_only
        ]

    def _at_hour(
        self, cadence: FixedHourCadence, hours: BusinessCalendar, start: datetime, end: datetime
    ) -> Iterator[datetime]:
        """The instants the clock showed the hour, and the update has had its time to arrive."""
        zone, grace = ZoneInfo(self._calendar.time_zone), timedelta(minutes=cadence.grace_minutes)
        day = self._calendar.local_date(start)
        while day <= self._calendar.local_date(end):
            at = datetime.combine(day, cadence.local_time, tzinfo=zone).astimezone(UTC)
            counts = self._opens(hours, day) or not cadence.business_days_only
            if counts and start < at <= end - grace:
                yield at
            day += timedelta(days=1)

    def _opens(self, hours: BusinessCalendar, day: date) -> bool:
        return any(hours.openings_between(*self._bounds(day)))

    def _overlap(self, day: date, start: datetime, end: datetime) -> timedelta:
        begins, ends = self._bounds(day)
        return max(timedelta(), min(ends, end) - max(begins, start))

    def _bounds(self, day: date) -> tuple[datetime, datetime]:
        eve = self._calendar.end_of_local_date(day - timedelta(days=1))
        return eve, self._calendar.end_of_local_date(day)

    def _may_be_updated(self, came: Delivered) -> bool:
        rules = (self._severities[stand.severity] for stand in self._open_stands(came))
        return any(ruled.updates is not None or ruled.progress_by_mail for ruled in rules)

    def _open_stands(self, came: Delivered) -> Iterator[StateInterval]:
        """How it stood, not over, when a message was decided; more than one way at a change."""
        at = _decided(came)
        return (
            stand
            for stand in self._course.stands
            if stand.start.at <= at <= stand.end.at and not stand.over
        )

    # --- every message ---------------------------------------------------------------------------

    def _check_order(self) -> None:
        """Nothing twice to one person (R4), nothing once it is over until it goes on (C9).

        But who is given back to another defect is told so by a resolved one too.
        """
        seen: set[tuple[str, str]] = set()
        resolved: dict[str, datetime] = {}
        for came in self._delivered:
            if (came.key, came.recipient) in seen:
                self._break("R4", came.at, f"{came.key} came twice", came.recipient)
            seen.add((came.key, came.recipient))
            if came.event in _STAFF or came.event == ClientEvent.DEFECT_UNMERGED:
                continue
            stale = _decided(came) < resolved.get(came.recipient, _decided(came))
            if stale or not any(self._open_stands(came)):
                what = f"{came.key} came after the resolution"
                self._break("C9", came.at, what, came.recipient)
            if came.event == ClientEvent.DEFECT_RESOLVED:
                resolved[came.recipient] = _decided(came)

    def _check_texts(self) -> None:
        secrets = {text for text in self._course.internal if len(text) >= SHORTEST_SECRET}
        for came in self._delivered:
            if came.event not in _STAFF and any(secret in came.text for secret in secrets):
                self._break("D8", came.at, f"{came.key} holds internal text", came.recipient)

    def _figures(self) -> Figures:
        spent = {severity: self._obligations.spent_at(severity) for severity in self._severities}
        last = self._course.stands[-1]
        client_of = {stay.recipient: stay.client for stay in self._course.stays}
        clients = (client_of.get(came.recipient) for came in self._delivered)
        return Figures(
            updates_owed=self._owed,
            updates_sent=self._sent,
            updates_late=self._late,
            targets_met=int(
                last.resolved
                and self._obligations.has_target(last.severity)
                and spent[last.severity] is None
            ),
            targets_missed=sum(at is not None for at in spent.values()),
            escalations=sum(c.event in self._obligations.escalations for c in self._delivered),
            messages=dict(Counter(client for client in clients if client is not None)),
        )


def _decided(came: Delivered) -> datetime:
    return came.decided_at or came.at
