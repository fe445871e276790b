"""What a release is and how it stands. Which defects are in it is in the database, however many
they are; the state only counts them."""

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import DefectsAligned
from domain.contract.release import ReleaseKind
from domain.contract.status import (
    AdvanceNotice,
    Banner,
    FanOutStatus,
    Members,
    ReleaseState,
    ReleaseStatus,
)
from domain.contract.values import Instant, Value
from domain.entity import Entity, iso
from domain.state import Part


class Notice(Value):
    """One advance notice: how many days ahead, and what came of it (R2)."""

    days: float
    sent_at: Instant | None = None
    skipped: bool = False
    """It was too late for this one: when the release was planned, or when a worker ran again."""

    @property
    def pending(self) -> bool:
        """Neither sent nor skipped."""
        return self.sent_at is None and not self.skipped

    def due_at(self, deploy_at: datetime) -> datetime:
        """When it is due, for a release at `deploy_at`."""
        return deploy_at - timedelta(days=self.days)


class Announcements(Part):
    """The notices that were sent, and those to come (R2)."""

    notices: list[Notice] = Field(default_factory=list)
    last_at: Instant | None = None
    on_its_way: str | None = None
    """Key of the last advance notice, as long as it is not known to be delivered."""


class FanOut(Value):
    """How far the defects of the release have been told of one state of its plan."""

    key: str
    plan: Literal["planned", "deployed", "cancelled"]
    plan_version: int
    began_at: Instant
    ended_at: Instant | None = None
    told: int = 0
    left: int | None = None
    """Still to be told; None before the first page."""
    superseded: bool = False
    """It gave way to a newer one."""

    def after_round(self, receipt: DefectsAligned, ended_at: datetime | None) -> "FanOut":
        """One round further."""
        return self.model_copy(
            update={
                "told": self.told + receipt.sent,
                "left": receipt.left,
                "ended_at": ended_at,
                "superseded": receipt.superseded,
            }
        )

    def given_way(self, now: datetime) -> "FanOut":
        """Ended by a newer one, unless it had ended by itself."""
        return (
            self if self.ended_at else self.model_copy(update={"ended_at": now, "superseded": True})
        )


class Release(Entity):
    """A release, the truth about its date."""

    kind = "release"

    release_kind: ReleaseKind
    title: str
    deploy_at: Instant
    window_minutes: int | None = None
    functional_areas: list[str] = Field(default_factory=list)
    public_notes: str | None = None
    plan_version: int = 1
    """Grows with each change of the plan: another date, its deployment, its end."""
    plan_sequence: int = 0
    """The entity's sequence when it last had all defects told, by one of these changes or not."""
    plan_change: int | None = None
    """The entity's sequence at the last of these changes."""
    planned_at: Instant
    frozen_at: Instant | None = None
    deployed_at: Instant | None = None
    cancelled_at: Instant | None = None
    asked_at: Instant | None = None
    """When engineering was asked whether it is out; None again after another date."""
    announcements: Announcements = Field(default_factory=Announcements)
    attached: int = 0
    missing: list[str] = Field(default_factory=list)
    """The last defects that should have been told and do not run here."""
    fan_outs: list[FanOut] = Field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Deployed or cancelled; its defects may still have to be told."""
        return self.deployed_at is not None or self.cancelled_at is not None

    @property
    def finished(self) -> bool:
        """Ended, and every defect has been told."""
        return self.ended and not self._is_fanning_out

    @property
    def _is_fanning_out(self) -> bool:
        return bool(self.fan_outs) and self.fan_outs[-1].ended_at is None

    @property
    def state(self) -> ReleaseState:
        """The one word for where it stands."""
        if self.cancelled_at is not None:
            return "cancelled"
        if self.deployed_at is not None:
            return "deploying" if self._is_fanning_out else "deployed"
        return "planned" if self.frozen_at is None else "frozen"

    @property
    def attention(self) -> list[str]:
        """Reasons, other than deliveries, why support should look."""
        reasons = []
        if self.missing:
            reasons.append(f"attached, but not running here: {', '.join(self.missing)}")
        if self.asked_at is not None and not self.ended:
            reasons.append("its hour has passed without word that it was deployed or moved")
        return reasons

    @property
    def announcement(self) -> Banner:
        """What people are told of it."""
        return Banner(
            release_kind=self.release_kind,
            title=self.title,
            deploy_at=self.deploy_at,
            window_minutes=self.window_minutes,
            functional_areas=self.functional_areas,
            public_notes=self.public_notes,
        )

    def banner(self, now: datetime) -> Banner | None:
        """What the portal's login page announces at `now` (R2)."""
        announcements = self.announcements
        days = max((notice.days for notice in announcements.notices), default=0.0)
        near = now >= self.deploy_at - timedelta(days=days) or announcements.last_at is not None
        return None if self.ended or not near else self.announcement

    def status(self, now: datetime) -> ReleaseStatus:
        """The contract's `status`."""
        last = self.fan_outs[-1] if self.fan_outs else None
        return ReleaseStatus(
            number=self.number,
            kind=self.release_kind,
            title=self.title,
            state=self.state,
            deploy_at=self.deploy_at,
            window_minutes=self.window_minutes,
            functional_areas=self.functional_areas,
            public_notes=self.public_notes,
            plan_version=self.plan_version,
            defects=Members(
                attached=self.attached, to_align=last.left if last else 0, missing=self.missing
            ),
            notices=[
                AdvanceNotice(
                    days=notice.days,
                    at=notice.due_at(self.deploy_at),
                    sent_at=notice.sent_at,
                    skipped=notice.skipped,
                )
                for notice in self.announcements.notices
            ],
            banner=self.banner(now),
            fan_outs=[
                FanOutStatus.model_validate(fan_out.model_dump(exclude={"key"}))
                for fan_out in self.fan_outs
            ],
            rejected=self.rejected,
            to_acknowledge=self.to_acknowledge,
            snoozed=self.snoozed,
            policy=self.policy_version,
            planned_at=self.planned_at,
            deployed_at=self.deployed_at,
            cancelled_at=self.cancelled_at,
        )

    def snapshot(self, now: datetime) -> dict[str, Any]:
        """`status`, and whether support should look."""
        return super().snapshot(now) | {"needs_attention": bool(self.attention)}


def require_open(release: Release) -> None:
    """Refuse what cannot be done with a release that has ended.

    Raises:
        InvalidCommand: it is deployed or cancelled.
    """
    if release.ended:
        since = iso(release.deployed_at or release.cancelled_at)
        raise InvalidCommand("state", f"is {release.state} since {since}")
