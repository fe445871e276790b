"""Work begins in a functional area: its open S3 and S4 defects are marked, in the portal (R6)."""

from datetime import datetime
from typing import Literal

from domain.contract.defect import RetryDeliveries
from domain.contract.effects import MarkArea
from domain.contract.receipts import Signalled
from domain.contract.release import AreaWorkStart
from domain.contract.status import AreaWorkStatus
from domain.contract.values import Instant, Severity
from domain.entity import Behaviour, Entity, after, on, retry_deliveries
from domain.policy import PinnedPolicy


class AreaWork(Entity):
    """The marking of one area; it ends when every defect has been told."""

    kind = "area_work"

    functional_area: str
    note: str | None = None
    began_at: Instant
    ended_at: Instant | None = None
    marked: int = 0

    @property
    def finished(self) -> bool:
        """Every defect has been told."""
        return self.ended_at is not None

    @property
    def state(self) -> Literal["marking", "done"]:
        """The one word for where it stands."""
        return "marking" if self.ended_at is None else "done"

    def status(self, now: datetime) -> AreaWorkStatus:
        """The contract's `status`."""
        del now
        return AreaWorkStatus(
            number=self.number,
            functional_area=self.functional_area,
            state=self.state,
            marked=self.marked,
            rejected=self.rejected,
            policy=self.policy_version,
            began_at=self.began_at,
            ended_at=self.ended_at,
        )


def begin(number: str, start: AreaWorkStart, policy: PinnedPolicy, now: datetime) -> AreaWork:
    """Work begins in an area at `now`; the note stays internal (D8)."""
    work = AreaWork(
        number=number,
        policy=policy,
        sequence=start.sequence,
        functional_area=start.functional_area,
        note=start.note,
        began_at=now,
    )
    work.record(
        "area_work.began",
        now,
        internal_text=start.note,
        functional_area=start.functional_area,
        actor=start.actor,
    )
    work.emit(
        MarkArea(
            **work.next_key("mark_area"),
            at=now,
            functional_area=start.functional_area,
            severities=[s for s in Severity if policy.marks_area_work(s)],
            note=start.note,
            actor=start.actor,
        )
    )
    return work


def _note_marked(work: AreaWork, _effect: MarkArea, receipt: Signalled, now: datetime) -> None:
    work.marked += receipt.sent
    work.ended_at = now
    work.record("area_work.marked", now, defects=work.marked)


AREA_WORK = Behaviour(
    state=AreaWork,
    start=AreaWorkStart,
    begin=begin,
    handlers=dict([on(RetryDeliveries, retry_deliveries)]),
    receivers=dict([after(MarkArea, Signalled, _note_marked)]),
    agenda=lambda _work: [],
)
