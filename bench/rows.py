"""What a crowd leaves in our database: rows and bytes of each table, by the real adapters."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, func, select
from temporalio.testing import ActivityEnvironment

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseLedger,
    DatabasePreferences,
    DatabaseReadModel,
    DatabaseStatusPage,
    make_engine,
    migrate,
)
from activities.adapters.database.tables import deliveries, facts, metadata
from activities.adapters.policy_files import PolicyFiles
from activities.notifications import Tell
from activities.read_model import Portal
from activities.status_page import PostToStatusPage
from bench.installation import CountingMailbox
from bench.population import Crowd
from bench.story import Stage
from bench.week import SECONDS
from domain.contract.effects import Effect, PostStatus, Project, TellClients, TellStaff
from tests.postgres import CannotRun, running_postgres

Sizes = dict[str, tuple[int, int]]
"""Rows and bytes of each table that has rows, indexes included."""
_PORTAL_URL = "https://portal.vendor.example"


@dataclass
class Keeper:
    """Writes what effects mean to a database, as a worker's activities do; no mail leaves."""

    engine: Engine

    def __post_init__(self) -> None:
        ledger, preferences = DatabaseLedger(self.engine), DatabasePreferences(self.engine)
        audience = DatabaseAudience(self.engine)
        tell = Tell(
            CountingMailbox(),
            ledger,
            audience,
            PolicyFiles(),
            "support@vendor.example",
            preferences,
            _PORTAL_URL,
        )
        portal = Portal(DatabaseReadModel(self.engine), preferences)
        page = PostToStatusPage(DatabaseStatusPage(self.engine), ledger)
        self._activities: dict[type, Callable[..., Any]] = {
            Project: portal.project,
            TellClients: tell.tell_clients,
            TellStaff: tell.tell_staff,
            PostStatus: page.post_status,
        }
        self._environment = ActivityEnvironment()

    def keep(self, effect: Effect, _at: datetime) -> None:
        """Bring one effect about."""
        act = self._activities.get(type(effect))
        if act is not None:
            self._environment.run(act, effect)


def kept(engine: Engine, crowd: Crowd) -> dict[str, int]:
    """Let a crowd live to the end of its week, and write it; answers what the week itself added."""
    keeper = Keeper(engine)
    until = crowd.week + timedelta(seconds=SECONDS)
    stage = Stage(until, brought=keeper.keep)
    for defect in crowd.defect_parts():
        stage.family(defect)
    for case in crowd.case_parts():
        if case.at <= until:
            stage.case(case)
    with engine.connect() as connection:
        return {
            table.name: connection.execute(
                select(func.count()).select_from(table).where(column >= crowd.week)
            ).scalar_one()
            for table, column in ((facts, facts.c.at), (deliveries, deliveries.c.decided_at))
        }


@contextmanager
def sqlite_engine() -> Iterator[tuple[Engine, Callable[[], Sizes]]]:
    """A new SQLite file, and what to ask for the sizes of its tables."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "defects.db"
        migrate_to(f"sqlite:///{file}")
        engine = make_engine(f"sqlite:///{file}")
        try:
            yield engine, lambda: _sqlite_sizes(engine, file)
        finally:
            engine.dispose()


@contextmanager
def postgres_engine() -> Iterator[tuple[Engine, Callable[[], Sizes]]]:
    """A new database on a PostgreSQL of our own. Raises CannotRun where there can be none."""
    with running_postgres() as server, server.database() as url:
        migrate_to(url)
        engine = make_engine(url)
        try:
            yield engine, lambda: _postgres_sizes(url)
        finally:
            engine.dispose()


def migrate_to(url: str) -> None:
    """Make our tables there."""
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()


def _sqlite_sizes(engine: Engine, file: Path) -> Sizes:
    """SQLite says what a table takes only where it was built with `dbstat`: so by dropping it."""
    engine.dispose()
    sizes: Sizes = {}
    for table in metadata.sorted_tables:
        copy = Path(shutil.copy(file, file.with_suffix(".copy")))
        with sqlite3.connect(copy, isolation_level=None) as connection:
            (rows,) = connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()
            if rows:
                before = _pages(connection)
                connection.execute(f'DROP TABLE "{table.name}"')
                sizes[table.name] = rows, before - _pages(connection)
        connection.close()
        copy.unlink()
    return sizes


def _pages(connection: sqlite3.Connection) -> int:
    """Bytes of the pages in use."""
    found = [connection.execute(f"PRAGMA {what}").fetchone()[0] for what in _ABOUT_PAGES]
    size, count, free = map(int, found)
    return size * (count - free)


_ABOUT_PAGES = ("page_size", "page_count", "freelist_count")


def _postgres_sizes(url: str) -> Sizes:
    sizes: Sizes = {}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        for table in metadata.sorted_tables:
            count = psycopg.sql.SQL("SELECT count(*) FROM {}")
            rows = connection.execute(count.format(psycopg.sql.Identifier(table.name))).fetchone()
            size = connection.execute(
                "SELECT pg_total_relation_size(%s::regclass)", (table.name,)
            ).fetchone()
            if rows and size and rows[0]:
                sizes[table.name] = rows[0], size[0]
    return sizes


def measured(defects: int, week: datetime) -> dict[str, Any]:
    """Both databases; PostgreSQL is left out, and why, where there can be none."""
    found: dict[str, Any] = {"defects": defects}
    with sqlite_engine() as (engine, sizes):
        found["week"] = kept(engine, Crowd(defects, week))
        found["sqlite"] = sizes()
    try:
        with postgres_engine() as (engine, sizes):
            kept(engine, Crowd(defects, week))
            found["postgresql"] = sizes()
    except CannotRun as reason:
        found["postgresql_missing"] = str(reason)
    return found
