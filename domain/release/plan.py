"""The plan of a release: its date, its end, and the question when its hour passes (R1, R3-R5)."""

from datetime import datetime, timedelta
from typing import Any

from domain.contract.effects import NotifyStaff
from domain.contract.events import Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.release import CancelRelease, Deploy, ReleaseStart, Reschedule
from domain.entity import Due, Reminding, iso
from domain.policy import PinnedPolicy
from domain.release import notices
from domain.release.defects import tell_defects
from domain.release.state import Announcements, Notice, Release, require_open


def begin(number: str, start: ReleaseStart, policy: PinnedPolicy, now: datetime) -> Release:
    """Plan a release at `now`.

    Raises:
        InvalidCommand: the date has passed.
    """
    if start.deploy_at <= now:
        raise InvalidCommand("deploy_at", f"must be after {iso(now)}")
    ahead = sorted(set(policy.releases.notice_days), reverse=True)
    release = Release(
        number=number,
        policy=policy,
        sequence=start.sequence,
        plan_version=1 + (start.again.plan_version if start.again else 0),
        release_kind=start.kind,
        title=start.title,
        deploy_at=start.deploy_at,
        window_minutes=start.window_minutes,
        functional_areas=start.functional_areas,
        public_notes=start.public_notes,
        planned_at=now,
        announcements=Announcements(
            notices=[
                Notice(days=days, skipped=start.deploy_at - timedelta(days=days) <= now)
                for days in ahead
            ]
        ),
    )
    release.record(
        "release.planned",
        now,
        public=True,
        public_text=start.public_notes,
        deploy_at=iso(start.deploy_at),
        release_kind=start.kind,
        actor=start.actor,
    )
    release.plan_sequence = release.plan_change = release.sequence
    return release


# --- commands -------------------------------------------------------------------------------------


def reschedule(release: Release, command: Reschedule, now: datetime) -> None:
    """R3: pending notices move, everyone attached to its defects is told once."""
    require_open(release)
    if command.deploy_at <= now:
        raise InvalidCommand("deploy_at", f"must be after {iso(now)}")
    if command.deploy_at == release.deploy_at:
        return
    before, release.deploy_at = release.deploy_at, command.deploy_at
    release.asked_at = None
    notices.revive(release, now)
    _change(
        release,
        "release.rescheduled",
        command.actor,
        command.reason,
        now,
        before=iso(before),
        deploy_at=iso(release.deploy_at),
    )
    notices.follow_date(release, before, now)


def deploy(release: Release, command: Deploy, now: datetime) -> None:
    """R4: it is out; its defects are resolved."""
    require_open(release)
    release.deployed_at = now
    notices.withdraw(release, now)
    _change(release, "release.deployed", command.actor, None, now)


def cancel(release: Release, command: CancelRelease, now: datetime) -> None:
    """R3: there will be no such release; its defects are in none."""
    require_open(release)
    release.cancelled_at = now
    if release.announcements.last_at is not None:
        notices.give(release, now, cancelled=True)
    _change(release, "release.cancelled", command.actor, command.reason, now)


def _change(
    release: Release,
    event: str,
    actor: str,
    reason: str | None,
    now: datetime,
    **details: Any,
) -> None:
    """A new version of the plan: all defects are told anew."""
    release.plan_version += 1
    release.missing = []  # Who does not run here is named again.
    release.record(event, now, public=True, internal_text=reason, actor=actor, **details)
    release.plan_sequence = release.plan_change = release.sequence
    tell_defects(release, now, actor, reason)


# --- what time brings -----------------------------------------------------------------------------


def agenda(release: Release) -> list[Due[Release]]:
    """R5: the question when its hour passes without word."""
    if release.asked_at is not None:
        return []
    overdue_at = release.policy.releases.overdue_at(release.deploy_at)
    return [Due(overdue_at, "release overdue", _ask_engineering)]


def _ask_engineering(release: Release, due: datetime, now: datetime) -> None:
    """R5, once for all its defects: clients are told nothing that has not happened."""
    release.asked_at = now
    release.record("release.overdue", now, since=iso(due))
    _ask_again(release, now)


def _ask_again(release: Release, now: datetime) -> None:
    release.remind_staff(
        StaffEvent.DEFECT_RELEASE_OVERDUE,
        Role.ENGINEERING,
        now,
        release=release.number,
        facts={
            "title": release.title,
            "deploy_at": iso(release.deploy_at),
            "defects": release.attached,
        },
    )


def _owed(release: Release, _at: datetime) -> bool:
    return not release.ended and release.asked_at is not None


REMINDING: Reminding[Release] = Reminding(role=Role.ENGINEERING, owed=_owed, again=_ask_again)
"""Its hour has passed without word."""


def still_matters(release: Release, notice: NotifyStaff, _now: datetime) -> bool:
    """Whether the question that waited for support hours is still open."""
    return not release.ended and notice.facts["deploy_at"] == iso(release.deploy_at)
