"""What needs somebody is listed with each status, once, whoever lists it and whenever."""

import json

from sqlalchemy import Engine, func, select, text

from activities.adapters.database import DatabaseReadModel
from activities.adapters.database.tables_work import work_items
from activities.adapters.database.work_items import DatabaseWorkItems, Span, list_unlisted
from domain.views.work_items import Shown
from tests.activities.database.rows import NOW, at_once, project

_UNKNOWN = text("UPDATE entities SET items_sequence = -1")
_OPEN = {"state": "open", "opened_at": NOW.isoformat(), "client": "acme"}
_FURTHEST = (
    "SELECT sequence - items_sequence FROM entities ORDER BY sequence - items_sequence DESC LIMIT 1"
)


def cases(engine: Engine, count: int) -> None:
    """So many open cases, none of them listed."""
    for n in range(count):
        number = f"CASE-{n:04}"
        snapshot = _OPEN | {"number": number}
        DatabaseReadModel(engine).project(project(1, entity=number, kind="case", snapshot=snapshot))
    with engine.begin() as connection:
        connection.execute(work_items.delete())
        connection.execute(_UNKNOWN)


def listed(engine: Engine) -> int:
    """How many items there are."""
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(work_items)).scalar_one()


def test_several_may_list_what_is_unlisted_at_once(engine: Engine) -> None:
    """As when a portal is asked by many right after its database was migrated."""
    cases(engine, 40)
    at_once(lambda _: list_unlisted(engine))
    assert listed(engine) == 40


def test_statuses_may_come_while_others_are_listed(engine: Engine) -> None:
    """Each ends as its last status says."""
    cases(engine, 40)

    def either(me: int) -> None:
        if me % 2:
            list_unlisted(engine)
            return
        for n in range(me, 40, 8):
            number = f"CASE-{n:04}"
            closed = {"number": number, "state": "closed"}
            DatabaseReadModel(engine).project(
                project(2, entity=number, kind="case", snapshot=closed)
            )

    at_once(either)
    assert listed(engine) == 20
    page, count = DatabaseWorkItems(engine).page([Span(Shown.OPEN)], {"client": "acme"}, None, 3)
    assert ([row.number for row in page], count) == (["CASE-0001", "CASE-0003", "CASE-0005"], 20)


def test_an_older_status_changes_nothing(engine: Engine) -> None:
    """Nor does the same one again."""
    read_model, number = DatabaseReadModel(engine), "CASE-0001"
    for sequence, state in ((5, "open"), (4, "closed"), (5, "open")):
        snapshot = _OPEN | {"number": number, "state": state}
        read_model.project(project(sequence, entity=number, kind="case", snapshot=snapshot))
    assert listed(engine) == 1


def test_an_index_says_whether_anything_is_unlisted(engine: Engine) -> None:
    """On both databases, and before one of them has counted anything."""
    cases(engine, 40)
    list_unlisted(engine)
    explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with engine.connect() as connection:
        plan = connection.execute(text(f"{explain} {_FURTHEST}")).all()
    assert "ix_entities_unlisted" in json.dumps([str(row) for row in plan])
