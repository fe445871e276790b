"""Reads real bug and incident histories as stories that can be played under the policy."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from commands.bugzilla import SEVERITIES
from commands.records import RecordError

WEEK = timedelta(weeks=1)
TRAIN = timedelta(weeks=6)
"""Bugzilla names a release without its date; Mozilla shipped every six weeks in those years."""
TEXT = "We have made progress with this and go on."
"""Histories carry the time of comments, not their words."""

INCIDENT_STAGES = {
    "investigating": "investigating",
    "identified": "identified",
    "monitoring": "verifying",
    "update": None,
    "scheduled": None,
    "in progress": "fixing",
    "verifying": "verifying",
}
ENDED = {"resolved", "completed", "postmortem"}


@dataclass(frozen=True, slots=True)
class Step:
    """One command at one time."""

    at: datetime
    command: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """One defect's history: how it starts and what is said to it, in order of time."""

    number: str
    at: datetime
    start: dict[str, Any]
    steps: list[Step] = field(default_factory=list)

    def shifted(self, base: datetime) -> "Story":
        """The same story in the first week at or after `base`: weekdays and distances are kept."""
        weeks = -((self.at - base) // WEEK)
        by = weeks * WEEK
        return Story(
            self.number,
            self.at + by,
            self.start,
            [Step(s.at + by, s.command, _moved(s.payload, by)) for s in self.steps],
        )


def _moved(payload: dict[str, Any], by: timedelta) -> dict[str, Any]:
    if "deploy_at" not in payload:
        return payload
    moved = datetime.fromisoformat(payload["deploy_at"]) + by
    return payload | {"deploy_at": moved.isoformat()}


def read_stories(path: Path) -> tuple[list[Story], int]:
    """The stories of a file, and how many of its records are left out by their severity.

    Raises:
        RecordError: naming file and line.
    """
    stories: list[Story] = []
    left_out = 0
    for line, record in _records(path):
        try:
            story = _bug(record) if "created_at" in record else _incident(record)
        except (KeyError, TypeError, ValueError) as error:
            raise RecordError(f"{path}, line {line}: {type(error).__name__}: {error}") from None
        if story is None:
            left_out += 1
        else:
            stories.append(story)
    return stories, left_out


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}: {error}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise RecordError(f"{path}, line {number}: {error}") from None
        if not isinstance(record, dict):
            raise RecordError(f"{path}, line {number}: must be one JSON object")
        yield number, record


def _bug(record: dict[str, Any]) -> Story | None:
    changes = sorted(record["changes"], key=lambda change: str(change["at"]))
    first = next((c["from"] for c in changes if c["field"] == "severity"), record["severity"])
    if record["severity"] not in SEVERITIES or first not in SEVERITIES:
        return None
    number = f"BUG-{record['id']}"
    created = _instant(record["created_at"])
    clients = 1 + len(record.get("duplicates", []))
    start = _start(number, SEVERITIES[first], record["summary"], record["component"], clients)
    steps = [
        Step(_instant(at), "post_progress", {"public_text": TEXT})
        for at in record["comments_at"]
        if _instant(at) > created
    ]
    for change in changes:
        steps += _bug_steps(change)
    return Story(number, created, start, _ordered(steps))


def _bug_steps(change: dict[str, Any]) -> Iterator[Step]:
    at, name, to = _instant(change["at"]), change["field"], str(change["to"])
    if name == "severity" and to in SEVERITIES:
        yield Step(
            at,
            "change_severity",
            {"severity": SEVERITIES[to], "reason": "reclassified in Bugzilla"},
        )
    elif name == "target_milestone" and to not in {"---", ""}:
        release = re.sub(r"[^A-Za-z0-9._-]+", "-", to)[:64]
        deploy_at = (at + TRAIN).isoformat()
        yield Step(at, "schedule_release", {"release": release, "deploy_at": deploy_at})
    elif name == "status" and to == "RESOLVED":
        yield Step(at, "resolve", {"resolution": "resolved in Bugzilla"})
    elif name == "status" and to == "REOPENED":
        yield Step(at, "reopen", {"reason": "reopened in Bugzilla"})


def _incident(record: dict[str, Any]) -> Story | None:
    number = f"INC-{record['id']}"
    severity = "S1" if record["impact"] in {"critical", "major"} else "S2"
    started = _instant(record["started_at"])
    start = _start(number, severity, f"Incident {record['id']}", "service", 1)
    steps: list[Step] = []
    for update in record["updates"]:
        at, status = max(_instant(update["at"]), started), update["status"].lower()
        if status in ENDED:
            steps.append(Step(at, "resolve", {"resolution": status}))
        else:
            stage = INCIDENT_STAGES.get(status)
            steps.append(Step(at, "post_progress", {"public_text": TEXT, "stage": stage}))
    if record.get("resolved_at"):
        steps.append(Step(_instant(record["resolved_at"]), "resolve", {"resolution": "resolved"}))
    return Story(number, started, start, _ordered(steps))


def _start(number: str, severity: str, title: str, area: str, clients: int) -> dict[str, Any]:
    return {
        "actor": "history",
        "severity": severity,
        "title": title[:200],
        "functional_area": area[:200],
        "cases": [
            {
                "case": f"{number}-C{position}",
                "client": f"{number}-client-{position}",
                "contact": {"email": f"{position}.{number.lower()}@client.example"},
            }
            for position in range(1, clients + 1)
        ],
    }


def _ordered(steps: Iterable[Step]) -> list[Step]:
    """By time; at one instant a plan comes before the resolution that carries it out."""
    rank = {"change_severity": 0, "schedule_release": 1, "post_progress": 2, "resolve": 3}
    return sorted(steps, key=lambda step: (step.at, rank.get(step.command, 4)))


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} carries no time zone")
    return at
