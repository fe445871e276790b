"""INSERT … ON CONFLICT that is compiled once, as SQLAlchemy compiles every other statement.

Those of its dialects (2.0) say that they cannot be cached and are compiled anew each time, which
takes longer than the database does. What they are made of here can be told apart, so it is.
"""

from collections.abc import Callable, Mapping
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import dml as postgresql_dml
from sqlalchemy.dialects.sqlite import dml as sqlite_dml
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.visitors import InternalTraversal

Made = TypeVar("Made", bound=sqlite.Insert | postgresql.Insert)
Built = TypeVar("Built")

_TARGET = [("inferred_target_elements", InternalTraversal.dp_plain_obj)]
_TARGET_AND_CHANGE = [
    *_TARGET,
    ("update_values_to_set", InternalTraversal.dp_dml_ordered_values),
    ("update_whereclause", InternalTraversal.dp_clauseelement),
]


class _SqliteNothing(sqlite_dml.OnConflictDoNothing):
    _traverse_internals = _TARGET


class _SqliteUpdate(sqlite_dml.OnConflictDoUpdate):
    _traverse_internals = _TARGET_AND_CHANGE


class _PostgresqlNothing(postgresql_dml.OnConflictDoNothing):
    _traverse_internals = _TARGET


class _PostgresqlUpdate(postgresql_dml.OnConflictDoUpdate):
    _traverse_internals = _TARGET_AND_CHANGE


class _SqliteInsert(sqlite.Insert):
    inherit_cache = True

    def on_conflict_do_nothing(self, *args: Any, **options: Any) -> Self:
        made = super().on_conflict_do_nothing(*args, **options)
        return _with(made, _SqliteNothing(*args, **options))

    def on_conflict_do_update(self, *args: Any, **options: Any) -> Self:
        options = _bound(self.table, options)
        made = super().on_conflict_do_update(*args, **options)
        return _with(made, _SqliteUpdate(*args, **options))


class _PostgresqlInsert(postgresql.Insert):
    inherit_cache = True

    def on_conflict_do_nothing(self, *args: Any, **options: Any) -> Self:
        made = super().on_conflict_do_nothing(*args, **options)
        return _with(made, _PostgresqlNothing(*args, **options))

    def on_conflict_do_update(self, *args: Any, **options: Any) -> Self:
        options = _bound(self.table, options)
        made = super().on_conflict_do_update(*args, **options)
        return _with(made, _PostgresqlUpdate(*args, **options))


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, which the two databases spell alike."""
    if connection.dialect.name == "postgresql":
        return _PostgresqlInsert(table)
    return _SqliteInsert(table)


def built_once(build: Callable[[Connection], Built]) -> Callable[[Connection], Built]:
    """A statement that is the same each time but for its parameters, for each of the two databases:
    to put it together takes longer than to carry it out."""
    built: dict[str, Built] = {}

    def statement(connection: Connection) -> Built:
        name = connection.dialect.name
        if name not in built:
            built[name] = build(connection)
        return built[name]

    return statement


def _with(made: Made, clause: Any) -> Made:
    if clause.inferred_target_elements is not None:
        clause.inferred_target_elements = tuple(clause.inferred_target_elements)
    made._post_values_clause = clause
    return made


def _bound(table: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """Values as parameters: as they are, they would be compiled into the statement for good."""
    return {
        **options,
        "set_": {
            name: value
            if isinstance(value, ClauseElement)
            else bindparam(None, value, type_=table.c[name].type)
            for name, value in options["set_"].items()
        },
    }
