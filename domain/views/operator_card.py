"""The card an operator sees in the Temporal UI: how it stands and what happens next."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.area_work import AreaWork
from domain.case.state import Case
from domain.contract.status import Status
from domain.defect.state import Defect
from domain.entity import Entity, iso
from domain.release.state import Release
from domain.runner import Runner

_MARKUP = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()#+-!|~:.@<>&"})


def card(runner: Runner[Any], now: datetime) -> str:
    """Markdown, from facts the entity has; free text is shown as text, never as markup."""
    entity, status = runner.entity, runner.status(now)
    lines = [f"### {_plain(entity.number)}: {_headline(entity, status)}", ""]
    lines += [f"- **{name}** {value}" for name, value in _rows(entity, status, now)]
    upcoming = sorted(runner.agenda, key=lambda item: item.at)
    if upcoming:
        lines += ["", "**What happens next**", ""]
        lines += [f"1. {_local(entity, item.at)}: {item.what}" for item in upcoming]
    elif not entity.finished:
        lines += ["", "Nothing is due: it waits for a command."]
    reasons = [
        *status.attention,
        *(f"lane {lane.value} is failing" for lane in runner.outbox.failing),
    ]
    if status.failed_deliveries:
        reasons.append(f"{status.failed_deliveries} deliveries were refused for good")
    if reasons:
        lines += ["", "**Needs attention**", ""]
        lines += [f"- {_plain(reason)}" for reason in reasons]
    return "\n".join(lines)


def _headline(entity: Entity, status: Status) -> str:
    state = status.state.replace("_", " ")
    if isinstance(entity, Defect):
        return f"{entity.severity.value}, {state}"
    if isinstance(entity, Case):
        return f"{entity.priority} case, {state}"
    if isinstance(entity, Release):
        return f"{entity.release_kind} release, {state}"
    return f"{entity.kind.replace('_', ' ')}, {state}"


def _rows(entity: Entity, status: Status, now: datetime) -> list[tuple[str, str]]:
    if isinstance(entity, Defect):
        rows = list(_of_defect(entity, now))
    elif isinstance(entity, Case):
        rows = list(_of_case(entity))
    elif isinstance(entity, Release):
        rows = list(_of_release(entity))
    elif isinstance(entity, AreaWork):
        rows = [("Area", _plain(entity.functional_area)), ("Marked", f"{entity.marked} defects")]
    else:
        rows = []
    rows += [
        ("To acknowledge", f"{_plain(one.event)}, {one.role}, sent {one.times} times")
        for one in status.to_acknowledge
    ]
    rows += [
        ("Snoozed", f"{_plain(one.reminder)} until {_local(entity, one.until)}")
        for one in status.snoozed
    ]
    deliveries = f"{status.pending_deliveries} pending, {status.failed_deliveries} failed"
    rows.append(("Deliveries", deliveries))
    rows.append(("Policy", f"{entity.policy.name} {entity.policy.version}"))
    return rows


def _of_defect(defect: Defect, now: datetime) -> Iterator[tuple[str, str]]:
    yield "What", _plain(defect.title)
    yield "Area", _plain(defect.functional_area)
    yield "Stage", defect.stage.value
    yield "Attached", f"cases {len(defect.cases)}, clients {defect.affected_clients}"
    if (target := defect.target_status(now)) is not None:
        words = defect.budget_text(now)
        missed = f", missed {iso(target.missed_at)}" if target.missed_at else ""
        yield "Target", f"{words['spent']} of {words['budget']}{missed}"
    if defect.hold.since is not None:
        why = "every case waits for its client" if defect.hold.reason == "client" else "by staff"
        yield "On hold since", f"{_local(defect, defect.hold.since)}, {why}"
    if defect.hold.waiting_cases:
        yield (
            "Waits for clients of",
            f"{len(defect.hold.waiting_cases)} of {len(defect.cases)} cases",
        )
    if (asked := defect.reclassification) is not None:
        client, since = _plain(asked.client), _local(defect, asked.requested_at)
        yield "Reclassification", f"{asked.severity.value} asked for by {client}, {since}"
    if (planned := defect.plan.release) is not None:
        yield "Release", f"{_plain(planned.id)}, {_local(defect, planned.deploy_at)}"
    if defect.merge.into:
        yield "Merged into", _plain(defect.merge.into)
    if defect.merge.moving is not None:
        yield "Cases", "on their way to another defect, or back from it"
    if defect.merge.refused is not None:
        yield "Merge refused", _plain(defect.merge.refused)
    if defect.merge.formerly:
        yield "Formerly", _plain(", ".join(defect.merge.formerly))


def _of_case(case: Case) -> Iterator[tuple[str, str]]:
    yield "Channel", case.channel.value
    yield "Defect", _plain(case.defect or "none")
    if case.information.missing:
        yield "Asked the client for", _plain(", ".join(case.information.missing))
    if (call := case.calls.booked) is not None:
        yield "Call", f"{_local(case, call.at)}, {call.minutes} minutes"


def _of_release(release: Release) -> Iterator[tuple[str, str]]:
    yield "What", _plain(release.title)
    yield "Deployed on", _local(release, release.deploy_at)
    yield "Plan", f"version {release.plan_version}"
    yield "Defects", f"{release.attached} attached"
    for fan_out in release.fan_outs[-1:]:
        left = "not begun" if fan_out.left is None else f"{fan_out.left} left"
        stands = "done" if fan_out.ended_at else left
        yield "Notifying them", f"{fan_out.plan}: {fan_out.told} notified, {stands}"


def _local(entity: Entity, at: datetime) -> str:
    zone = ZoneInfo(entity.policy.calendar.time_zone)
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"


def _plain(text: str) -> str:
    """Free text with every character that Markdown or HTML could read as markup disarmed."""
    return text.translate(_MARKUP)
