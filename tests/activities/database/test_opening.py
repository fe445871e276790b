"""How a database is opened: which ones, with which settings, and what an error says."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseLedger,
    DatabaseNumbers,
    DatabaseReadModel,
    DatabaseStatusPage,
    MailArchive,
    make_engine,
    migrate,
)
from activities.ports import Audience, Ledger, Mailbox, ReadModel, StatusPage
from runtime.client import Numbers
from tests.activities.database.rows import NOW, delivery
from tests.postgres import LentDatabase


def test_the_adapters_are_what_activities_ask_for(engine: Engine) -> None:
    """Type-checked: each adapter fits its port."""
    ledger: Ledger = DatabaseLedger(engine)
    audience: Audience = DatabaseAudience(engine)
    portal: ReadModel = DatabaseReadModel(engine)
    numbers: Numbers = DatabaseNumbers(engine)
    mailbox: Mailbox = MailArchive(engine)
    page: StatusPage = DatabaseStatusPage(engine)
    assert all((ledger, audience, portal, numbers, mailbox, page))


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    """A fresh checkout has no `var/`."""
    file = tmp_path / "var" / "deep" / "defects.db"
    migrate(f"sqlite:///{file}")
    assert file.exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/defects"])
def test_a_database_that_cannot_keep_the_promises_is_refused(url: str) -> None:
    """In memory every thread would have its own; other databases have other locks."""
    with pytest.raises(ValueError, match="database URL"):
        make_engine(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_any_spelling_of_postgresql_gets_the_one_driver(scheme: str) -> None:
    """Hosts hand out URLs of all three kinds."""
    engine = make_engine(f"{scheme}://host/defects?connect_timeout=3")
    assert engine.url.drivername == "postgresql+psycopg"


def test_sqlite_writes_ahead_waits_and_checks_foreign_keys(tmp_path: Path) -> None:
    """Set on every connection, whoever made the file."""
    engine = make_engine(f"sqlite:///{tmp_path / 'defects.db'}")
    with engine.connect() as connection:
        found = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    engine.dispose()
    full = 2
    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 15_000,
        "synchronous": full,
    }


def test_opening_a_new_sqlite_file_waits_for_who_has_it(tmp_path: Path) -> None:
    """SQLite itself would say at once that the database is locked."""
    file = tmp_path / "defects.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, other.rollback)
    release.start()
    engine = make_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        mode = connection.scalar(text("PRAGMA journal_mode"))
    engine.dispose()
    release.join()
    other.close()
    assert mode == "wal"


def test_a_server_that_is_away_is_an_operational_error() -> None:
    """Callers try again; the password is not in what they log."""
    engine = make_engine("postgresql://keeper:pass-word@/defects?host=/nonexistent")
    with pytest.raises(OperationalError) as raised:
        DatabaseNumbers(engine).issue("DEF", "x")
    assert "pass-word" not in str(raised.value)


def test_errors_carry_no_client_text(engine: Engine) -> None:
    """The text of an error ends in logs and in Temporal's history."""
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE deliveries RENAME TO elsewhere"))
    with pytest.raises(DBAPIError, match="deliveries") as raised:
        DatabaseLedger(engine).claim(delivery("secret@example.org"), NOW)
    assert "secret@example.org" not in str(raised.value)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE number_sequences SET last = 99",
        "DROP TABLE spoken_messages",
        "ALTER TABLE facts DROP COLUMN details",
        "UPDATE alembic_version SET version_num = '9999'",
    ],
)
def test_a_database_that_is_lent_is_as_new(lent_postgres: LentDatabase, change: str) -> None:
    """These tests hand one on: nobody finds in it what the one before has left."""

    def first_number(afterwards: str) -> str:
        with lent_postgres.lent() as url:
            engine = make_engine(url)
            number = DatabaseNumbers(engine).issue("DEF", "x")
            with engine.begin() as connection:
                connection.execute(text(afterwards))
                version = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return f"{number} {version}"  # The engine is left open, as a careless test may.

    assert first_number(change).startswith("DEF-000001 ")
    assert first_number("SELECT details FROM facts") == first_number("SELECT 1")
    assert first_number("SELECT 1").startswith("DEF-000001 0")
