"""Opens the database so that SQLite and PostgreSQL keep the same promises."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)

_T = TypeVar("_T")
_PATIENCE_SECONDS = 15
"""How long a writer waits for the others of its process, and then as long for other processes,
before the error goes to the caller, who tries later. Nothing can interrupt it: both together are
what a worker that is told to stop gives its activities."""
_PAUSE = 0.2
"""Seconds between two tries to write down what was done."""


class NoDatabase(ValueError):  # noqa: N818 - what the reader sees
    """The database cannot be used; the message says why, never with a password."""

    @classmethod
    def because(cls, error: SQLAlchemyError) -> "NoDatabase":
        """What the driver says is wrong, on one line, without statement, values or rows."""
        said: object = error
        if isinstance(error, DBAPIError):
            # PostgreSQL quotes rows in its details, but not in the primary message.
            diagnosis = getattr(error.orig, "diag", None)
            said = getattr(diagnosis, "message_primary", None) or error.orig
            # On a full disk SQLite mostly fails at a file beside the database, in other words.
            code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
            said = f"{said} (is the disk full?)" if code == sqlite3.SQLITE_IOERR else said
        return cls(f"DEFECTS_DATABASE_URL: cannot be used: {' '.join(str(said).split())}")


def make_engine(url: str, *, pool_size: int = 20) -> Engine:
    """A thread-safe engine for `sqlite:///path` or `postgresql://...`; nothing is opened yet.

    `pool_size` connections are kept, ten more are opened in a rush: give it at least the number of
    threads that run activities. The folder of a SQLite file is created. What the URL's query says
    wins over our connection settings. Parameters never appear in error texts: they are client
    text.

    Raises:
        NoDatabase: for another kind of database, or a SQLite database that is not a plain file in
            a folder that can be made.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise NoDatabase(
            "DEFECTS_DATABASE_URL: cannot be used: it is no URL of a database"
        ) from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return _sqlite(parsed, pool_size)
    if kind in {"postgresql", "postgres"}:
        return _postgresql(parsed, pool_size)
    raise NoDatabase(f"database URL: must begin with sqlite or postgresql, not {kind}")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: committed at the end, rolled back on an error.

    On SQLite it is the only writer from its first moment, so what it reads stays true until it
    commits. On PostgreSQL it has to lock the rows it decides on.
    """
    with (
        _turn(engine),
        engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Queue with the other writers of this process, where one is woken as soon as it is its turn.

    SQLite has them look again after pauses of up to a tenth of a second, which is how writers of
    other processes still wait.
    """
    turn: threading.Lock | None = engine.get_execution_options().get("turn")
    has_turn = turn is not None and turn.acquire(timeout=_PATIENCE_SECONDS)
    try:
        yield
    finally:
        if turn is not None and has_turn:
            turn.release()


def patiently(write: Callable[[], None], seconds: float) -> None:
    """Write something down, again while the database is away for moments.

    Raises:
        OperationalError, InterfaceError: it was away for longer than `seconds`.
    """
    give_up_at = time.monotonic() + seconds
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError):
            if time.monotonic() > give_up_at:
                raise
        time.sleep(_PAUSE)


def batches(items: Sequence[_T], size: int = 1_000) -> Iterator[Sequence[_T]]:
    """The items in runs for one statement each: both databases limit a statement's parameters."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _postgresql(url: URL, pool_size: int) -> Engine:
    settings = {
        "application_name": "defects",
        "connect_timeout": 10,
        # A server that vanished without a word is noticed after 30 seconds, not after hours.
        "tcp_user_timeout": 30_000,
    }
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,
        # Every statement has to see what was committed before it: locks are taken, then read.
        isolation_level="READ COMMITTED",
        connect_args={name: value for name, value in settings.items() if name not in url.query},
    )


def _sqlite(url: URL, pool_size: int) -> Engine:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise NoDatabase(
            "database URL: SQLite needs a plain file, such as sqlite:///var/defects.db; "
            "in memory every thread would see a database of its own"
        )
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoDatabase(f"DEFECTS_DATABASE_URL: cannot be used: {error}") from None
    engine = create_engine(
        url,
        pool_size=pool_size,
        hide_parameters=True,
        connect_args={"timeout": _PATIENCE_SECONDS},
        execution_options={"turn": threading.Lock()},
    )
    event.listen(engine, "connect", _settle_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _settle_connection(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver opens no transactions: `_begin` does
    _use_wal(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    # A number once issued must survive a power cut, and WAL alone does not promise that.
    connection.execute("PRAGMA synchronous = FULL")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Let readers and the writer pass each other; kept in the file, so mostly already so."""
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # For this one statement SQLite does not wait when another process does the same.
            if (
                error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY
                or time.monotonic() > give_up_at
            ):
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    """Writers queue here, where SQLite waits, not at their first write, where it refuses."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
