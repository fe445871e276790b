"""Holds what reached people against what was owed to them, message by message."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.business_time import BusinessCalendar
from simulation.oracle.expected_state import NEVER, Delivered


@dataclass(frozen=True, slots=True)
class ExpectedMessage:
    """One message owed at `at`; it may be left out once it `lapses`."""

    event: str
    recipient: str
    at: datetime
    lapses: datetime = NEVER.at

    def had_to_come(self, until: datetime, grace: timedelta) -> bool:
        """Whether it must have come by `until`."""
        end = self.at + grace
        return end <= until and self.lapses > end

    def within(self, hours: BusinessCalendar, *, lapses: datetime = NEVER.at) -> "ExpectedMessage":
        """The same as a reminder, which keeps to support hours (T10): one that waits for them is
        not sent where its reason `lapses` meanwhile."""
        if hours.is_open(self.at):
            return self
        opening = hours.next_opening(self.at)
        return replace(self, at=opening, lapses=opening if lapses <= opening else self.lapses)


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise not kept: its clause, the instant it was due or wrong, and what went wrong."""

    clause: str
    at: datetime
    what: str
    recipient: str | None = None


def mismatches(
    owed: Iterable[ExpectedMessage],
    delivered: Iterable[Delivered],
    clauses: Mapping[str, str],
    until: datetime,
    grace: timedelta,
) -> Iterator[Broken]:
    """Each came once, not before it was due and not late; no other came of the events that
    `clauses` names."""
    waiting: dict[tuple[str, str], list[ExpectedMessage]] = defaultdict(list)
    for message in sorted(owed, key=lambda message: message.at):
        waiting[message.event, message.recipient].append(message)
    for came in delivered:
        if came.event not in clauses:
            continue
        due = [owed for owed in waiting[came.event, came.recipient] if owed.at <= came.at]
        in_time = [owed for owed in due if came.at <= owed.at + grace]
        # What may have lapsed is answered only by what nothing else was waiting for.
        answered = max(in_time or due, key=lambda owed: owed.lapses, default=None)
        if answered is not None:
            waiting[came.event, came.recipient].remove(answered)
        if not in_time:
            what = "late" if answered else "too early, too often or wrongly"
            at = answered.at if answered else came.at
            yield Broken(clauses[came.event], at, f"{came.key} came {what}", came.recipient)
    for message in (message for remaining in waiting.values() for message in remaining):
        if message.had_to_come(until, grace):
            what = f"{message.event} is missing"
            yield Broken(clauses[message.event], message.at, what, message.recipient)
