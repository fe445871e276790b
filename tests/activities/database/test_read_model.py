"""The read model: the newest projection wins, whole, and clients see what is public."""

from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from activities.adapters.database import DatabaseReadModel
from domain.contract.effects import Fact
from tests.activities.database.rows import (
    DEFECT,
    NOW,
    THREADS,
    at_once,
    attach,
    change,
    people,
    project,
)


def test_an_old_projection_never_overwrites_a_newer_one(engine: Engine) -> None:
    """In whatever order they arrive, and however often."""
    portal = DatabaseReadModel(engine)
    for sequence in (3, 5, 4, 5):
        portal.project(project(sequence, snapshot={"state": f"s{sequence}"}))
    assert portal.entity("defect", DEFECT) == {"state": "s5"}
    assert portal.entity("case", DEFECT) is None
    assert portal.find("defect", states=["s4"]) == []


def test_the_newest_wins_among_threads(engine: Engine) -> None:
    """Snapshot, audience and facts alike."""
    portal = DatabaseReadModel(engine)

    def write(me: int) -> None:
        joins = change(me, *(attach(f"C{n}", f"{me}@a.org") for n in range(20)))
        fact = Fact(sequence=me, at=NOW, event="x")
        portal.project(project(me + 1, joins, snapshot={"by": me}, happened=(fact,)))

    at_once(write)
    newest = THREADS - 1
    told = portal.timeline(DEFECT, public_only=False)
    assert portal.entity("defect", DEFECT) == {"by": newest}
    assert [person.contact.email for person in people(engine)] == [f"{newest}@a.org"]
    assert [fact["sequence"] for fact in told] == list(range(THREADS))


def test_a_projection_is_written_whole_or_not_at_all(engine: Engine) -> None:
    """A try that broke off leaves nothing that the next could trip over."""
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE subscriptions"))
    portal = DatabaseReadModel(engine)
    with pytest.raises(DBAPIError, match="subscriptions"):
        portal.project(project(2, change(1, attach("C1", "a@a.org"))))
    assert portal.entity("defect", DEFECT) is None


def test_clients_see_public_facts_without_internal_text(engine: Engine) -> None:
    """D8; facts that come late take their place."""
    portal = DatabaseReadModel(engine)
    public = Fact(
        sequence=2,
        at=NOW,
        event="defect.progress",
        details={"stage": "identified"},
        public=True,
        public_text="We found the cause.",
        internal_text="secret",
    )
    internal = Fact(sequence=1, at=NOW, event="defect.note", internal_text="secret")
    portal.project(project(2, happened=(public,)))
    portal.project(project(3, happened=(internal, public)))
    assert list(portal.timeline(DEFECT, public_only=True)) == [
        {
            "sequence": 2,
            "at": NOW,
            "event": "defect.progress",
            "details": {"stage": "identified"},
            "public": True,
            "public_text": "We found the cause.",
        }
    ]
    everything = list(portal.timeline(DEFECT, public_only=False))
    assert [fact["sequence"] for fact in everything] == [1, 2]
    assert everything[0]["internal_text"] == "secret"


def test_the_portal_finds_entities_by_what_they_are(engine: Engine) -> None:
    """By every column taken from the snapshot, and a page at a time."""
    portal = DatabaseReadModel(engine)
    snapshots: list[dict[str, Any]] = [
        {"severity": "S3", "state": "open", "functional_area": "billing"},
        {"severity": "S4", "state": "scheduled", "release": {"id": "REL-1"}},
        {"severity": "S3", "state": "open", "release": None, "needs_attention": True},
    ]
    for n, snapshot in enumerate(snapshots):
        number = f"DEF-{n}"
        joins = change(1, attach(f"C{n}", "a@a.org", client=f"client-{n}"))
        portal.project(project(2, joins, entity=number, snapshot=snapshot | {"number": number}))
    case = {"number": "C0", "client": "client-0"}
    portal.project(project(1, entity="C0", kind="case", snapshot=case))

    def found(kind: str = "defect", **by: Any) -> list[str]:
        return [snapshot["number"] for snapshot in portal.find(kind, **by)]

    assert found() == ["DEF-0", "DEF-1", "DEF-2"]
    assert found(limit=2) == ["DEF-0", "DEF-1"]
    assert found(after="DEF-1") == ["DEF-2"]
    assert found(severities=["S3"], states=["open"]) == ["DEF-0", "DEF-2"]
    assert found(functional_area="billing") == ["DEF-0"]
    assert found(release="REL-1") == ["DEF-1"]
    assert found(needs_attention=True) == ["DEF-2"]
    assert found("case", client="client-0") == ["C0"]
    assert found(client="client-0") == ["DEF-0"]
    portal.project(project(4, change(3, detached=("C0",)), entity="DEF-0"))
    assert found(client="client-0") == []
