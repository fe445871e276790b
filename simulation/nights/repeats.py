"""Hands the notices of a night to the oracle of repeats, with when the matter of each was over."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from domain.contract.case import Answer, CloseCase, DefectResolved, RequestInformation, Respond
from domain.contract.defect import DefectStart
from domain.contract.effects import NotifyStaff
from domain.contract.events import StaffEvent
from domain.contract.release import CancelRelease, Deploy, Reschedule
from simulation.nights.life import Life
from simulation.nights.night import Night
from simulation.nights.outside import repeated_by
from simulation.oracle.expected_state import NEVER, History, Said, StateHistory, due
from simulation.oracle.matching import Broken
from simulation.oracle.repeats import Matter, Notice, RepeatLog, wrong_repeats

_ENDS_A_CASE = Answer | CloseCase | DefectResolved
_WRITES = Respond | RequestInformation
_ENDS_A_RELEASE = Deploy | CancelRelease
_OF_A_REQUEST = {StaffEvent.RECLASSIFICATION_REQUESTED, StaffEvent.RECLASSIFICATION_REMINDER}


def wrong_repeats_of(night: Night, life: Life, entity: Any) -> Iterator[Broken]:
    """What is wrong with the repeats of one number."""
    notices = [
        Notice(effect.key, effect.kind, effect.role, effect.at, repeated_by(effect))
        for effect in life.decided
        if isinstance(effect, NotifyStaff)
    ]
    said = [one for one in life.said if isinstance(one, Said)]
    course = _course(night, life) if entity.kind == "defect" else None

    def matter(first: Notice) -> Matter:
        if course is not None:
            return _of_defect(course, first)
        return Matter(_over_at(said, first, entity))

    until, patience = night.plan.until, night.plan.patience
    calendar = entity.policy.calendar
    yield from wrong_repeats(
        RepeatLog(entity.policy.acknowledge, calendar, notices, said, matter, until, patience)
    )


def _course(night: Night, life: Life) -> StateHistory:
    start = cast("DefectStart", life.first_start)
    return StateHistory(History(start, life.first_began, night.plan.until, life.said))


def _of_defect(course: StateHistory, first: Notice) -> Matter:
    rests = [(stand.start.at, stand.end.at) for stand in course.stands if stand.held]
    if first.event in _OF_A_REQUEST:
        asked = (one.end.at for one in course.requests if one.start.at <= first.at)
        return Matter(min(max(asked), _over(course, first)), rests)
    if first.event is StaffEvent.DEFECT_RELEASE_OVERDUE:
        plans = (plan.end.at for plan in course.plans if plan.start.at <= first.at)
        return Matter(min(max(plans), _over(course, first)), rests)
    then = [stand for stand in course.stands if stand.start.at <= first.at][-1]
    other = (
        stand.start.at
        for stand in course.stands
        if stand.start.at > first.at and (stand.over or stand.severity is not then.severity)
    )
    return Matter(min(other, default=NEVER.at), rests)


def _over(course: StateHistory, first: Notice) -> datetime:
    """When the defect was resolved or merged."""
    if course.stand(due(first.at)).over:
        return first.at
    over = (stand.start.at for stand in course.stands if stand.over and stand.start.at > first.at)
    return min(over, default=NEVER.at)


def _over_at(said: list[Said], first: Notice, entity: Any) -> datetime:
    """When a case was answered or closed, or there was word of a release."""
    ends: type[Any] | Any = _ENDS_A_CASE if entity.kind == "case" else _ENDS_A_RELEASE
    over = [one.at for one in said if isinstance(one.command, ends) and one.at >= first.at]
    written = [one.at for one in said if isinstance(one.command, _WRITES)]
    if entity.kind == "case" and written and min(written) >= first.at:
        over.append(min(written))
    moved = [one.at for one in said if isinstance(one.command, Reschedule) and one.at > first.at]
    return min([*over, *moved], default=NEVER.at)
