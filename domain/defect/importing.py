"""How a defect begins that was confirmed elsewhere, long ago: its clocks start silently.

Nobody is told of anything that lies in the past, and nothing escalates for it; what was missed by
now is on record as missed. From now on everything is due as for any other defect.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.contract.defect import DefectStart, PastDefect, PastPlan
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Attachment
from domain.defect.cases import AttendedDefect
from domain.defect.state import PlannedRelease
from domain.defect.target import TargetClock
from domain.entity import iso


class ImportedDefect(AttendedDefect):
    """A defect that may have a past."""

    def _begin_with_past(
        self, start: DefectStart, past: PastDefect, cases: Sequence[Attachment], now: datetime
    ) -> None:
        _must_be_in_order(past, now)
        self.stage = past.stage or self.stage
        self._record(
            "defect.confirmed",
            past.confirmed_at,
            public=True,
            public_text=self.public_summary,
            internal_text=start.internal_description,
            severity=self.severity,
            actor=start.actor,
        )
        self._record("defect.imported", now, actor=start.actor)
        self._join(cases, now)
        self.began_alone = not cases
        limit = self.rules.raised_at_clients
        if limit is not None and self.affected_clients >= limit:
            self.priority = "raised"
        self._take_up_target(past, past.resolved_at or now, now)
        if past.resolved_at is not None:
            self.target.stand(self.rules.target, self.policy.calendar, past.resolved_at)
            self.resolved_at = past.resolved_at
            self._record("defect.resolved", past.resolved_at, public=True, actor=start.actor)
            return
        self.held_since = past.held_since
        self._restart_updates(now, None)
        if past.release is not None:
            self._take_up_plan(past.release, now)

    def _take_up_target(self, past: PastDefect, until: datetime, now: datetime) -> None:
        """The budget counts from then; what was due by now is done, told or not (T7)."""
        since = min(past.severity_since or past.confirmed_at, until)
        stood = min(past.held_since or until, until)
        self._run_target(since)
        rules, calendar = self.rules, self.policy.calendar
        if self.has_target and rules.target is not None:
            for rung in rules.rungs:
                due = self.target.due_at(self.severity, rules.target, calendar, rung.share)
                if due is not None and due <= stood:
                    told = TargetClock.rung_key(self.severity, rung)
                    self.target.told = [*self.target.told, told]
            due = self.target_due_at
            if due is not None and due <= stood:
                self.target.missed_at = self.target.missed_at | {self.severity: due}
                self._record("target.missed", now, severity=self.severity, due_at=iso(due))
            if past.held_since is not None:
                self.target.stand(rules.target, calendar, max(since, stood))

    def _take_up_plan(self, plan: PastPlan, now: datetime) -> None:
        rules = self.policy.releases
        overdue_at = plan.deploy_at + timedelta(minutes=rules.overdue_after_minutes)
        self.release = PlannedRelease(
            id=plan.id,
            deploy_at=plan.deploy_at,
            scheduled_at=now,
            overdue_asked=overdue_at <= now,
        )


def _must_be_in_order(past: PastDefect, now: datetime) -> None:
    """Nothing lies before the confirmation or in the future."""
    for name in ("confirmed_at", "severity_since", "held_since", "resolved_at"):
        at: datetime | None = getattr(past, name)
        if at is None:
            continue
        if at > now:
            raise InvalidCommand(f"past.{name}", f"must not lie after {iso(now)}")
        if at < past.confirmed_at:
            raise InvalidCommand(f"past.{name}", "must not lie before past.confirmed_at")
