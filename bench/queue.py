"""Part `queue`: a page of the queue over thirty thousand open numbers, beside reading them all.

Reading them all is what there was before work items were listed: every open status is loaded, and
what needs somebody is derived from it.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, insert

from activities.adapters.database import DatabaseTrackRecord, make_engine, migrate
from activities.adapters.database.tables import entities
from activities.adapters.database.work_items import list_unlisted
from activities.adapters.policy_files import PolicyFiles
from bench.measure import OURS, Aim, Section, in_turn
from bench.scenarios import MONDAY, attachment
from domain.case import CASE
from domain.contract.parsing import parse
from domain.defect import DEFECT
from domain.entity import Behaviour
from domain.runner import Runner
from domain.views.work_items import work_items
from portal.pages.obligations import staff_dashboard
from portal.workbench.queue import Filter, Queue, Urgency

_PAGE = 50
_ALL = "reading every open status"
_AT_LEAST = 10
_SEVERITIES = ("S1", "S2", "S3", "S4")


async def run(*, quick: bool) -> Section:
    """Read the queue and the page for staff both ways, in turn."""
    count, rounds, seconds = (1_000, 1, 0.2) if quick else (30_000, 5, 1.0)
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'queue.db'}")
        migrate(engine)
        fill(engine, count)
        found = in_turn(
            {
                OURS: lambda: _queue(engine, Filter()),
                "of one client": lambda: _queue(engine, Filter(client="client-7")),
                "the page for staff": lambda: _staff(engine),
                _ALL: lambda: _everything(engine),
            },
            rounds,
            seconds,
        )
        engine.dispose()
    section = Section("A page of the queue")
    section.say(
        f"All four parts with up to {_PAGE} entries each, of {count:,} open cases and defects in a "
        "SQLite database, per second of processor time; the same of one client; and what is owed "
        f"over all, for the page for staff and the metrics. {_ALL.capitalize()} is the least that "
        "can be done without a list: it puts nothing in order and shows nothing."
    )
    rows = [(name, rate, rate.over(found[_ALL])) for name, rate in found.items()]
    section.table(("", "per second", f"times {_ALL}"), rows)
    ratio = found[OURS].over(found[_ALL])
    section.aims.append(
        Aim(f"Pages of the queue per second, times {_ALL}", ratio, at_least=_AT_LEAST)
    )
    return section


def fill(engine: Engine, count: int) -> None:
    """So many open numbers, half of them cases, each due at an instant of its own."""
    rows = list(_rows(count))
    with engine.begin() as connection:
        for start in range(0, count, 1_000):
            connection.execute(insert(entities), rows[start : start + 1_000])
    list_unlisted(engine)


def _rows(count: int) -> Iterator[dict[str, Any]]:
    defects = [_begun(DEFECT, _defect(severity)) for severity in _SEVERITIES]
    cases = [_begun(CASE, _case(priority)) for priority in ("normal", "critical")]
    for n in range(count):
        kind, known = ("case", cases) if n % 2 else ("defect", defects)
        status = json.loads(json.dumps(known[n // 2 % len(known)]))
        later = timedelta(minutes=n % 20_000)
        status |= {"number": f"{kind.upper()}-{n:06}", "client": f"client-{n % 2_000}"}
        for record in (status, status.get("target") or {}, status.get("first_response") or {}):
            for field in ("opened_at", "next_update_due_at", "due_at"):
                if record.get(field):
                    at = datetime.fromisoformat(record[field]) + later
                    record[field] = at.isoformat()
        yield {
            "kind": kind,
            "number": status["number"],
            "sequence": 1,
            "snapshot": status,
            "client": status["client"],
            "severity": status.get("severity"),
            "state": status["state"],
            "functional_area": status.get("functional_area"),
            "needs_attention": False,
            "updated_at": MONDAY,
        }


def _begun(behaviour: Behaviour[Any], start: dict[str, Any]) -> dict[str, Any]:
    policy = PolicyFiles().load("eto", MONDAY.year).pinned()
    runner = Runner.begin(behaviour, "N-1", parse(behaviour.start, start), policy, MONDAY)
    runner.tick(MONDAY, start=False)
    status: dict[str, Any] = runner.entity.snapshot(MONDAY)
    return status


def _defect(severity: str) -> dict[str, Any]:
    return {
        "actor": "specialist-1",
        "severity": severity,
        "title": "Login fails",
        "functional_area": "login",
        "public_summary": "Users of some sites cannot log in.",
        "cases": [attachment("CASE-1")],
    }


def _case(priority: str) -> dict[str, Any]:
    return {
        "actor": "specialist-1",
        "client": "client-1",
        "contact": {"email": "ada@client-1.example"},
        "channel": "portal",
        "priority": priority,
        "subject": "Login fails",
        "description": "Since this morning, for all of us.",
    }


def _queue(engine: Engine, wanted: Filter) -> int:
    queue = Queue(engine, MONDAY + timedelta(days=5))
    parts = [queue.part(urgency, wanted, None, _PAGE) for urgency in Urgency]
    choices = (queue.areas, queue.clients)
    return 1 if parts and all(choices) else 0


def _staff(engine: Engine) -> int:
    return 1 if staff_dashboard(engine, MONDAY + timedelta(days=5)).overdue else 0


def _everything(engine: Engine) -> int:
    record = DatabaseTrackRecord(engine)
    for kind in ("case", "defect"):
        for status in record.entities(kind):
            work_items(kind, status)
    return 1
