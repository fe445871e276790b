"""The card an operator sees in the Temporal UI: how it stands and what happens next."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.area_work import AreaWork
from domain.case.state import CaseState
from domain.contract.effects import Lane
from domain.defect.state import DefectState
from domain.entity import Machine
from domain.release.lifecycle import Release

_MARKUP = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()#+-!|~:.@<>&"})


def card(machine: Machine, status: dict[str, Any], failing: Sequence[Lane], now: datetime) -> str:
    """Markdown, from facts the machine has; free text is shown as text, never as markup."""
    lines = [f"### {_plain(machine.number)}: {_headline(machine, status)}", ""]
    lines += [f"- **{name}** {value}" for name, value in _rows(machine, status, now)]
    upcoming = sorted(machine.agenda(), key=lambda item: item.at)
    if upcoming:
        lines += ["", "**What happens next**", ""]
        lines += [f"1. {_local(machine, item.at)}: {item.what}" for item in upcoming]
    elif not machine.finished:
        lines += ["", "Nothing is due: it waits for somebody to say something."]
    reasons = [*status["attention"], *(f"lane {lane.value} is failing" for lane in failing)]
    if status["failed_deliveries"]:
        reasons.append(f"{status['failed_deliveries']} deliveries were refused for good")
    if reasons:
        lines += ["", "**Needs attention**", ""]
        lines += [f"- {_plain(reason)}" for reason in reasons]
    return "\n".join(lines)


def _headline(machine: Machine, status: dict[str, Any]) -> str:
    state = status["state"].replace("_", " ")
    if isinstance(machine, DefectState):
        return f"{machine.severity.value}, {state}"
    if isinstance(machine, CaseState):
        return f"{machine.priority} case, {state}"
    if isinstance(machine, Release):
        return f"{machine.release_kind} release, {state}"
    return f"{machine.kind.replace('_', ' ')}, {state}"


def _rows(machine: Machine, status: dict[str, Any], now: datetime) -> list[tuple[str, str]]:
    if isinstance(machine, DefectState):
        rows = list(_of_defect(machine, status, now))
    elif isinstance(machine, CaseState):
        rows = list(_of_case(machine))
    elif isinstance(machine, Release):
        rows = list(_of_release(machine))
    elif isinstance(machine, AreaWork):
        rows = [("Area", _plain(machine.functional_area)), ("Marked", f"{machine.marked} defects")]
    else:
        rows = []
    deliveries = f"{status['pending_deliveries']} pending, {status['failed_deliveries']} failed"
    rows.append(("Deliveries", deliveries))
    rows.append(("Policy", f"{machine.policy.name} {machine.policy.version}"))
    return rows


def _of_defect(
    defect: DefectState, status: dict[str, Any], now: datetime
) -> Iterator[tuple[str, str]]:
    yield "What", _plain(defect.title)
    yield "Area", _plain(defect.functional_area)
    yield "Stage", defect.stage.value
    yield "Attached", f"cases {len(defect.cases)}, clients {defect.affected_clients}"
    if (target := status["target"]) is not None:
        words = defect.budget_text(now)
        missed = f", missed {target['missed_at']}" if target["missed_at"] else ""
        yield "Target", f"{words['spent']} of {words['budget']}{missed}"
    if defect.held_since is not None:
        why = "every case waits for its client" if defect.held_for == "client" else "by staff"
        yield "On hold since", f"{_local(defect, defect.held_since)}, {why}"
    if defect.waiting:
        yield "Waits for clients of", f"{len(defect.waiting)} of {len(defect.cases)} cases"
    if (asked := defect.reclassification) is not None:
        client, since = _plain(asked.client), _local(defect, asked.requested_at)
        yield "Reclassification", f"{asked.severity.value} asked for by {client}, {since}"
    if defect.release:
        planned = defect.release
        yield "Release", f"{_plain(planned.id)}, {_local(defect, planned.deploy_at)}"
    if defect.merged_into:
        yield "Merged into", _plain(defect.merged_into)
    if defect.moving is not None:
        yield "Cases", "on their way to another defect, or back from it"
    if defect.moving_refused is not None:
        yield "Merge refused", _plain(defect.moving_refused)
    if defect.formerly:
        yield "Formerly", _plain(", ".join(defect.formerly))


def _of_case(case: CaseState) -> Iterator[tuple[str, str]]:
    yield "Channel", case.channel.value
    yield "Defect", _plain(case.defect or "none")
    if case.missing:
        yield "Asked the client for", _plain(", ".join(case.missing))
    if case.call:
        yield "Call", f"{_local(case, case.call.at)}, {case.call.minutes} minutes"


def _of_release(release: Release) -> Iterator[tuple[str, str]]:
    yield "What", _plain(release.title)
    yield "Deployed on", _local(release, release.deploy_at)
    yield "Plan", f"version {release.plan_version}"
    yield "Defects", f"{release.attached} attached"
    for fan_out in release.fan_outs[-1:]:
        left = "not begun" if fan_out.left is None else f"{fan_out.left} left"
        stands = "done" if fan_out.ended_at else left
        yield "Telling them", f"{fan_out.plan}: {fan_out.told} told, {stands}"


def _local(machine: Machine, at: datetime) -> str:
    zone = ZoneInfo(machine.policy.calendar.time_zone)
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"


def _plain(text: str) -> str:
    """Free text with every character that Markdown or HTML could read as markup disarmed."""
    return text.translate(_MARKUP)
