"""How a defect ends, and begins again: resolved, reopened, closed for good (C9)."""

from datetime import datetime, timedelta

from domain.contract.defect import Reopen, Resolve
from domain.contract.effects import CloseCases, Joint
from domain.contract.events import ClientEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Stage
from domain.defect import notify, posted_texts, severity
from domain.defect.notify import REMINDER_TOPIC, STATUS_TOPIC
from domain.defect.state import Defect, require_active, require_not_moving
from domain.entity import Due, iso


def resolve(defect: Defect, command: Resolve, now: datetime) -> None:
    """C9: everyone attached is told once, their cases close."""
    require_active(defect)
    require_not_moving(defect)
    end(defect, command.resolution, command.public_text, now, command.actor)


def end(
    defect: Defect,
    resolution: str,
    public_text: str | None,
    now: datetime,
    actor: str,
    release: str | None = None,
    joint: Joint | None = None,
) -> None:
    """The defect is resolved, by `release` where one is named."""
    defect.hold.end(now)
    severity.leave(defect, now, public_text or posted_texts.RESOLVED)
    defect.resolved_at = now
    defect.record(
        "defect.resolved",
        now,
        public=True,
        public_text=public_text,
        internal_text=resolution,
        release=release,
        actor=actor,
    )
    notify.attached(
        defect,
        ClientEvent.DEFECT_RESOLVED,
        now,
        replaces=(STATUS_TOPIC, REMINDER_TOPIC),
        release_id=release,
        joint=joint,
        text=public_text,
        release=release,
    )
    defect.reclassification, defect.hold.waiting_cases = None, {}
    if defect.cases:
        key, formerly = defect.next_key("close_cases"), defect.merge.formerly
        defect.emit(CloseCases(**key, at=now, resolution=resolution, formerly=formerly))


def reopen(defect: Defect, command: Reopen, now: datetime) -> None:
    """The defect is not resolved after all; the budget goes on where it was (T2)."""
    if defect.active or defect.merge.into is not None:
        raise InvalidCommand("state", f"is {defect.state}, not resolved")
    if defect.closed_at is not None:
        raise InvalidCommand("state", f"is closed since {iso(defect.closed_at)}")
    defect.resolved_at = None
    release = defect.plan.release
    ahead = release is not None and release.watched and release.deploy_at > now
    defect.plan.release = release.unwatched() if release is not None and ahead else None
    defect.stage = Stage.INVESTIGATING
    defect.record(
        "defect.reopened", now, public=True, internal_text=command.reason, actor=command.actor
    )
    told = notify.attached(defect, ClientEvent.DEFECT_REOPENED, now)
    severity.enter(defect, now, told, reason=command.reason)


def agenda(defect: Defect) -> list[Due[Defect]]:
    """The end of the window in which it may be reopened."""
    if defect.closed_at is not None or defect.resolved_at is None:
        return []
    window = timedelta(days=defect.policy.defects.reopen_window_days)
    return [Due(defect.resolved_at + window, "reopen window ends", close)]


def close(defect: Defect, _due: datetime, now: datetime) -> None:
    """Nothing can be said to it any more."""
    defect.closed_at = now
    defect.record("defect.closed", now)
