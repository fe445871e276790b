"""How a defect follows the plan of its fix: scheduled, moved, withdrawn, due, overdue (R3-R5)."""

from datetime import datetime
from typing import Any, Literal

from domain.contract.defect import ReleaseDeployed, ScheduleRelease, WithdrawRelease
from domain.contract.effects import Joint
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.defect import notify
from domain.defect.notify import REMINDER_TOPIC
from domain.defect.resolution import end
from domain.defect.state import PLANS_KEPT, Defect, PlannedRelease, require_active
from domain.entity import Due, Reminding, iso


def schedule_release(defect: Defect, command: ScheduleRelease, now: datetime) -> None:
    """R3: told once per change of release or date; the same plan again changes nothing."""
    require_active(defect)
    _require_newer(defect, command)
    before = defect.plan.release
    if command.moved and command.release in defect.plan.versions:
        _require_planned_for(defect, command.release)
    planned = (command.release, command.deploy_at)
    if before is not None and (before.id, before.deploy_at) == planned:
        _note_version(defect, command)
        defect.plan.release = before.model_copy(update={"watched": command.watched})
        return
    if command.deploy_at <= now:
        raise InvalidCommand("deploy_at", f"must be after {iso(now)}")
    _note_version(defect, command)
    defect.plan.release = PlannedRelease(
        id=command.release,
        deploy_at=command.deploy_at,
        scheduled_at=now,
        watched=command.watched,
    )
    kind = (
        ClientEvent.DEFECT_RELEASE_SCHEDULED
        if before is None
        else ClientEvent.DEFECT_RELEASE_RESCHEDULED
    )
    facts: dict[str, Any] = {"release": command.release, "deploy_at": iso(command.deploy_at)}
    if before is not None:
        facts["before"] = {"release": before.id, "deploy_at": iso(before.deploy_at)}
    defect.record(kind, now, public=True, actor=command.actor, **facts)
    notify.attached(
        defect,
        kind,
        now,
        replaces=(REMINDER_TOPIC,),
        release_id=command.release,
        joint=_joint(command, "planned", command.deploy_at),
        **facts,
    )


def withdraw_release(defect: Defect, command: WithdrawRelease, now: datetime) -> None:
    """R3: the fix is in no release now; `reason` stays internal."""
    require_active(defect)
    _require_newer(defect, command)
    _require_planned_for(defect, command.release)
    _note_version(defect, command)
    defect.plan.release = None
    kind = ClientEvent.DEFECT_RELEASE_WITHDRAWN
    defect.record(
        kind,
        now,
        public=True,
        internal_text=command.reason,
        release=command.release,
        actor=command.actor,
    )
    notify.attached(
        defect,
        kind,
        now,
        replaces=(REMINDER_TOPIC,),
        release_id=command.release,
        joint=_joint(command, "withdrawn"),
        release=command.release,
    )


def release_deployed(defect: Defect, command: ReleaseDeployed, now: datetime) -> None:
    """R4: the release is out, so the defect is resolved.

    Word of a release that knows its plan counts for a defect too that never heard of the plan.
    While the cases are on their way to another defect it waits for what comes of that.
    """
    require_active(defect)
    _require_newer(defect, command)
    unheard = defect.plan.release is None and command.release not in defect.plan.versions
    if not (unheard and command.plan_version is not None):
        _require_planned_for(defect, command.release)
    if defect.merge.moving is not None:
        defect.plan.deployed_meanwhile = command
        defect.record(
            "defect.deployed_meanwhile", now, release=command.release, actor=command.actor
        )
        return
    _resolve_with(defect, command, now)


def take_up_deployment(defect: Defect, now: datetime) -> None:
    """R4: what was deployed while the cases were being moved, now that they are not."""
    deployed, defect.plan.deployed_meanwhile = defect.plan.deployed_meanwhile, None
    if deployed is not None and defect.active:
        _resolve_with(defect, deployed, now)


def _resolve_with(defect: Defect, said: ReleaseDeployed, now: datetime) -> None:
    end(
        defect,
        f"deployed with {said.release}",
        None,
        now,
        said.actor,
        release=said.release,
        joint=_joint(said, "deployed"),
    )
    defect.plan.unwatch()


# --- what time brings -----------------------------------------------------------------------------


def agenda(defect: Defect) -> list[Due[Defect]]:
    """R5: the reminder, and the question when the hour passes without word.

    A release asks for all the defects it watches, but those served round the clock ask themselves.
    """
    release, rules = defect.plan.release, defect.policy.releases
    if release is None:
        return []
    items: list[Due[Defect]] = []
    remind_at = rules.remind_at(release.deploy_at)
    if not release.reminded and remind_at > release.scheduled_at:
        items.append(Due(remind_at, "release reminder", _remind_clients))
    asks_itself = not release.watched or defect.rules.round_the_clock
    if asks_itself and not release.overdue_asked:
        overdue_at = rules.overdue_at(release.deploy_at)
        items.append(Due(overdue_at, "release overdue", _ask_engineering))
    return items


def _remind_clients(defect: Defect, _due: datetime, now: datetime) -> None:
    release = defect.plan.release
    if release is None:
        return
    defect.plan.release = release.model_copy(update={"reminded": True})
    if now >= release.deploy_at:
        return  # Nothing ran until now; clients are not told of an hour that has passed.
    facts = defect.release_fact or {}
    defect.record("defect.release_reminder", now, public=True, **facts)
    notify.attached(
        defect,
        ClientEvent.DEFECT_RELEASE_REMINDER,
        now,
        replaceable=REMINDER_TOPIC,
        release_id=release.id,
        joint=Joint(release=release.id, says="reminder", deploy_at=release.deploy_at),
        release=release.id,
        deploy_at=facts["deploy_at"],
    )


def _ask_engineering(defect: Defect, due: datetime, now: datetime) -> None:
    release = defect.plan.release
    if release is None:
        return
    defect.plan.release = release.model_copy(update={"overdue_asked": True})
    defect.record("defect.release_overdue", now, release=release.id, since=iso(due))
    _ask_again(defect, now)


def _ask_again(defect: Defect, now: datetime) -> None:
    if (release := defect.plan.release) is not None:
        notify.remind(
            defect,
            StaffEvent.DEFECT_RELEASE_OVERDUE,
            Role.ENGINEERING,
            now,
            critical=defect.rules.round_the_clock,
            release=release.id,
            deploy_at=iso(release.deploy_at),
        )


def _owed(defect: Defect, _at: datetime) -> bool:
    release = defect.plan.release
    return defect.active and release is not None and release.overdue_asked


REMINDING: Reminding[Defect] = Reminding(role=Role.ENGINEERING, owed=_owed, again=_ask_again)
"""The hour of its release has passed without word."""


# --- plans that were heard of ---------------------------------------------------------------------


def _joint(
    said: ScheduleRelease | WithdrawRelease | ReleaseDeployed,
    says: Literal["planned", "withdrawn", "deployed"],
    deploy_at: datetime | None = None,
) -> Joint | None:
    """What the other defects of the release say too; None where it did not say which change."""
    if said.change is None:
        return None
    return Joint(release=said.release, says=says, change=said.change, deploy_at=deploy_at)


def _require_newer(
    defect: Defect, command: ScheduleRelease | WithdrawRelease | ReleaseDeployed
) -> None:
    said, known = command.plan_version, defect.plan.versions.get(command.release)
    if said is not None and known is not None and said < known:
        raise InvalidCommand("plan_version", f"{said} is older than {known}")


def _require_planned_for(defect: Defect, release: str) -> None:
    planned = defect.plan.release
    if planned is None:
        raise InvalidCommand("release", "the fix is not scheduled for any release")
    if planned.id != release:
        raise InvalidCommand("release", f"the fix is scheduled for {planned.id}")


def _note_version(defect: Defect, command: ScheduleRelease | WithdrawRelease) -> None:
    if command.plan_version is None:
        return
    others = [(k, v) for k, v in defect.plan.versions.items() if k != command.release]
    newest = (command.release, command.plan_version)
    defect.plan.versions = dict([*others, newest][-PLANS_KEPT:])
