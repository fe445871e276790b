"""The life of a release: planned, announced, moved, out or called off (R1-R5).

The release is the truth about its date. Which defects are in it is in the database, however many
they are; the state only counts them.
"""

from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import Field

from domain.contract.defect import RetryDeliveries
from domain.contract.effects import AlignDefects, Effect, MemberChange, Receipt, TellStaff, Whom
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.release import (
    Announce,
    AttachDefect,
    AttachDefects,
    CancelRelease,
    Deploy,
    DetachDefect,
    Freeze,
    ReleaseKind,
    ReleaseStart,
    Reschedule,
    Unfreeze,
)
from domain.contract.values import Instant, Value
from domain.entity import Due, Machine, iso
from domain.policy import PinnedPolicy

FAN_OUTS_KEPT = 10
MISSING_KEPT = 20
NOTICE_TOPIC = "release notice"
"""Tag of advance notices: another date, or the end, makes a waiting one wrong."""


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

    def after_round(self, receipt: Receipt, ended_at: datetime | None) -> "FanOut":
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


class Release(Machine):
    """A release. `open` makes one; afterwards `handle` and `fire` do everything."""

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
    """The machine's sequence at the last of these changes."""
    planned_at: Instant
    frozen_at: Instant | None = None
    announced_at: Instant | None = None
    deployed_at: Instant | None = None
    cancelled_at: Instant | None = None
    asked_at: Instant | None = None
    """When engineering was asked whether it is out; None again after another date."""
    notices: list[Notice] = Field(default_factory=list)
    announcing: str | None = None
    """Key of the last advance notice, as long as it is not known to be delivered."""
    attached: int = 0
    missing: list[str] = Field(default_factory=list)
    """The last defects that should have been told and do not run here."""
    fan_outs: list[FanOut] = Field(default_factory=list)

    @classmethod
    def open(
        cls,
        number: str,
        start: ReleaseStart,
        policy: PinnedPolicy,
        now: datetime,
        *,
        accepted: bool = False,
    ) -> tuple[Self, list[Effect]]:
        """Plan a release at `now`.

        Raises:
            InvalidCommand: the date has passed, or the public notes promise another time (D7).
        """
        if start.deploy_at <= now:
            raise InvalidCommand("deploy_at", f"must lie after {iso(now)}")
        ahead = sorted(set(policy.releases.notice_days), reverse=True)
        release = cls(
            number=number,
            policy=policy,
            release_kind=start.kind,
            title=start.title,
            deploy_at=start.deploy_at,
            window_minutes=start.window_minutes,
            functional_areas=start.functional_areas,
            public_notes=start.public_notes,
            planned_at=now,
            notices=[
                Notice(days=days, skipped=start.deploy_at - timedelta(days=days) <= now)
                for days in ahead
            ],
        )
        release._accepted = accepted
        release._refuse_promises("public_notes", start.public_notes, now)
        release._record(
            "release.planned",
            now,
            public=True,
            public_text=start.public_notes,
            deploy_at=iso(start.deploy_at),
            release_kind=start.kind,
            actor=start.actor,
        )
        release.plan_sequence = release.sequence
        return release, release._taken(now)

    # --- how it stands ---------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """Deployed or called off; its defects may still have to be told."""
        return self.deployed_at is not None or self.cancelled_at is not None

    @property
    def finished(self) -> bool:
        """Ended, and every defect has been told."""
        return self.ended and not self._fan_out_under_way

    @property
    def _fan_out_under_way(self) -> bool:
        return bool(self.fan_outs) and self.fan_outs[-1].ended_at is None

    @property
    def state(self) -> Literal["planned", "frozen", "deploying", "deployed", "cancelled"]:
        """The one word for where it stands."""
        if self.cancelled_at is not None:
            return "cancelled"
        if self.deployed_at is not None:
            return "deploying" if self._fan_out_under_way else "deployed"
        return "planned" if self.frozen_at is None else "frozen"

    @property
    def attention(self) -> list[str]:
        """Reasons, other than deliveries, why somebody should look."""
        reasons = []
        if self.missing:
            reasons.append(f"attached, but not running here: {', '.join(self.missing)}")
        if self.asked_at is not None and not self.ended:
            reasons.append("its hour has passed without word that it was deployed or moved")
        return reasons

    def banner(self, now: datetime) -> dict[str, Any] | None:
        """What the portal's login page announces at `now` (R2)."""
        days = max((notice.days for notice in self.notices), default=0.0)
        near = now >= self.deploy_at - timedelta(days=days) or self.announced_at is not None
        return None if self.ended or not near else self._announcement()

    def status(self, now: datetime) -> dict[str, Any]:
        """How it stands, but for what only the workflow knows of deliveries."""
        last = self.fan_outs[-1] if self.fan_outs else None
        return {
            "number": self.number,
            "kind": self.release_kind,
            "title": self.title,
            "state": self.state,
            "deploy_at": iso(self.deploy_at),
            "window_minutes": self.window_minutes,
            "functional_areas": self.functional_areas,
            "public_notes": self.public_notes,
            "plan_version": self.plan_version,
            "defects": {
                "attached": self.attached,
                "to_align": last.left if last else 0,
                "missing": self.missing,
            },
            "notices": [
                {
                    "days": notice.days,
                    "at": iso(notice.due_at(self.deploy_at)),
                    "sent_at": iso(notice.sent_at),
                    "skipped": notice.skipped,
                }
                for notice in self.notices
            ],
            "banner": self.banner(now),
            "fan_outs": [
                fan_out.model_dump(mode="json", exclude={"key"}) for fan_out in self.fan_outs
            ],
            "rejected": [r.model_dump(mode="json") for r in self.rejected],
            "policy": {"name": self.policy.name, "version": self.policy.version},
            "planned_at": iso(self.planned_at),
            "deployed_at": iso(self.deployed_at),
            "cancelled_at": iso(self.cancelled_at),
        }

    def snapshot(self, now: datetime) -> dict[str, Any]:
        """`status`, for the portal."""
        return self.status(now) | {"needs_attention": bool(self.attention)}

    # --- what time brings ------------------------------------------------------------------------

    def agenda(self) -> list[Due]:
        """Everything time will bring unless something else happens first."""
        items = self._postponed_agenda()
        if self.ended:
            return items
        for notice in self.notices:
            if notice.pending:
                at = notice.due_at(self.deploy_at)
                items.append(Due(at, f"notice {notice.days:g} days ahead", self._give_notice))
        if self.asked_at is None:
            minutes = self.policy.releases.overdue_after_minutes
            overdue_at = self.deploy_at + timedelta(minutes=minutes)
            items.append(Due(overdue_at, "release overdue", self._ask_whether_deployed))
        return items

    def _give_notice(self, _due: datetime, now: datetime) -> None:
        """R2: one message, though several notices may be due after an outage or another date."""
        due = [n for n in self.notices if n.pending and n.due_at(self.deploy_at) <= now]
        in_time = now < self.deploy_at
        came: dict[str, Any] = {"sent_at": now} if in_time else {"skipped": True}
        self.notices = [n.model_copy(update=came) if n in due else n for n in self.notices]
        if in_time:
            self._announce(now, days=min(notice.days for notice in due))

    def _announce(self, now: datetime, actor: str | None = None, **details: Any) -> None:
        self.announced_at = now
        facts = self._announcement() | details
        self._record(
            "release.notice",
            now,
            public=True,
            public_text=self.public_notes,
            actor=actor,
            deploy_at=iso(self.deploy_at),
            **details,
        )
        notice = self._tell_clients(
            ClientEvent.RELEASE_NOTICE,
            now,
            whom=Whom(kind="newsletter"),
            release=self.number,
            facts=facts,
            replaceable=NOTICE_TOPIC,
            replaces=(NOTICE_TOPIC,),
        )
        self.announcing = notice.key

    def _withdraw_notice(self, now: datetime) -> None:
        """A message to nobody takes the place of a notice that still waits and is wrong now."""
        if self.announcing is not None:
            self._tell_clients(
                ClientEvent.RELEASE_NOTICE,
                now,
                people=[],
                release=self.number,
                replaces=(NOTICE_TOPIC,),
            )
            self.announcing = None

    def _announcement(self) -> dict[str, Any]:
        return {
            "release_kind": self.release_kind,
            "title": self.title,
            "deploy_at": iso(self.deploy_at),
            "window_minutes": self.window_minutes,
            "functional_areas": self.functional_areas,
            "public_notes": self.public_notes,
        }

    def _ask_whether_deployed(self, due: datetime, now: datetime) -> None:
        """R5, once for all its defects: clients are told nothing that has not happened."""
        self.asked_at = now
        self._record("release.overdue", now, since=iso(due))
        self._remind_staff(
            StaffEvent.DEFECT_RELEASE_OVERDUE,
            Role.ENGINEERING,
            now,
            release=self.number,
            facts={
                "title": self.title,
                "deploy_at": iso(self.deploy_at),
                "defects": self.attached,
            },
        )

    def _still_matters(self, notice: TellStaff) -> bool:
        return not self.ended and notice.facts["deploy_at"] == iso(self.deploy_at)

    # --- what came of it -------------------------------------------------------------------------

    def _note_delivery(self, effect: Effect, receipt: Receipt, now: datetime) -> None:
        if effect.key == self.announcing:
            self.announcing = None
        if not isinstance(effect, AlignDefects):
            return
        self.attached = receipt.attached
        if effect.plan_sequence == self.plan_sequence:  # Otherwise all are going to be told anew.
            missing = dict.fromkeys([*self.missing, *receipt.missing])
            self.missing = list(missing)[-MISSING_KEPT:]
        done = receipt.left == 0
        keys = [fan_out.key for fan_out in self.fan_outs]
        if effect.key in keys:
            place = keys.index(effect.key)
            here = self.fan_outs[place].after_round(receipt, now if done else None)
            # The lane is first in, first out: what is older and did not end was replaced.
            older = [fan_out.given_way(now) for fan_out in self.fan_outs[:place]]
            self.fan_outs = [*older, here, *self.fan_outs[place + 1 :]]
        if done and not receipt.superseded:
            self._record("release.defects_told", now, plan=effect.plan, version=effect.plan_version)

    # --- commands --------------------------------------------------------------------------------

    def attach_defect(self, command: AttachDefect, now: datetime) -> None:
        """The fix of a defect is in the release; those attached to it are told (R3)."""
        self._attach([command.defect], command.actor, now)

    def attach_defects(self, command: AttachDefects, now: datetime) -> None:
        """The fixes of many defects."""
        self._attach(list(dict.fromkeys(command.defects)), command.actor, now)

    def _attach(self, defects: list[str], actor: str, now: datetime) -> None:
        self._must_not_be_frozen()
        if self.deploy_at <= now:
            raise InvalidCommand("defect", "the hour of the release has passed; reschedule it")
        self._change(defects, True, "release.defects_attached", actor, now)

    def detach_defect(self, command: DetachDefect, now: datetime) -> None:
        """The fix is not in it after all; those attached to the defect are told (R3)."""
        self._must_not_be_frozen()
        self._change(
            [command.defect], False, "release.defects_detached", command.actor, now, command.reason
        )

    def reschedule(self, command: Reschedule, now: datetime) -> None:
        """R3: pending notices move, everyone attached to its defects is told once."""
        self._must_be_open()
        if command.deploy_at <= now:
            raise InvalidCommand("deploy_at", f"must lie after {iso(now)}")
        if command.deploy_at == self.deploy_at:
            return
        before, self.deploy_at = self.deploy_at, command.deploy_at
        self.asked_at = None
        self.notices = [
            notice.model_copy(update={"skipped": False})
            if notice.skipped and notice.due_at(self.deploy_at) > now
            else notice
            for notice in self.notices
        ]
        self._change_plan(
            "release.rescheduled",
            command.actor,
            command.reason,
            now,
            before=iso(before),
            deploy_at=iso(self.deploy_at),
        )
        announced = self.announced_at is not None
        if announced and not any(notice.pending for notice in self.notices):
            self._announce(now, before=iso(before))  # Nothing else would correct what was said.
        elif self.announcing is not None:
            self._announce(now)  # The notice that still waits has the old date.

    def announce(self, command: Announce, now: datetime) -> None:
        """R2: the advance notice, now."""
        self._must_be_open()
        if self.deploy_at <= now:
            raise InvalidCommand("deploy_at", "has passed; reschedule the release")
        self._announce(now, actor=command.actor)

    def freeze(self, command: Freeze, now: datetime) -> None:
        """No defect joins or leaves until it is lifted; the date may still change."""
        self._must_be_open()
        if self.frozen_at is not None:
            raise InvalidCommand("state", f"is frozen since {iso(self.frozen_at)}")
        self.frozen_at = now
        self._record("release.frozen", now, internal_text=command.reason, actor=command.actor)

    def unfreeze(self, command: Unfreeze, now: datetime) -> None:
        """Defects may join and leave again."""
        self._must_be_open()
        if self.frozen_at is None:
            raise InvalidCommand("state", "is not frozen")
        self.frozen_at = None
        self._record("release.unfrozen", now, actor=command.actor)

    def deploy(self, command: Deploy, now: datetime) -> None:
        """R4: it is out; its defects are resolved."""
        self._must_be_open()
        self.deployed_at = now
        self._withdraw_notice(now)
        self._change_plan("release.deployed", command.actor, None, now)

    def cancel(self, command: CancelRelease, now: datetime) -> None:
        """R3: there will be no such release; its defects are in none."""
        self._must_be_open()
        self.cancelled_at = now
        if self.announced_at is not None:
            self._announce(now, cancelled=True)
        self._change_plan("release.cancelled", command.actor, command.reason, now)

    def retry_deliveries(self, command: RetryDeliveries, now: datetime) -> None:
        """Every defect is told again how the plan stands: those that were missing may run now.

        A defect that knows the plan changes nothing, and its clients hear nothing.
        """
        self._record("deliveries.retried", now, actor=command.actor)
        self.missing = []
        self.plan_sequence = self.sequence
        self._align(now, command.actor, None)

    # --- steps the commands share ----------------------------------------------------------------

    def _must_be_open(self) -> None:
        if self.ended:
            raise InvalidCommand(
                "state", f"is {self.state} since {iso(self.deployed_at or self.cancelled_at)}"
            )

    def _must_not_be_frozen(self) -> None:
        self._must_be_open()
        if self.frozen_at is not None:
            raise InvalidCommand("state", f"is frozen since {iso(self.frozen_at)}; unfreeze it")

    def _change(
        self,
        defects: list[str],
        attached: bool,
        event: str,
        actor: str,
        now: datetime,
        reason: str | None = None,
    ) -> None:
        self.missing = [number for number in self.missing if number not in defects]
        named = {"defect": defects[0]} if len(defects) == 1 else {"count": len(defects)}
        self._record(event, now, internal_text=reason, actor=actor, **named)
        self._change_members(
            MemberChange(sequence=self.sequence, at=now, defects=defects, attached=attached)
        )
        self._align(now, actor, reason)

    def _change_plan(
        self, event: str, actor: str, reason: str | None, now: datetime, **details: Any
    ) -> None:
        self.plan_version += 1
        self.missing = []  # All are told anew, and who does not run here is named again.
        self._record(event, now, public=True, internal_text=reason, actor=actor, **details)
        self.plan_sequence = self.sequence
        self._align(now, actor, reason)

    def _align(self, now: datetime, actor: str, reason: str | None) -> None:
        plan: Literal["planned", "deployed", "cancelled"] = "planned"
        if self.ended:
            plan = "deployed" if self.deployed_at is not None else "cancelled"
        effect = AlignDefects(
            **self._next_key("align"),
            at=now,
            plan=plan,
            plan_version=self.plan_version,
            plan_sequence=self.plan_sequence,
            deploy_at=self.deploy_at,
            reason=reason or f"release {self.number}",
            actor=actor,
        )
        fan_out = FanOut(key=effect.key, plan=plan, plan_version=self.plan_version, began_at=now)
        self.fan_outs = [*self.fan_outs, fan_out][-FAN_OUTS_KEPT:]
        self._emit(effect)
