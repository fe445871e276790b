"""The card an operator sees in the Temporal UI: how it stands and what happens next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.defect_state import DefectState
from domain.effects import Lane
from domain.machine import Machine

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
    if reasons := [*status["attention"], *(f"lane {lane.value} is failing" for lane in failing)]:
        lines += ["", "**Needs attention**", ""]
        lines += [f"- {_plain(reason)}" for reason in reasons]
    return "\n".join(lines)


def _headline(machine: Machine, status: dict[str, Any]) -> str:
    if isinstance(machine, DefectState):
        return f"{machine.severity.value}, {status['state'].replace('_', ' ')}"
    return f"{status['priority']} case, {status['state'].replace('_', ' ')}"


def _rows(machine: Machine, status: dict[str, Any], now: datetime) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    if isinstance(machine, DefectState):
        rows.append(("What", _plain(machine.title)))
        rows.append(("Area", _plain(machine.functional_area)))
        rows.append(("Stage", status["stage"]))
        rows.append(("Attached", f"cases {len(machine.cases)}, clients {machine.affected_clients}"))
        if (target := status["target"]) is not None:
            words = machine.budget_text(now)
            missed = f", missed {target['missed_at']}" if target["missed_at"] else ""
            rows.append(("Target", f"{words['spent']} of {words['budget']}{missed}"))
        if machine.release:
            planned = machine.release
            rows.append(("Release", f"{_plain(planned.id)}, {_local(machine, planned.deploy_at)}"))
    else:
        rows.append(("Channel", status["channel"]))
        rows.append(("Defect", _plain(status["defect"] or "none")))
        if status["missing"]:
            rows.append(("Asked the client for", _plain(", ".join(status["missing"]))))
    rows.append(
        (
            "Deliveries",
            f"{status['pending_deliveries']} pending, {status['failed_deliveries']} failed",
        )
    )
    rows.append(("Policy", f"{machine.policy.name} {machine.policy.version}"))
    return rows


def _local(machine: Machine, at: datetime) -> str:
    zone = ZoneInfo(machine.policy.calendar.time_zone)
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"


def _plain(text: str) -> str:
    """Free text with every character that Markdown or HTML could read as markup disarmed."""
    return text.translate(_MARKUP)
