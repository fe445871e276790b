"""Work begins in a functional area: its open S3 and S4 defects are marked, in the portal (R6)."""

from datetime import datetime
from typing import Any, Literal, Self

from domain.contract.defect import RetryDeliveries
from domain.contract.effects import Effect, MarkArea, Receipt
from domain.contract.release import AreaWorkStart
from domain.contract.values import Instant, Severity
from domain.entity import Due, Machine, iso
from domain.policy import PinnedPolicy


class AreaWork(Machine):
    """The marking of one area. `open` makes one; it ends when every defect has been told."""

    kind = "area_work"

    functional_area: str
    note: str | None = None
    began_at: Instant
    ended_at: Instant | None = None
    marked: int = 0

    @classmethod
    def open(
        cls, number: str, start: AreaWorkStart, policy: PinnedPolicy, now: datetime
    ) -> tuple[Self, list[Effect]]:
        """Work begins in an area at `now`; the note stays internal (D8)."""
        work = cls(
            number=number,
            policy=policy,
            functional_area=start.functional_area,
            note=start.note,
            began_at=now,
        )
        work._record(
            "area_work.began",
            now,
            internal_text=start.note,
            functional_area=start.functional_area,
            actor=start.actor,
        )
        work._emit(
            MarkArea(
                **work._next_key("mark_area"),
                at=now,
                functional_area=start.functional_area,
                severities=[s for s in Severity if policy.marks_area_work(s)],
                note=start.note,
                actor=start.actor,
            )
        )
        return work, work._taken(now)

    @property
    def finished(self) -> bool:
        """Every defect has been told."""
        return self.ended_at is not None

    @property
    def state(self) -> Literal["marking", "done"]:
        """The one word for where it stands."""
        return "marking" if self.ended_at is None else "done"

    def status(self, now: datetime) -> dict[str, Any]:
        """How it stands, but for what only the workflow knows of deliveries."""
        del now
        return {
            "number": self.number,
            "functional_area": self.functional_area,
            "state": self.state,
            "marked": self.marked,
            "rejected": [r.model_dump(mode="json") for r in self.rejected],
            "policy": {"name": self.policy.name, "version": self.policy.version},
            "began_at": iso(self.began_at),
            "ended_at": iso(self.ended_at),
        }

    def snapshot(self, now: datetime) -> dict[str, Any]:
        """`status`, for the portal."""
        return self.status(now)

    def agenda(self) -> list[Due]:
        """Nothing: it waits for its defects only."""
        return []

    def _note_delivery(self, effect: Effect, receipt: Receipt, now: datetime) -> None:
        if isinstance(effect, MarkArea):
            self.marked += receipt.sent
            self.ended_at = now
            self._record("area_work.marked", now, defects=self.marked)

    def retry_deliveries(self, command: RetryDeliveries, now: datetime) -> None:
        """Put on record who asked; the outbox does the rest."""
        self._record("deliveries.retried", now, actor=command.actor)
