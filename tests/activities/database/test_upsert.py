"""INSERT … ON CONFLICT is compiled once, and still says what it was given each time."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, String, Table, create_engine
from sqlalchemy import event as events
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import CacheStats

from activities.adapters.database.upsert import built_once, insert

_table = Table(
    "counts",
    MetaData(),
    Column("name", String, primary_key=True),
    Column("times", Integer),
    Column("note", String),
)


class _Postgresql:
    """As much of a connection as `insert` looks at."""

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An empty table."""
    made = create_engine("sqlite://")
    _table.create(made)
    yield made
    made.dispose()


def _write(connection: Connection, name: str, note: str | None) -> None:
    adding = insert(connection, _table).values(name=name, times=1, note=note)
    again = {"times": _table.c.times + adding.excluded.times, "note": note}
    connection.execute(adding.on_conflict_do_update(index_elements=["name"], set_=again))


def test_the_second_one_is_not_compiled_again_and_has_its_own_values(engine: Engine) -> None:
    """What is set is a parameter, not a part of what was compiled for the first."""
    hits = list[CacheStats]()
    events.listen(engine, "after_cursor_execute", lambda *args: hits.append(args[4].cache_hit))

    with engine.begin() as connection:
        for name, note in (("a", "one"), ("b", "two"), ("a", "three"), ("b", None)):
            _write(connection, name, note)
        ignored = insert(connection, _table).on_conflict_do_nothing(index_elements=["name"])
        connection.execute(ignored, [{"name": "a", "times": 9, "note": "no"}])
        rows = connection.execute(_table.select().order_by(_table.c.name)).tuples().all()

    assert rows == [("a", 2, "three"), ("b", 2, None)]
    assert [hit.name for hit in hits[:4]] == ["CACHE_MISS", *3 * ["CACHE_HIT"]]


def test_statements_that_differ_are_told_apart(engine: Engine) -> None:
    """Another target, another condition or another column is another statement."""
    with engine.connect() as connection:
        adding = insert(connection, _table)
        new = adding.excluded
        made: list[Any] = [
            adding.on_conflict_do_nothing(),
            adding.on_conflict_do_nothing(index_elements=["name"]),
            adding.on_conflict_do_nothing(index_elements=["times"]),
            adding.on_conflict_do_update(index_elements=["name"], set_={"times": new.times}),
            adding.on_conflict_do_update(index_elements=["name"], set_={"note": new.note}),
            adding.on_conflict_do_update(
                index_elements=["name"], set_={"note": new.note}, where=_table.c.times < new.times
            ),
        ]
        keys = {statement._generate_cache_key().key for statement in made}

    assert len(keys) == len(made)


def test_postgresql_is_told_the_same(engine: Engine) -> None:
    """The statement is the dialect's own, and it can be cached."""
    adding = insert(cast("Connection", _Postgresql()), _table)
    ours = adding.on_conflict_do_update(index_elements=["name"], set_={"note": "n"})
    theirs = postgresql.insert(_table).on_conflict_do_update(
        index_elements=["name"], set_={"note": "n"}
    )

    assert str(ours.compile(dialect=_Postgresql.dialect)) == str(
        theirs.compile(dialect=_Postgresql.dialect)
    )
    assert ours._generate_cache_key() is not None


def test_a_statement_is_put_together_once_for_each_database(engine: Engine) -> None:
    """It has no values of its own."""
    built = list[str]()

    @built_once
    def statement(connection: Connection) -> Any:
        built.append(connection.dialect.name)
        return insert(connection, _table)

    with engine.connect() as connection:
        first, second = statement(connection), statement(connection)
        other = statement(cast("Connection", _Postgresql()))

    assert first is second
    assert first is not other
    assert built == ["sqlite", "postgresql"]
