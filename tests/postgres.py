"""Gives each test a database of its own, on SQLite and on a PostgreSQL started for this run."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine

from activities.adapters.database import make_engine, migrate
from tests.quick_databases import migrated, quick

_SETTINGS = {
    "listen_addresses": "",  # a Unix socket in a folder of our own: no port to collide on
    "max_connections": "200",
    "shared_buffers": "32MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "timezone": "America/Chicago",  # whatever the server's zone, we read UTC
}
_missing: set[str] = set()
"""Why PostgreSQL tests were skipped, for the last words of the run."""


class CannotRun(Exception):  # noqa: N818 - it is an answer
    """PostgreSQL cannot be started here; the text says why."""


@dataclass
class PostgresServer:
    """A throw-away PostgreSQL cluster."""

    binaries: Path
    folder: Path
    run_as: list[str]
    """Put before a command, to run it as the account that owns the cluster."""
    settings: Mapping[str, str] = field(default_factory=lambda: _SETTINGS)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://keeper@/{database}?host={self.folder}"

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The URL of a new database, a copy of `template`, dropped afterwards."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run one statement as its superuser, outside a transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def restart_at_once(self) -> None:
        """Let it fall without a word to whoever is connected, and recover from its log."""
        data = str(self.folder / "data")
        self.call("pg_ctl", "-D", data, "-m", "immediate", "-w", "-l", "log-again", "restart")

    @contextmanager
    def started(self) -> Iterator[None]:
        """Run it, and stop it in the end at once, as a crash would."""
        data = str(self.folder / "data")
        settings = {**self.settings, "unix_socket_directories": str(self.folder)}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("w") as log:
            process = subprocess.Popen(
                [*self.run_as, str(self.binaries / "postgres"), "-D", data, *flags],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests, which then stop it
            )
        try:
            self._wait_until_ready(process)
            yield
        finally:
            # Not asked of the process: one that was restarted is another.
            if (Path(data) / "postmaster.pid").exists():
                self.call("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
            process.wait(timeout=30)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        give_up_at = time.monotonic() + 60
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > give_up_at:
                    log = (self.folder / "log").read_text()
                    raise CannotRun(f"postgres does not start: {log.strip()[-400:]}") from None
                time.sleep(0.05)
            else:
                return

    def call(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs to its end."""
        try:
            subprocess.run(
                [*self.run_as, str(self.binaries / program), *arguments],
                check=True,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
            )
        except subprocess.CalledProcessError as error:
            raise CannotRun(f"{program}: {error.stderr.strip()[-400:]}") from None


_SHAPE = """
SELECT (SELECT string_agg(version_num, ' ') FROM alembic_version), md5(string_agg(
    concat_ws(' ', attrelid::regclass, attname, atttypid, attnotnull, atthasdef, attisdropped),
    ',' ORDER BY attrelid, attnum))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace
"""
_LEAVE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_COUNT_ANEW = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"


@dataclass
class LentDatabase:
    """A database that one test after another has to itself, which takes less than one for each."""

    server: PostgresServer
    template: str
    _stack: ExitStack = field(default_factory=ExitStack)
    _url: str | None = None
    _shape: Any = None

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Its URL; with tables as they were made, and nothing in them."""
        if self._url is None:
            self._url = self._stack.enter_context(self.server.database(self.template))
            with self._connected() as connection:
                self._shape = connection.execute(_SHAPE).fetchone()
        yield self._url
        with self._connected() as connection:
            connection.execute(_LEAVE)
            as_it_was = connection.execute(_SHAPE).fetchone() == self._shape
            if as_it_was:
                self._empty(connection)
        if not as_it_was:
            self.close()

    def close(self) -> None:
        """Drop it; whoever borrows next gets another."""
        self._stack.close()
        self._url = None

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(str(self._url), autocommit=True)

    def _empty(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        connection.execute("SET session_replication_role = replica")  # in whatever order
        for (table,) in connection.execute(_TABLES).fetchall():
            if table != "alembic_version":
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        connection.execute(_COUNT_ANEW)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server with an empty data folder, stopped and removed at the end.

    Raises:
        CannotRun: where the programs are missing or refuse to work.
    """
    with postgres_cluster(_SETTINGS) as server, server.started():
        yield server


@contextmanager
def postgres_cluster(settings: Mapping[str, str]) -> Iterator[PostgresServer]:
    """An empty data folder for a server that is started later, removed at the end.

    Raises:
        CannotRun: where the programs are missing or refuse to work.
    """
    binaries = _binaries()
    account = _unprivileged_account() if os.geteuid() == 0 else None
    # Not pytest's folder: the other account could not reach it. Short, as socket paths must be.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if account:
            shutil.chown(folder, account.pw_uid, account.pw_gid)
        run_as = ["runuser", "-u", account.pw_name, "--"] if account else []
        server = PostgresServer(binaries, folder, run_as, settings)
        server.call(
            "initdb", "-D", str(folder / "data"), "-U", "keeper", "-A", "trust", "-E", "UTF8",
            "--locale=C", "--no-sync",
        )  # fmt: skip
        yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    """The newest installation, wherever packages put it."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(installed, key=lambda program: program.parts[-3].zfill(4), default=None)
    if newest:
        return newest.parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise CannotRun("no initdb under /usr/lib/postgresql/*/bin or on PATH")


def _unprivileged_account() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root."""
    if not shutil.which("runuser"):
        raise CannotRun("running as root, and there is no runuser to run it as somebody else")
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotRun("running as root, and there is no account postgres or nobody to run it as")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The one PostgreSQL server of this run; tests are skipped where there can be none."""
    with ExitStack() as stopping:
        try:
            server = stopping.enter_context(running_postgres())
        except CannotRun as reason:
            _missing.add(str(reason))
            pytest.skip(f"PostgreSQL: {reason}")
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    """The name of a migrated database to copy."""
    postgres_server.execute("CREATE DATABASE migrated TEMPLATE template0")
    migrate(postgres_server.url("migrated"))
    return "migrated"


@pytest.fixture(scope="session")
def lent_postgres(
    postgres_server: PostgresServer, migrated_postgres: str
) -> Iterator[LentDatabase]:
    """A migrated database to lend."""
    database = LentDatabase(postgres_server, migrated_postgres)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "defects.db"
        file.write_bytes(migrated())
        yield f"sqlite:///{file}"
        return
    database: LentDatabase = request.getfixturevalue("lent_postgres")
    with database.lent() as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A migrated, empty database, once on SQLite and once on PostgreSQL."""
    engine = quick(make_engine(database_url))
    yield engine
    engine.dispose()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was not tried."""
    for reason in sorted(_missing):
        terminalreporter.write_line(f"PostgreSQL tests were skipped: {reason}", yellow=True)
