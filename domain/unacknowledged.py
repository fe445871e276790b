"""A notice that staff were asked to acknowledge, and have not: what the state keeps of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.business_time import BusinessCalendar
from domain.contract.effects import NotifyStaff
from domain.contract.events import Role
from domain.contract.status import ToAcknowledge
from domain.contract.values import Instant, Value
from domain.policy import AcknowledgeRules

TEXT_REPEATED = 1_000
"""Characters of a text, such as a reason, that repeats have."""
_KEPT = 10
"""Notices at a time; the oldest is given up for one more."""


class Unacknowledged(Value):
    """One notice, and how often whom it was sent to."""

    notice: NotifyStaff
    """As it was sent first, long texts cut."""
    role: Role
    """Whom it is sent to by now."""
    at_any_hour: bool
    """Whether repeats do not wait for support hours (T10)."""
    times: int = 1
    """How often it was sent, to whomever."""
    repeats: int = 0
    """How often it was repeated to `role`."""
    next_at: Instant | None
    """When it is repeated or goes up; None where neither is to come."""

    @property
    def tag(self) -> str:
        """Of its repeats that wait in the outbox: a newer one takes their place."""
        return f"repeat {self.notice.key}"

    @property
    def shown(self) -> ToAcknowledge:
        """As `status` has it."""
        return ToAcknowledge(
            notice=self.notice.key,
            event=self.notice.event,
            role=self.role,
            since=self.notice.at,
            times=self.times,
            next_at=self.next_at,
        )


def asking(notice: NotifyStaff) -> NotifyStaff:
    """A notice that asks whoever reads it to acknowledge it, and says which it is."""
    return notice.model_copy(update={"facts": notice.facts | {"acknowledge": notice.key}})


def asked(
    rules: AcknowledgeRules,
    notice: NotifyStaff,
    calendar: BusinessCalendar,
    now: datetime,
    *,
    at_any_hour: bool,
) -> Unacknowledged:
    """What is to be acknowledged, now that a notice goes out."""
    facts = {name: _cut(value) for name, value in notice.facts.items()}
    again = rules.repeats(notice.role, 0) or notice.role in rules.goes_up
    return Unacknowledged(
        notice=notice.model_copy(update={"facts": facts}),
        role=notice.role,
        at_any_hour=at_any_hour,
        next_at=next_at(rules, calendar, now, at_any_hour=at_any_hour) if again else None,
    )


def next_at(
    rules: AcknowledgeRules, calendar: BusinessCalendar, now: datetime, *, at_any_hour: bool
) -> datetime:
    """When a notice that went out `now` is repeated: inside support hours, unless at any (T10)."""
    due = now + timedelta(minutes=rules.repeat.every_minutes)
    return due if at_any_hour or calendar.is_open(due) else calendar.next_opening(due)


def given_up(
    waiting: Sequence[Unacknowledged], newer: Unacknowledged
) -> list[tuple[Unacknowledged, str]]:
    """What gives way to a newer one, and why: the same again, or the oldest of too many."""
    again = [one for one in waiting if _subject(one) == _subject(newer)]
    others = [one for one in waiting if one not in again]
    too_many = others[: max(0, len(others) + 1 - _KEPT)]
    return [*((one, "superseded") for one in again), *((one, "too_many") for one in too_many)]


def _subject(one: Unacknowledged) -> tuple[str, Role]:
    return one.notice.kind, one.notice.role


def _cut(value: object) -> object:
    too_long = isinstance(value, str) and len(value) > TEXT_REPEATED
    return f"{str(value)[:TEXT_REPEATED]}…" if too_long else value
