"""Instants and words come back from the database as they were."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import StatementError

from activities.adapters.database import DatabaseReadModel
from activities.adapters.database.tables import facts
from domain.contract.effects import Fact
from tests.activities.database.rows import DEFECT, NOW, project


def a_fact(at: datetime) -> dict[str, Any]:
    """The least a fact needs."""
    return {
        "entity": DEFECT,
        "sequence": 1,
        "at": at,
        "event": "defect.confirmed",
        "details": {},
        "public": True,
    }


def test_instants_come_back_in_utc_to_the_microsecond(engine: Engine) -> None:
    """T1, also where the server's own zone is another."""
    local = datetime(2026, 3, 8, 1, 59, 59, 123_456, timezone(timedelta(hours=-6)))
    with engine.begin() as connection:
        connection.execute(insert(facts).values(a_fact(local)))
        kept = connection.execute(select(facts.c.at)).scalar_one()
    assert (kept, kept.tzinfo) == (local, UTC)


def test_a_naive_instant_is_refused(engine: Engine) -> None:
    """T1: nobody could say what it meant."""
    naive = datetime(2026, 3, 8)  # noqa: DTZ001 - that is the point
    with engine.connect() as connection, pytest.raises(StatementError, match="a time zone"):
        connection.execute(insert(facts).values(a_fact(naive)))


def test_a_nul_in_a_text_blocks_nothing(engine: Engine) -> None:
    """PostgreSQL cannot keep one, and a lane that cannot write would try for ever."""
    portal = DatabaseReadModel(engine)
    odd = Fact(sequence=1, at=NOW, event="x", public=True, public_text="a\0b", details={"k": "\0"})
    portal.project(project(1, snapshot={"title": "a\0b", "client": "c\0"}, happened=(odd,)))
    assert next(portal.timeline(DEFECT, public_only=True))["public_text"] == "a\ufffdb"
    assert portal.entity("defect", DEFECT) == {"title": "a\0b", "client": "c\0"}
