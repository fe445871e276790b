"""What a defect's severity obliges us to, and what happens when it changes (D1, D2, T5, T7)."""

from datetime import datetime
from functools import partial

from domain.contract.defect import ChangeSeverity
from domain.contract.effects import NotifyClients
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Severity
from domain.defect import notify, posted_texts, updates
from domain.defect.hold import spend_budget
from domain.defect.notify import STATUS_TOPIC
from domain.defect.state import Defect, require_active
from domain.defect.target import TargetClock
from domain.entity import Due, iso
from domain.policy import EscalationStep


def change_severity(defect: Defect, command: ChangeSeverity, now: datetime) -> None:
    """D1, T2: clocks follow; engineering hears of an S1 at once; clients are told."""
    require_active(defect)
    if command.severity is defect.severity:
        raise InvalidCommand("severity", f"is already {defect.severity}")
    reclassify(defect, command.severity, command.reason, command.actor, now)


def reclassify(defect: Defect, severity: Severity, reason: str, actor: str, now: datetime) -> None:
    """Leave one severity for another."""
    before = defect.severity
    leave(defect, now, posted_texts.LESS_SEVERE)
    defect.severity = severity
    defect.record(
        "defect.severity_changed",
        now,
        public=True,
        internal_text=reason,
        before=before.value,
        severity=severity.value,
        actor=actor,
    )
    told = notify.attached(
        defect,
        ClientEvent.DEFECT_SEVERITY_CHANGED,
        now,
        replaces=(STATUS_TOPIC,),
        before=before.value,
        severity=severity.value,
    )
    enter(defect, now, told, reason=reason)
    raise_if_many(defect, now)


def enter(defect: Defect, now: datetime, told: NotifyClients | None, reason: str | None) -> None:
    """Start what the present severity obliges us to; `told` counts as the first update."""
    if defect.rules.urgent:
        notify.staff(defect, StaffEvent.DEFECT_URGENT, Role.ENGINEERING, now, reason=reason)
    if defect.rules.status_page:
        defect.incident.count += 1
        defect.incident.is_open = True
        notify.status_page(defect, now, defect.public_summary, first=True)
    spend_budget(defect, now)
    updates.restart(defect, now, told)


def leave(defect: Defect, now: datetime, public_text: str) -> None:
    """Stop what the present severity obliged us to; the status page gets a last word."""
    updates.record_missed(defect, now)
    defect.target.pause(defect.rules.target, defect.calendar, now)
    defect.updates.clock = defect.updates.draft = None
    if defect.incident.is_open:
        notify.status_page(defect, now, public_text, resolved=True)
        defect.incident.is_open = False


def raise_if_many(defect: Defect, now: datetime) -> None:
    """S3: several clients hit raise the priority, once."""
    limit = defect.rules.raised_at_clients
    if limit is None or defect.affected_clients < limit or defect.priority == "raised":
        return
    defect.priority = "raised"
    defect.record("defect.raised", now, clients=defect.affected_clients)
    notify.staff(defect, StaffEvent.DEFECT_RAISED, Role.ENGINEERING, now)


# --- what time brings -----------------------------------------------------------------------------


def agenda(defect: Defect) -> list[Due[Defect]]:
    """T5, T7: the target, and the next step of its escalation."""
    if not defect.has_target:
        return []
    items: list[Due[Defect]] = []
    if not defect.target_missed and (due := defect.target_due_at) is not None:
        items.append(Due(due, "target missed", _miss_target))
    upcoming = defect.target.next_step(defect.rules, defect.calendar)
    if upcoming is not None:
        at, step = upcoming
        items.append(Due(at, f"{step.event} to {step.role}", partial(_escalate, step)))
    return items


def _miss_target(defect: Defect, due: datetime, now: datetime) -> None:
    defect.target.missed_at = defect.target.missed_at | {defect.severity: due}
    defect.record("target.missed", now, severity=defect.severity, due_at=iso(due))


def _escalate(step: EscalationStep, defect: Defect, due: datetime, now: datetime) -> None:
    key = TargetClock.step_key(defect.severity, step)
    defect.target.fired = [*defect.target.fired, key]
    defect.record(step.event, now, severity=defect.severity, due_at=iso(due), role=step.role)
    notify.remind(
        defect,
        step.event,
        step.role,
        now,
        critical=step.share >= 1 or defect.rules.round_the_clock,
        escalates=True,
        within=defect.calendar,
        **defect.budget_text(now),
        due_at=iso(defect.target_due_at),
        since=iso(defect.confirmed_at),
    )
