"""A database that cannot be used is one line and exit code 2, whatever is wrong with it."""

import shlex
import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.postgres import PostgresServer
from tests.programs import STARTER, Ended, environment, in_process, run
from tests.quick_databases import migrated

AT_ONCE = "?timeout=0.2"


async def starter(folder: Path, url: str, *arguments: str) -> Ended:
    """Run `starter.py` on a database."""
    return await in_process(*arguments, env=environment(folder, DEFECTS_DATABASE_URL=url))


def assert_one_line(ended: Ended, *words: str) -> None:
    """Exit code 2, and one line that names the setting and the cause."""
    ended.assert_words(2, "DEFECTS_DATABASE_URL: cannot be used: ", *words)
    assert len(ended.err.splitlines()) == 1
    assert "sqlalche.me" not in ended.err


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A migrated SQLite file."""
    file = tmp_path / "defects.db"
    file.write_bytes(migrated())
    return file


async def test_a_missing_table_is_named(tmp_path: Path, file: Path) -> None:
    """The driver's own words, without the statement."""
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE tokens")
    ended = await starter(tmp_path, f"sqlite:///{file}", "token", "list")
    assert_one_line(ended, "no such table: tokens")
    assert "SELECT" not in ended.err


async def test_a_locked_file_is_named(tmp_path: Path, file: Path) -> None:
    """Another program holds it, for longer than anybody waits."""
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        ended = await starter(tmp_path, f"sqlite:///{file}{AT_ONCE}", "migrate")
    finally:
        holder.close()
    assert_one_line(ended, "database is locked")


async def test_a_full_disk_is_named(tmp_path: Path, file: Path) -> None:
    """No file may grow any more."""
    command = shlex.join([*STARTER, "token", "create", "robot", "--scope", "cases:read"])
    url = f"sqlite:///{file}"
    env = environment(tmp_path, DEFECTS_DATABASE_URL=url, PYTHONDONTWRITEBYTECODE="1")
    ended = await run("sh", "-c", f"ulimit -f 1; exec {command}", folder=tmp_path, env=env)
    assert_one_line(ended, "disk I/O error (is the disk full?)")


async def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    """A file of something else."""
    (tmp_path / "other.db").write_text("nothing of ours, and long enough to be looked at" * 30)
    ended = await starter(tmp_path, f"sqlite:///{tmp_path / 'other.db'}", "migrate")
    assert_one_line(ended, "file is not a database")


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Part of the path is a file."""
    (tmp_path / "taken").write_text("")
    ended = await starter(tmp_path, f"sqlite:///{tmp_path / 'taken' / 'x' / 'a.db'}", "migrate")
    assert_one_line(ended, "taken")


async def test_a_url_that_cannot_be_read_is_not_repeated(tmp_path: Path) -> None:
    """It may hold a password."""
    ended = await starter(tmp_path, "postgresql://u:secret@localhost:port/x", "migrate")
    assert_one_line(ended)
    assert "secret" not in ended.err


async def test_too_many_connections_are_named(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    """PostgreSQL lets nobody in."""
    postgres_server.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    url = make_url(postgres_server.url("postgres")).set(username="crowded")
    ended = await starter(tmp_path, url.render_as_string(), "token", "list")
    assert_one_line(ended, "too many connections")


async def test_a_server_that_takes_no_writes_is_named(
    tmp_path: Path, postgres_server: PostgresServer, migrated_postgres: str
) -> None:
    """A standby, or a full disk that the administrator has shielded."""
    with postgres_server.database(migrated_postgres) as url:
        read_only = make_url(url).update_query_dict(
            {"options": "-c default_transaction_read_only=on"}
        )
        ended = await starter(
            tmp_path,
            read_only.render_as_string(),
            *("token", "create", "robot", "--scope", "cases:read"),
        )
    assert_one_line(ended, "read-only transaction")


async def test_rows_that_postgresql_quotes_are_not_repeated(
    tmp_path: Path, postgres_server: PostgresServer, migrated_postgres: str
) -> None:
    """They are other people's: a constraint's details hold the values."""
    with postgres_server.database(migrated_postgres) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER TABLE tokens ADD CHECK (name <> 'robot')")
        ended = await starter(tmp_path, url, *("token", "create", "robot", "--scope", "cases:read"))
    assert_one_line(ended, "violates check constraint")
    assert "Failing row" not in ended.err
