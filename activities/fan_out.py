"""Tells the defects of a release or an area: pages from the database, signals by workflow id.

A release can have ten thousand defects. What has been told is remembered page by page, so a worker
that dies leaves at most a page that is told again, under the same keys.
"""

import asyncio
import functools
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from temporalio import activity

from activities.ports import Member, Members, OpenDefects
from activities.signals import PAGE, Said, Signals
from domain.contract.defect import (
    AreaWorkStarted,
    ReleaseDeployed,
    ScheduleRelease,
    WithdrawRelease,
)
from domain.contract.effects import AlignDefects, MarkArea
from domain.contract.receipts import DefectsAligned, Signalled
from domain.contract.status import OVER
from domain.keys import own_key

ROUND = 1_000
"""Defects told before the release hears how far it has come."""
MISSING_SHOWN = 20


@dataclass
class _Told:
    """What came of a round so far."""

    sent: int = 0
    passed_over: int = 0
    missing: list[str] = field(default_factory=list)


class FanOut:
    """The activities `align_defects` and `mark_area`.

    `page` is how many are read and remembered at a time, `per_round` after how many a release
    hears how far its defects have been told.
    """

    def __init__(
        self,
        signals: Signals,
        members: Members,
        defects: OpenDefects,
        *,
        page: int = PAGE,
        per_round: int = ROUND,
    ) -> None:
        self._signals = signals
        self._members = members
        self._defects = defects
        self._page = page
        self._per_round = per_round

    @activity.defn(name="align_defects")
    async def align_defects(self, effect: AlignDefects) -> DefectsAligned:
        """Bring defects in line with the plan of their release, as many as one round takes.

        A defect that joins meanwhile is found by the last look; one that was resolved meanwhile is
        left alone. A newer plan that the database knows ends it: the effect behind it takes over.
        """
        release, plan = effect.entity, effect.plan_sequence
        after, told = _resumed()
        if after is None:
            await asyncio.to_thread(self._members.adopt, release)
        superseded = False
        looked_from_the_start = after is None
        while told.sent + told.passed_over < self._per_round:
            if superseded := await asyncio.to_thread(
                self._members.is_superseded, release, effect.plan_version
            ):
                break
            page = await asyncio.to_thread(self._members.pending, release, plan, after, self._page)
            if page:
                await self._align(effect, page, told, after)
                after, looked_from_the_start = page[-1].defect, False
                activity.heartbeat(after, asdict(told))
            elif looked_from_the_start:
                break
            else:
                after, looked_from_the_start = None, True
        progress_of = await asyncio.to_thread(self._members.progress_of, release, plan)
        return DefectsAligned(
            key=effect.key,
            sent=told.sent,
            missing=told.missing,
            attached=progress_of.attached,
            left=0 if superseded else progress_of.to_align,
            superseded=superseded,
        )

    async def _align(
        self, effect: AlignDefects, page: Sequence[Member], told: _Told, after: str | None
    ) -> None:
        settled = [member for member in page if member.state in OVER]
        reached = await self._signals.tell_all(
            ((member.defect, said_to(effect, member)) for member in page if member not in settled),
            functools.partial(activity.heartbeat, after, asdict(told)),
        )
        told.sent += sum(reached.values())
        told.passed_over += len(page) - sum(reached.values())
        inside = {member.defect for member in page if member.attached}
        absent = [d for d, runs in reached.items() if not runs and d in inside]
        told.missing = [*told.missing, *absent][:MISSING_SHOWN]
        await asyncio.to_thread(
            self._members.aligned,
            effect.entity,
            {member.defect: max(member.sequence, effect.plan_sequence) for member in page},
        )

    @activity.defn(name="mark_area")
    async def mark_area(self, effect: MarkArea) -> Signalled:
        """Tell every open defect of the area that work began there."""
        after, told = _resumed()
        payload = AreaWorkStarted(
            actor=effect.actor,
            key=own_key(effect.key),
            functional_area=effect.functional_area,
            note=effect.note,
        ).model_dump(mode="json")
        while page := await asyncio.to_thread(
            self._defects.in_area, effect.functional_area, effect.severities, after, self._page
        ):
            reached = await self._signals.tell_all(
                ((defect, (AreaWorkStarted.name, payload)) for defect in page),
                functools.partial(activity.heartbeat, after, asdict(told)),
            )
            told.sent += sum(reached.values())
            after = page[-1]
            activity.heartbeat(after, asdict(told))
        return Signalled(key=effect.key, sent=told.sent)


def said_to(effect: AlignDefects, member: Member) -> Said:
    """What a defect is told: where the fix is now, or that it is there no more."""
    change = effect.plan_change and max(member.sequence, effect.plan_change)
    to_all = {
        "actor": effect.actor,
        "key": own_key(f"{effect.entity}/{effect.plan_version}/{member.sequence}"),
        "release": effect.entity,
        "plan_version": effect.plan_version,
        "change": change,
    }
    if effect.plan == "cancelled" or not member.attached:
        return WithdrawRelease.name, to_all | {"reason": effect.reason}
    if effect.plan == "deployed":
        return ReleaseDeployed.name, to_all
    told_before = member.aligned is not None and member.aligned >= member.sequence
    return ScheduleRelease.name, to_all | {
        "deploy_at": effect.deploy_at.isoformat(),
        "moved": told_before,
        "watched": True,
    }


def _resumed() -> tuple[str | None, _Told]:
    """Where an earlier attempt of this round had got to."""
    details = activity.info().heartbeat_details
    if not details:
        return None, _Told()
    after, told = details
    return after, _Told(**told)
