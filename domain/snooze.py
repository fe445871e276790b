"""Reminders to staff that somebody puts off: they come again at the end, once (T7, T10).

What is put off is the reminder, not its matter: what clients are owed and every escalation go on.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from domain.contract.events import Reminder
from domain.contract.parsing import InvalidCommand
from domain.contract.staff_notices import Snooze
from domain.contract.status import Snoozed
from domain.entity import Due, E, Entity, Reminders, iso


def snoozing(reminders: Reminders[E]) -> Callable[[E, Snooze, datetime], None]:
    """The handler of `snooze` where these are the reminders."""

    def snooze(entity: E, command: Snooze, now: datetime) -> None:
        """Put it off from now on; said again, the end is another.

        Raises:
            InvalidCommand: nobody is reminded of that now, or its end cannot be that one.
        """
        _require_owed(reminders, entity, command, now)
        about = command.reminder
        entity.snoozed = [
            *(one for one in entity.snoozed if one.reminder is not about),
            Snoozed(reminder=about, since=now, until=command.until),
        ]
        entity.postponed = [
            waiting
            for waiting in entity.postponed
            if waiting.escalates or waiting.notice.event != about
        ]
        entity.record(
            "reminder.snoozed",
            now,
            internal_text=command.reason,
            about=about,
            until=iso(command.until),
            actor=command.actor,
        )

    return snooze


def _require_owed(reminders: Reminders[E], entity: E, command: Snooze, now: datetime) -> None:
    about, until = command.reminder, command.until
    reminding = reminders.get(about)
    if reminding is None:
        known = ", ".join(reminders)
        raise InvalidCommand("reminder", f"must be one of a {entity.kind}: {known}")
    if not reminding.owed(entity, now):
        raise InvalidCommand("reminder", "has nothing to put off: nobody is reminded of it now")
    if any(one.notice.event == about for one in entity.unacknowledged):
        raise InvalidCommand("reminder", "is repeated until somebody acknowledges it: do so first")
    latest = now + timedelta(days=entity.policy.snooze.at_most_days)
    if not now < until <= latest:
        raise InvalidCommand("until", f"must be after {iso(now)} and not after {iso(latest)}")
    if not reminding.owed(entity, until):
        raise InvalidCommand("until", "must be earlier: by then there is nothing to be reminded of")


def agenda(reminders: Reminders[E], entity: E) -> list[Due[E]]:
    """When each comes again."""
    return [
        Due(
            one.until,
            f"{one.reminder}, again to {reminders[one.reminder].role}",
            partial(_wake, reminders, one.reminder),
        )
        for one in entity.snoozed
    ]


def _wake(
    reminders: Reminders[E], about: Reminder, entity: E, _due: datetime, now: datetime
) -> None:
    owed = reminders[about].owed(entity, now)
    _end(entity, about, now, "due" if owed else "over")
    if owed:
        reminders[about].again(entity, now)


def settle(entity: E, reminders: Reminders[E], now: datetime) -> None:
    """Forget those whose matter is over: the next one is another."""
    for one in entity.snoozed:
        if not reminders[one.reminder].owed(entity, now):
            _end(entity, one.reminder, now, "over")


def _end(entity: Entity, about: Reminder, now: datetime, why: str) -> None:
    entity.snoozed = [one for one in entity.snoozed if one.reminder is not about]
    entity.record("reminder.snooze_ended", now, about=about, reason=why)
