"""Whom else an action reaches: the cases, defects and releases that hear of it in turn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from activities.adapters.database import DatabaseAudience
from activities.adapters.database.audience import BEYOND_ALL
from activities.adapters.database.members import DatabaseMembers
from activities.entities import MOVED_AT_ONCE
from activities.fan_out import said_to
from activities.ports import Member
from domain.contract.case import DefectResolved
from domain.contract.defect import Absorb, AttachCase, GiveBack
from domain.contract.effects import (
    AlignDefects,
    CloseCases,
    Effect,
    MoveCases,
    OpenDefect,
    SignalDefect,
)
from domain.views.preview import Preview

FOLLOWED = 3
"""Others of one kind that are asked what they would do; of the rest only their number is said."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something said to a case, defect or release."""

    number: str
    command: str
    payload: Mapping[str, Any]
    decides: bool = False
    """Where it refuses, so is what would have said this."""


@dataclass(frozen=True, slots=True)
class FollowOns:
    """Those whom the effects of one preview reach."""

    told: list[Told]
    begun: list[OpenDefect]
    """Defects that would be started."""
    more: int
    """Further ones, which were not asked."""


def follow_ons(engine: Engine, seen: Preview) -> FollowOns:
    """The first few of each effect, and how many more there are."""
    told: list[Told] = []
    more = 0
    for effect in seen.effects:
        reached, count = _reached(engine, effect, seen)
        told += reached[:FOLLOWED]
        more += count - len(reached[:FOLLOWED])
    begun = [e for e in seen.effects if isinstance(e, OpenDefect) and e.fields is not None]
    return FollowOns(told, begun, more)


def _reached(engine: Engine, effect: Effect, seen: Preview) -> tuple[list[Told], int]:
    audience = DatabaseAudience(engine)
    match effect:
        case SignalDefect():
            told = [Told(effect.defect, effect.signal, _without_key(effect.payload))]
            return told, 1
        case OpenDefect() if effect.fields is None and effect.defect is not None:
            attached = effect.attachment.model_dump(mode="json") | {"actor": effect.actor}
            return [Told(effect.defect, AttachCase.name, attached, decides=True)], 1
        case CloseCases():
            said = {
                "defect": effect.entity,
                "resolution": effect.resolution,
                "formerly": effect.formerly,
            }
            cases = audience.cases(effect.entity, BEYOND_ALL, None, FOLLOWED)
            told = [Told(case, DefectResolved.name, said) for case in cases]
            return told, audience.count(effect.entity, BEYOND_ALL)
        case MoveCases():
            later = audience.count(effect.entity, BEYOND_ALL) - MOVED_AT_ONCE
            return [_moved(audience, effect)], 1 + max(0, later)
        case AlignDefects():
            members, count = _members(engine, effect, seen)
            told = [Told(m.defect, said_to(effect, m)[0], _said(effect, m)) for m in members]
            return told, count
        case _:
            return [], 0


def _moved(audience: DatabaseAudience, effect: MoveCases) -> Told:
    cases = audience.attachments(effect.entity, BEYOND_ALL, None, MOVED_AT_ONCE)
    said: dict[str, Any] = {"actor": effect.actor, "defect": effect.entity}
    if effect.back:
        said |= {"cases": [one.case for one in cases]}
        return Told(effect.other, GiveBack.name, said, decides=True)
    said |= {
        "cases": [one.model_dump(mode="json") for one in cases],
        "feedback": [one.model_dump(mode="json") for one in effect.feedback],
        "severity": effect.severity,
        "formerly": effect.formerly,
    }
    return Told(effect.other, Absorb.name, said, decides=True)


def _members(engine: Engine, effect: AlignDefects, seen: Preview) -> tuple[list[Member], int]:
    """Defects that have not heard of the plan, and those that join or leave by this very action."""
    database = DatabaseMembers(engine)
    changed = {
        defect: Member(defect, change.sequence, change.attached, None, None)
        for change in seen.members
        for defect in change.defects
    }
    if changed:
        return list(changed.values()), len(changed)
    pending = list(database.pending(effect.entity, effect.plan_sequence, None, FOLLOWED))
    return pending, database.progress_of(effect.entity, effect.plan_sequence).to_align


def _said(effect: AlignDefects, member: Member) -> Mapping[str, Any]:
    return _without_key(said_to(effect, member)[1])


def _without_key(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A preview has no key: it is not the repeat of anything."""
    return {name: said for name, said in payload.items() if name != "key"}
