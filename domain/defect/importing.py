"""How a defect begins that was confirmed elsewhere, long ago: its clocks start silently.

No message goes out about the past, and nothing escalates for it; what was missed by
now is on record as missed. From now on everything is due as for any other defect.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.contract.defect import DefectStart, PastDefect, PastHold, PastPlan
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Attachment
from domain.defect import notify, updates
from domain.defect.hold import spend_budget
from domain.defect.state import Defect, PlannedRelease
from domain.defect.target import TargetClock
from domain.entity import iso


def begin_with_past(
    defect: Defect,
    start: DefectStart,
    past: PastDefect,
    cases: Sequence[Attachment],
    now: datetime,
) -> None:
    """Take up where another system left off.

    Raises:
        InvalidCommand: something lies before the confirmation, or in the future.
    """
    _require_order(past, now)
    defect.stage = past.stage or defect.stage
    defect.record(
        "defect.confirmed",
        past.confirmed_at,
        public=True,
        public_text=defect.public_summary,
        internal_text=start.internal_description,
        severity=defect.severity,
        actor=start.actor,
    )
    defect.record("defect.imported", now, actor=start.actor)
    notify.attach(defect, cases, now)
    defect.imported_alone = not cases
    limit = defect.rules.raised_at_clients
    if limit is not None and defect.affected_clients >= limit:
        defect.priority = "raised"
    _take_up_target(defect, past, past.resolved_at or now, now)
    if past.resolved_at is not None:
        defect.target.pause(defect.rules.target, defect.calendar, past.resolved_at)
        defect.resolved_at = past.resolved_at
        defect.record("defect.resolved", past.resolved_at, public=True, actor=start.actor)
        return
    defect.hold.since = past.held_since
    updates.restart(defect, now, None)
    if past.release is not None:
        _take_up_plan(defect, past.release, now)


def _take_up_target(defect: Defect, past: PastDefect, until: datetime, now: datetime) -> None:
    """The budget counts from then; what was due by now is done, told or not (T7)."""
    since = min(past.severity_since or past.confirmed_at, until)
    held_at = max(since, min(past.held_since or until, until))
    for hold in past.holds:
        defect.hold.since = hold.since
        defect.hold.end(hold.until)
    for start, end in _spent(since, held_at, past.holds):
        spend_budget(defect, start)
        _note_due(defect, end, now)
        if end < held_at or past.held_since is not None:
            defect.target.pause(defect.rules.target, defect.calendar, end)


def _spent(
    since: datetime, until: datetime, holds: Sequence[PastHold]
) -> Iterator[tuple[datetime, datetime]]:
    """The times in which the budget was spent, the last one until then."""
    for hold in holds:
        if hold.since > since:
            yield since, hold.since
        since = max(since, hold.until)
    yield since, until


def _note_due(defect: Defect, by: datetime, now: datetime) -> None:
    """Steps and a target that were due while the budget was spent, each once."""
    rules, calendar, target = defect.rules, defect.calendar, defect.target
    if not defect.has_target or rules.target is None:
        return
    for step in rules.rungs:
        key = TargetClock.step_key(defect.severity, step)
        due = target.due_at(defect.severity, rules.target, calendar, step.share)
        if due is not None and due <= by and key not in target.fired:
            target.fired = [*target.fired, key]
    due = defect.target_due_at
    if due is not None and due <= by and defect.severity not in target.missed_at:
        target.missed_at = target.missed_at | {defect.severity: due}
        defect.record("target.missed", now, severity=defect.severity, due_at=iso(due))


def _take_up_plan(defect: Defect, plan: PastPlan, now: datetime) -> None:
    overdue_at = defect.policy.releases.overdue_at(plan.deploy_at)
    defect.plan.release = PlannedRelease(
        id=plan.id,
        deploy_at=plan.deploy_at,
        scheduled_at=now,
        overdue_asked=overdue_at <= now,
    )


def _require_order(past: PastDefect, now: datetime) -> None:
    """Nothing lies before the confirmation or in the future."""
    for name in ("confirmed_at", "severity_since", "held_since", "resolved_at"):
        at: datetime | None = getattr(past, name)
        if at is None:
            continue
        if at > now:
            raise InvalidCommand(f"past.{name}", f"must not be after {iso(now)}")
        if at < past.confirmed_at:
            raise InvalidCommand(f"past.{name}", "must not be before past.confirmed_at")
    over = min(at for at in (past.held_since, past.resolved_at, now) if at is not None)
    bounds = [past.confirmed_at, *(at for hold in past.holds for at in (hold.since, hold.until))]
    if [*bounds, over] != sorted([*bounds, over]):
        raise InvalidCommand(
            "past.holds",
            f"must come one after the other, none before past.confirmed_at or after {iso(over)}",
        )
