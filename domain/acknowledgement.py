"""Urgent notices to staff, until somebody acknowledges them: repeated, then sent up a rung (T7).

Each is over once somebody has acknowledged it, or when its matter is: resolved, answered, at
another severity. Nothing is repeated while a defect is on hold.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from domain.contract.effects import NotifyStaff
from domain.contract.parsing import InvalidCommand
from domain.contract.staff_notices import Acknowledge
from domain.entity import Due, E, Entity, iso
from domain.policy import AcknowledgeRules
from domain.unacknowledged import Unacknowledged, next_at


def acknowledge(entity: Entity, command: Acknowledge, now: datetime) -> None:
    """Somebody has seen it: who and when is on record.

    Raises:
        InvalidCommand: there is no such notice, or it was acknowledged.
    """
    named = command.notice
    seen = [one for one in entity.unacknowledged if named in (None, one.notice.key)]
    if not seen:
        raise InvalidCommand(
            "notice",
            "is none that is still to be acknowledged: see to_acknowledge of status"
            if named
            else "has nothing to name: no notice is to be acknowledged",
        )
    for one in seen:
        entity.record(
            "notice.acknowledged",
            now,
            about=one.notice.event,
            notice=one.notice.key,
            role=one.role.value,
            times=one.times,
            asked_at=iso(one.notice.at),
            actor=command.actor,
        )
    entity.leave_unacknowledged(seen)


def settle(
    entity: E, still_matters: Callable[[E, NotifyStaff, datetime], bool], now: datetime
) -> None:
    """Let go of what does not matter any more."""
    rules = entity.policy.acknowledge
    over = [
        one
        for one in entity.unacknowledged
        if rules is None
        or not rules.asks(one.notice.kind, one.notice.role)
        or not still_matters(entity, one.notice, now)
    ]
    if over:
        entity.give_up_unacknowledged([(one, "over") for one in over], now)


def agenda(entity: E) -> list[Due[E]]:
    """When each is repeated, or goes up."""
    if entity.rests or entity.policy.acknowledge is None:
        return []
    return [
        Due(one.next_at, f"{one.notice.event} is repeated", partial(_again, one.notice.key))
        for one in entity.unacknowledged
        if one.next_at is not None
    ]


def _again(key: str, entity: Entity, _due: datetime, now: datetime) -> None:
    rules = entity.policy.acknowledge
    found = next((one for one in entity.unacknowledged if one.notice.key == key), None)
    if found is None or rules is None:
        return
    change: dict[str, Any]
    how: dict[str, Any]
    if rules.repeats(found.role, found.repeats):
        event, number = "notice.repeated", found.repeats + 1
        change, how = {"repeats": number}, {"number": number, "of": rules.repeat.at_most}
    elif (up := rules.goes_up.get(found.role)) is not None:
        event, change = "notice.gone_up", {"role": up, "repeats": 0}
        how = {"before": found.role.value}
    else:  # Another policy was adopted meanwhile.
        _keep(entity, found, found.model_copy(update={"next_at": None}))
        return
    sent = found.model_copy(update=change | {"times": found.times + 1})
    sent = sent.model_copy(update={"next_at": _then(rules, sent, entity, now)})
    _keep(entity, found, sent)
    about = found.notice.event
    entity.record(event, now, about=about, notice=key, role=sent.role.value, **how)
    entity.emit(_repeat(entity, sent, how, now))


def _keep(entity: Entity, before: Unacknowledged, after: Unacknowledged) -> None:
    entity.unacknowledged = [after if one is before else one for one in entity.unacknowledged]


def _then(
    rules: AcknowledgeRules, sent: Unacknowledged, entity: Entity, now: datetime
) -> datetime | None:
    """When it goes out once more; None where it was the last time."""
    if not rules.repeats(sent.role, sent.repeats) and sent.role not in rules.goes_up:
        return None
    return next_at(rules, entity.calendar, now, at_any_hour=sent.at_any_hour)


def _repeat(
    entity: Entity, sent: Unacknowledged, how: dict[str, Any], now: datetime
) -> NotifyStaff:
    first = sent.notice
    return NotifyStaff(
        **entity.next_key(first.kind),
        at=now,
        kind=first.kind,
        role=sent.role,
        case=first.case,
        defect=first.defect,
        release=first.release,
        facts=first.facts | {"repeat": {"times": sent.times - 1} | how},
        replaceable=sent.tag,
        replaces=(sent.tag,),
    )
