"""Which defects are in a release, and how far they have been told of its plan (R3, R4)."""

from datetime import datetime
from typing import Literal

from domain.contract.defect import RetryDeliveries
from domain.contract.effects import AlignDefects, MemberChange
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import DefectsAligned
from domain.contract.release import AttachDefect, AttachDefects, DetachDefect, Freeze, Unfreeze
from domain.entity import iso
from domain.release.state import FanOut, Release, require_open

FAN_OUTS_KEPT = 10
MISSING_KEPT = 20


def attach_defect(release: Release, command: AttachDefect, now: datetime) -> None:
    """The fix of a defect is in the release; those attached to it are told (R3)."""
    _attach(release, [command.defect], command.actor, now)


def attach_defects(release: Release, command: AttachDefects, now: datetime) -> None:
    """The fixes of many defects."""
    _attach(release, list(dict.fromkeys(command.defects)), command.actor, now)


def _attach(release: Release, defects: list[str], actor: str, now: datetime) -> None:
    _require_not_frozen(release)
    if release.deploy_at <= now:
        raise InvalidCommand("defect", "the hour of the release has passed; reschedule it")
    _change(release, defects, True, "release.defects_attached", actor, now)


def detach_defect(release: Release, command: DetachDefect, now: datetime) -> None:
    """The fix is not in it after all; those attached to the defect are told (R3)."""
    _require_not_frozen(release)
    _change(
        release,
        [command.defect],
        False,
        "release.defects_detached",
        command.actor,
        now,
        command.reason,
    )


def freeze(release: Release, command: Freeze, now: datetime) -> None:
    """No defect joins or leaves until it is lifted; the date may still change."""
    require_open(release)
    if release.frozen_at is not None:
        raise InvalidCommand("state", f"is frozen since {iso(release.frozen_at)}")
    release.frozen_at = now
    release.record("release.frozen", now, internal_text=command.reason, actor=command.actor)


def unfreeze(release: Release, command: Unfreeze, now: datetime) -> None:
    """Defects may join and leave again."""
    require_open(release)
    if release.frozen_at is None:
        raise InvalidCommand("state", "is not frozen")
    release.frozen_at = None
    release.record("release.unfrozen", now, actor=command.actor)


def retry_deliveries(release: Release, command: RetryDeliveries, now: datetime) -> None:
    """Every defect is told again how the plan stands: those that were missing may run now.

    A defect that knows the plan changes nothing, and its clients hear nothing.
    """
    release.record("deliveries.retried", now, actor=command.actor)
    release.missing = []
    release.plan_sequence = release.sequence
    tell_defects(release, now, command.actor, None)


def _require_not_frozen(release: Release) -> None:
    require_open(release)
    if release.frozen_at is not None:
        raise InvalidCommand("state", f"is frozen since {iso(release.frozen_at)}; unfreeze it")


def _change(
    release: Release,
    defects: list[str],
    attached: bool,
    event: str,
    actor: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    release.missing = [number for number in release.missing if number not in defects]
    named = {"defect": defects[0]} if len(defects) == 1 else {"count": len(defects)}
    release.record(event, now, internal_text=reason, actor=actor, **named)
    release.change_members(
        MemberChange(sequence=release.sequence, at=now, defects=defects, attached=attached)
    )
    tell_defects(release, now, actor, reason)


# --- the fan-out ----------------------------------------------------------------------------------


def tell_defects(release: Release, now: datetime, actor: str, reason: str | None) -> None:
    """Bring every defect in line with how the plan stands."""
    plan: Literal["planned", "deployed", "cancelled"] = "planned"
    if release.ended:
        plan = "deployed" if release.deployed_at is not None else "cancelled"
    effect = AlignDefects(
        **release.next_key("align"),
        at=now,
        plan=plan,
        plan_version=release.plan_version,
        plan_sequence=release.plan_sequence,
        plan_change=release.plan_change,
        deploy_at=release.deploy_at,
        reason=reason or f"release {release.number}",
        actor=actor,
    )
    fan_out = FanOut(key=effect.key, plan=plan, plan_version=release.plan_version, began_at=now)
    release.fan_outs = [*release.fan_outs, fan_out][-FAN_OUTS_KEPT:]
    release.emit(effect)


def note_round(
    release: Release, effect: AlignDefects, receipt: DefectsAligned, now: datetime
) -> None:
    """One round of telling defects is over, perhaps the last."""
    release.attached = receipt.attached
    if effect.plan_sequence == release.plan_sequence:  # Otherwise all are going to be told anew.
        missing = dict.fromkeys([*release.missing, *receipt.missing])
        release.missing = list(missing)[-MISSING_KEPT:]
    done = not receipt.unfinished
    keys = [fan_out.key for fan_out in release.fan_outs]
    if effect.key in keys:
        place = keys.index(effect.key)
        here = release.fan_outs[place].after_round(receipt, now if done else None)
        # The lane is first in, first out: what is older and did not end was replaced.
        older = [fan_out.given_way(now) for fan_out in release.fan_outs[:place]]
        release.fan_outs = [*older, here, *release.fan_outs[place + 1 :]]
    if done and not receipt.superseded:
        release.record("release.defects_told", now, plan=effect.plan, version=effect.plan_version)
