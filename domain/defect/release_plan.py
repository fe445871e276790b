"""How a defect follows the plan of its fix: scheduled, moved, withdrawn, due, overdue (R3, R5)."""

from datetime import datetime, timedelta
from typing import Any

from domain.contract.defect import ReleaseDeployed, ScheduleRelease, WithdrawRelease
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.defect.notify import REMINDER_TOPIC
from domain.defect.state import PLANS_KEPT, PlannedRelease
from domain.defect.updates import UpdatingDefect
from domain.entity import Due, iso


class PlannedDefect(UpdatingDefect):
    """A defect whose fix can be planned for a release."""

    def schedule_release(self, command: ScheduleRelease, now: datetime) -> None:
        """R3: told once per change of release or date; the same plan again changes nothing."""
        self._must_be_active()
        self._must_be_newer(command)
        before = self.release
        if command.moved and command.release in self.plan_versions:
            self._must_be_planned_for(command.release)
        planned = (command.release, command.deploy_at)
        if before is not None and (before.id, before.deploy_at) == planned:
            self._note_plan(command)
            self.release = before.model_copy(update={"watched": command.watched})
            return
        if command.deploy_at <= now:
            raise InvalidCommand("deploy_at", f"must lie after {iso(now)}")
        self._note_plan(command)
        self.release = PlannedRelease(
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
        self._record(kind, now, public=True, actor=command.actor, **facts)
        self._tell_attached(
            kind, now, replaces=(REMINDER_TOPIC,), release_id=command.release, **facts
        )

    def withdraw_release(self, command: WithdrawRelease, now: datetime) -> None:
        """R3: the fix is in no release now; `reason` stays internal."""
        self._must_be_active()
        self._must_be_newer(command)
        self._must_be_planned_for(command.release)
        self._note_plan(command)
        self.release = None
        kind = ClientEvent.DEFECT_RELEASE_WITHDRAWN
        self._record(
            kind,
            now,
            public=True,
            internal_text=command.reason,
            release=command.release,
            actor=command.actor,
        )
        self._tell_attached(
            kind,
            now,
            replaces=(REMINDER_TOPIC,),
            release_id=command.release,
            release=command.release,
        )

    def _remind_of_release(self, _due: datetime, now: datetime) -> None:
        if self.release is None:
            return
        self.release = self.release.model_copy(update={"reminded": True})
        if now >= self.release.deploy_at:
            return  # Nothing ran until now; clients are not told of an hour that has passed.
        facts = self._release_fact() or {}
        self._record("defect.release_reminder", now, public=True, **facts)
        self._tell_attached(
            ClientEvent.DEFECT_RELEASE_REMINDER,
            now,
            replaceable=REMINDER_TOPIC,
            release_id=self.release.id,
            release=self.release.id,
            deploy_at=facts["deploy_at"],
        )

    def _ask_about_release(self, due: datetime, now: datetime) -> None:
        if self.release is None:
            return
        self.release = self.release.model_copy(update={"overdue_asked": True})
        self._record("defect.release_overdue", now, release=self.release.id, since=iso(due))
        ask = self._notify if self.rules.round_the_clock else self._remind
        ask(
            StaffEvent.DEFECT_RELEASE_OVERDUE,
            Role.ENGINEERING,
            now,
            release=self.release.id,
            deploy_at=iso(self.release.deploy_at),
        )

    def _release_agenda(self, release: PlannedRelease) -> list[Due]:
        rules = self.policy.releases
        remind_at = release.deploy_at - timedelta(days=rules.reminder_days_before)
        items: list[Due] = []
        if not release.reminded and remind_at > release.scheduled_at:
            items.append(Due(remind_at, "release reminder", self._remind_of_release))
        asks_itself = not release.watched or self.rules.round_the_clock
        if asks_itself and not release.overdue_asked:
            overdue_at = release.deploy_at + timedelta(minutes=rules.overdue_after_minutes)
            items.append(Due(overdue_at, "release overdue", self._ask_about_release))
        return items

    def _must_be_newer(self, command: ScheduleRelease | WithdrawRelease | ReleaseDeployed) -> None:
        said, known = command.plan_version, self.plan_versions.get(command.release)
        if said is not None and known is not None and said < known:
            raise InvalidCommand("plan_version", f"{said} is older than {known}")

    def _note_plan(self, command: ScheduleRelease | WithdrawRelease) -> None:
        if command.plan_version is None:
            return
        others = [(k, v) for k, v in self.plan_versions.items() if k != command.release]
        newest = (command.release, command.plan_version)
        self.plan_versions = dict([*others, newest][-PLANS_KEPT:])

    def _must_be_planned_for(self, release: str) -> None:
        if self.release is None:
            raise InvalidCommand("release", "the fix is not scheduled for any release")
        if self.release.id != release:
            raise InvalidCommand("release", f"the fix is scheduled for {self.release.id}")
