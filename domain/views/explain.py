"""Explains every due instant of a defect: what produced it, as data and as one paragraph."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.contract.status import TargetStatus
from domain.defect.state import Defect
from domain.entity import Due, iso
from domain.policy import ElapsedCadence
from domain.runner import Runner

WINDOWS_SHOWN = 60
"""Openings listed for one due instant; a longer list is cut and says so."""


def explain(runner: Runner[Defect], now: datetime) -> dict[str, Any]:
    """For every instant that is due: budget, spent, windows, holidays, holds; and the words."""
    defect = runner.entity
    parts = [
        part
        for part in (
            _target(defect, now),
            _update(defect),
            *_agenda(defect, runner.agenda),
        )
        if part is not None
    ]
    return {
        "number": defect.number,
        "at": iso(now),
        "due": parts,
        "text": " ".join([*_standing(defect), *(part["text"] for part in parts)])
        or "Nothing is due.",
    }


def _standing(defect: Defect) -> list[str]:
    """Why nothing, or less than one would think, is due: the words before all others."""
    if defect.merge.into is not None:
        return [f"It is merged into {defect.merge.into}, where the work continues."]
    if defect.hold.since is not None and defect.hold.reason == "client":
        return [f"Every case waits for its client, since {_local(defect, defect.hold.since)}."]
    if defect.hold.since is not None:
        return [f"It is on hold since {_local(defect, defect.hold.since)}."]
    return []


def _target(defect: Defect, now: datetime) -> dict[str, Any] | None:
    status = defect.target_status(now)
    rules = defect.rules
    if status is None or rules.target is None:
        return None
    calendar = defect.calendar
    due = defect.target_due_at
    since = defect.target.since
    windows: list[dict[str, Any]] = []
    cut = False
    holidays: list[str] = []
    also_open: list[str] = []
    steps = _steps(defect)
    if (
        since is not None
        and due is not None
        and since <= due
        and rules.target.unit != "calendar_days"
    ):
        for opening in calendar.openings_between(since, due):
            if len(windows) == WINDOWS_SHOWN:
                cut = True
                break
            windows.append({"start": iso(opening.start), "end": iso(opening.end)})
        first, last = calendar.local_date(since), calendar.local_date(due)
        between = [day for day in calendar.holidays if first <= day <= last]
        holidays = [str(day) for day in between if calendar.is_holiday(day)]
        also_open = [str(day.date) for day in calendar.also_open if first <= day.date <= last]
    return {
        "what": "target",
        "severity": defect.severity.value,
        **status.model_dump(mode="json"),
        "steps": steps,
        "running_since": iso(since),
        "ran_before": [s.model_dump(mode="json") for s in defect.target.stretches],
        "holds": [hold.model_dump(mode="json") for hold in defect.hold.past],
        "on_hold_since": iso(defect.hold.since),
        "on_hold_for": defect.hold.reason if defect.hold.since else None,
        "waiting_for_clients": len(defect.hold.waiting_cases),
        "windows": windows,
        "windows_cut": cut,
        "holidays": holidays,
        "also_open": also_open,
        "time_zone": calendar.time_zone,
        "horizon_exceeded": due is not None and calendar.horizon_exceeded(due),
        "text": _target_text(defect, status, due, holidays, also_open, steps, now),
    }


def _steps(defect: Defect) -> list[dict[str, Any]]:
    """The escalation of the present severity, by share of the budget, and what of it is done."""
    rules, clock = defect.rules, defect.target
    return [
        {
            "share": step.share,
            "event": step.event.value,
            "role": step.role.value,
            "due_at": None
            if done or rules.target is None
            else iso(clock.due_at(defect.severity, rules.target, defect.calendar, step.share)),
            "done": done,
        }
        for step in sorted(rules.rungs, key=lambda step: step.share)
        for done in (clock.step_key(defect.severity, step) in clock.fired,)
    ]


def _target_text(
    defect: Defect,
    status: TargetStatus,
    due: datetime | None,
    holidays: list[str],
    also_open: list[str],
    steps: list[dict[str, Any]],
    now: datetime,
) -> str:
    words = defect.budget_text(now)
    said = [f"The {defect.severity.value} target is a budget of {words['budget']}, "]
    said.append(f"{words['spent']} of which are spent")
    if defect.merge.into is not None:
        said.append(f"; it is merged into {defect.merge.into}, so nothing is spent here.")
    elif defect.hold.since is not None and defect.hold.reason == "client":
        said.append("; every case waits for its client, so nothing is spent and nothing is due.")
    elif defect.hold.since is not None:
        said.append("; it is on hold, so nothing is spent and nothing is due.")
    elif due is None:
        said.append("; the clock does not run.")
    else:
        spent = "it was spent" if due <= now else "at this pace it is spent"
        said.append(f"; {spent} on {_local(defect, due)}.")
    if holidays:
        said.append(f" Closed for holidays on {', '.join(holidays)}.")
    if also_open:
        said.append(f" Special hours on {', '.join(also_open)}.")
    if status.missed_at:
        said.append(f" It was missed at {iso(status.missed_at)}.")
    for step in steps:
        if step["share"] > 1 and step["due_at"] is not None:
            at = _local(defect, datetime.fromisoformat(step["due_at"]))
            said.append(f" At {step['share']:.0%} of it, on {at}, {step['role']} is notified.")
    if due is not None and defect.calendar.horizon_exceeded(due):
        known = defect.calendar.holidays_known_until
        said.append(f" Holidays are known only until {known}: the instant may move.")
    return "".join(said)


def _update(defect: Defect) -> dict[str, Any] | None:
    clock, cadence = defect.updates.clock, defect.rules.updates
    if clock is None or cadence is None:
        return None
    if isinstance(cadence, ElapsedCadence):
        rule = f"at most {cadence.max_gap_hours:g} hours after the last one"
        if cadence.every_local_date:
            rule += " and one on every local date"
        early = timedelta(minutes=cadence.lead_minutes)
    else:
        rule = f"daily at {cadence.local_time:%H:%M} in {defect.calendar.time_zone}"
        early = timedelta(0)
    return {
        "what": "status update to clients",
        "due_at": iso(clock.deadline),
        "sent_at": iso(clock.send_at),
        "last_at": iso(clock.last_at),
        "rule": rule,
        "lead_minutes": early / timedelta(minutes=1),
        "missed_so_far": defect.updates.missed,
        "text": (
            f"The next status update to clients is due by {_local(defect, clock.deadline)}: "
            f"{rule}; the last one was on {_local(defect, clock.last_at)}."
        ),
    }


def _agenda(defect: Defect, agenda: Sequence[Due[Defect]]) -> list[dict[str, Any]]:
    covered = {"target missed", "status update to clients"}
    return [
        {
            "what": item.what,
            "due_at": iso(item.at),
            "text": f"{item.what.capitalize()}: {_local(defect, item.at)}.",
        }
        for item in sorted(agenda, key=lambda item: item.at)
        if item.what not in covered
    ]


def _local(defect: Defect, at: datetime) -> str:
    zone = ZoneInfo(defect.calendar.time_zone)
    return f"{at.astimezone(zone):%A %d %B %Y, %H:%M %Z}"
