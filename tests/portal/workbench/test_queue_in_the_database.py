"""The queue, the page for staff and the metrics agree with what every status says by itself."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, text

from activities.adapters.database import DatabaseReadModel
from activities.adapters.database.work_items import DatabaseWorkItems
from domain.contract.effects import UpdateReadModel
from domain.views.work_items import DUTIES, OWING, work_items
from portal.metrics import ObligationsCollector
from portal.pages.obligations import described, staff_dashboard
from portal.workbench.queue import Filter, Queue, Urgency

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SOON = NOW + timedelta(hours=2)
_STALE = text("UPDATE entities SET snapshot = :snapshot, sequence = sequence + 1 WHERE number = :n")
"""As the version before writes, which does not know that anything is listed."""
Standing = Mapping[tuple[str, str], Mapping[str, Any]]


class Invented:
    """Statuses by chance, with instants around now; a few at the same one."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def maybe(self, value: Any) -> Any:
        """Or nothing."""
        return self.chance.choice([value, None])

    def at(self) -> str:
        """An instant up to three weeks away."""
        hours = self.chance.choice([-30, -1, 0, 1, 2, 3, 30, 335, 337, 500])
        return (NOW + timedelta(hours=hours)).isoformat()

    def past(self) -> str:
        """One that has been."""
        return (NOW - timedelta(hours=self.chance.randint(0, 30))).isoformat()

    def status(self, kind: str, number: str) -> dict[str, Any]:
        """How one stands."""
        over = {"case": "closed", "defect": "resolved", "release": "deployed"}[kind]
        of_kind = {"case": self.case, "defect": self.defect, "release": self.release}[kind]()
        return of_kind | {
            "number": number,
            "state": self.chance.choice([*OWING[kind], over]),
            "owner": self.maybe("lead-1"),
            "to_acknowledge": [
                {"notice": f"{number}/{n}/defect.urgent", "event": "defect.urgent", "since": at}
                for n, at in enumerate([self.past(), self.past()][: self.chance.randint(0, 2)])
            ],
        }

    def defect(self) -> dict[str, Any]:
        """A defect."""
        asked = {"client": "acme", "severity": "S2", "requested_at": self.past()}
        return {
            "title": "Login fails",
            "severity": self.chance.choice(["S1", "S2", "S3", "S4"]),
            "functional_area": self.chance.choice(["login", "billing"]),
            "next_update_due_at": self.maybe(self.at()),
            "update_written": self.chance.choice([True, False]),
            "target": self.maybe({"due_at": self.at(), "missed_at": self.maybe(self.past())}),
            "reclassification": self.maybe(asked | {"reminders": self.chance.randint(0, 1)}),
        }

    def case(self) -> dict[str, Any]:
        """A case."""
        first = {"due_at": self.at(), "met_at": self.maybe(self.past()), "missed_at": None}
        return {
            "subject": "Login fails",
            "client": self.chance.choice(["acme", "river"]),
            "opened_at": self.past(),
            "priority": self.chance.choice(["normal", "critical"]),
            "critical_justified": self.maybe(False),
            "client_wrote_at": self.maybe(self.past()),
            "first_response": self.maybe(first),
            "call": self.maybe({"at": self.at(), "minutes": 30}),
            "missing": ["steps"],
        }

    def release(self) -> dict[str, Any]:
        """A release."""
        return {"title": "Spring", "deploy_at": self.at()}


def write(engine: Engine, seed: int) -> Standing:
    """Forty of them, each written twice."""
    invented, standing = Invented(seed), {}
    for n in range(40):
        kind = invented.chance.choice(sorted(OWING))
        number = f"{kind.upper()}-{n}"
        for sequence in (1, 2):
            status = invented.status(kind, number)
            project(engine, kind, number, sequence, status)
        standing[kind, number] = status
    return standing


def project(engine: Engine, kind: Any, number: str, sequence: int, status: dict[str, Any]) -> None:
    """Have the read model know it."""
    DatabaseReadModel(engine).project(
        UpdateReadModel(
            key=f"{number}/{sequence}/project",
            entity=number,
            sequence=sequence,
            at=NOW,
            kind=kind,
            snapshot=status,
        )
    )


def parts(standing: Standing) -> dict[Urgency, set[tuple[str, str]]]:
    """The whole queue, worked out from each status: numbers and what they need."""
    found: dict[Urgency, set[tuple[str, str]]] = {urgency: set() for urgency in Urgency}
    for (kind, number), status in standing.items():
        for item in work_items(kind, status):
            is_soon = Urgency.NOW if item.at <= SOON else Urgency.NEXT
            match item.need.value:
                case "first_response" | "acknowledgement":
                    urgency: Urgency | None = Urgency.NOW
                case "update" if status["update_written"]:
                    urgency = None
                case "update" | "resolution":
                    urgency = is_soon
                case "deployment":
                    urgency = Urgency.NOW if item.at <= NOW else None
                case "call":
                    urgency = is_soon if item.at > NOW else None
                case "gaps":
                    urgency = Urgency.WAITING
                case _:
                    urgency = Urgency.OPEN
            if urgency is not None:
                found[urgency].add((number, item.why))
    return found


def turned(queue: Queue, urgency: Urgency, wanted: Filter) -> Iterator[tuple[str, str]]:
    """A part of the queue page by page, in its order."""
    behind, more = None, 1
    while more:
        page = queue.part(urgency, wanted, behind, 7)
        places = [entry.place for entry in page.entries]
        assert places == sorted(places)
        assert behind is None or not places or behind < places[0]
        yield from ((place.number, place.why) for place in places)
        behind, more = places[-1] if places else None, page.more


@pytest.mark.parametrize("seed", range(6))
def test_the_queue_has_what_every_status_says(engine: Engine, seed: int) -> None:
    """T9, C6, D4: each once, in its part, whatever it is filtered by."""
    standing = write(engine, seed)
    queue, expected = Queue(engine, NOW), parts(standing)
    for urgency in Urgency:
        entries = list(turned(queue, urgency, Filter()))
        assert len(entries) == len(set(entries))
        assert set(entries) == expected[urgency]
        for wanted in (Filter(client="acme"), Filter(severity="S1", owner="lead-1")):
            fits = {
                (number, why)
                for number, why in expected[urgency]
                for (_, known), status in standing.items()
                if known == number
                and all(status.get(name) == value for name, value in wanted.columns.items())
            }
            assert set(turned(queue, urgency, wanted)) == fits


@pytest.mark.parametrize("seed", range(6))
def test_staff_and_alerts_are_told_what_every_status_owes(engine: Engine, seed: int) -> None:
    """T9, C6, D4: what the queue calls late is overdue on the page for staff and in the metrics."""
    standing = write(engine, seed)
    owed = {
        (number, item.need)
        for (kind, number), status in standing.items()
        for item in work_items(kind, status)
        if item.need in DUTIES and item.at <= NOW + timedelta(days=14)
    }
    desk, queue = staff_dashboard(engine, NOW), Queue(engine, NOW)
    overdue = {(one.number, one.duty) for one in desk.overdue}
    shown = [queue.part(urgency, Filter(), None, 500).entries for urgency in Urgency]
    queued = {(e.place.number, e.place.why): e.is_late for part in shown for e in part}
    registry = CollectorRegistry()
    registry.register(ObligationsCollector(engine, lambda: NOW))
    told = Counter[str]()
    for family in registry.collect():
        for sample in family.samples:
            told[sample.name] += int(sample.value)

    assert overdue | {(one.number, one.duty) for one in desk.due} == owed
    assert told["defects_obligations_overdue"] == len(desk.overdue) == len(overdue)
    assert told["defects_obligations_due"] == len(desk.due)
    for one, is_late in queued.items():
        if one in owed:
            assert is_late == (one in overdue), one
    titles = {number: s.get("title") or s.get("subject") for (_, number), s in standing.items()}
    for row in described(engine, desk.overdue):
        assert row.title == titles[row.owed.number]


def test_what_the_version_before_writes_is_listed(engine: Engine) -> None:
    """It knows of no list; and what is older than what is known changes nothing."""
    invented = Invented(1)
    status = invented.defect() | {"number": "DEF-1", "state": "open", "reclassification": None}
    owes = status | {"next_update_due_at": NOW.isoformat(), "update_written": False, "target": None}
    project(engine, "defect", "DEF-1", 5, owes | {"next_update_due_at": None})
    project(engine, "defect", "DEF-1", 4, owes)
    before = Queue(engine, NOW).part(Urgency.NOW, Filter(), None, 10).entries
    with engine.begin() as connection:
        connection.execute(_STALE, {"snapshot": json.dumps(owes), "n": "DEF-1"})
    after = Queue(engine, NOW).part(Urgency.NOW, Filter(), None, 10).entries

    assert [entry.what for entry in before] == []
    assert [entry.what for entry in after] == ["Next update to clients has no text yet"]


def test_an_entry_that_is_settled_is_gone_and_one_beyond_the_page_is_not(engine: Engine) -> None:
    """An open page marks as done what is done, not what moved to another page."""
    for n in range(5):
        opened = (NOW - timedelta(hours=n)).isoformat()
        project(engine, "case", f"CASE-{n}", 1, {"number": f"CASE-{n}", "state": "open"} | {
            "opened_at": opened, "priority": "normal",
        })  # fmt: skip
    queue = Queue(engine, NOW)
    shown = [entry.ident for entry in queue.part(Urgency.OPEN, Filter(), None, 5).entries]
    closed = {"number": "CASE-4", "state": "closed", "opened_at": NOW.isoformat()}
    project(engine, "case", "CASE-4", 2, closed)

    assert queue.gone(shown) == {shown[0]}
    assert DatabaseWorkItems(engine).values("client") == []
