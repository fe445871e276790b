"""The product's own database in memory, which can be away, roll back, or commit unheard."""

import sqlite3
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import OperationalError

from activities.adapters.database import migrate
from simulation.nights.faults import Clock, Fault, Weather


class Database:
    """One for each process; `begin` empties it for the next night."""

    def __init__(self) -> None:
        self._raw = sqlite3.connect(":memory:", factory=_Connection, check_same_thread=False)
        self._raw.isolation_level = None
        self._raw.database = self
        self.engine: Engine = create_engine(
            "sqlite://", creator=lambda: self._raw, poolclass=StaticPool
        )
        event.listen(self.engine, "begin", self._begin)
        event.listen(self.engine, "commit", self._commit)
        self._weather: Weather | None = None
        self._clock: Clock | None = None
        self._unheard = False
        self._crashed = False

    def begin(self, weather: Weather, clock: Clock) -> None:
        """A night begins: the tables are as a migration leaves them."""
        self._weather, self._clock = weather, clock
        self._unheard = False
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")
        self._raw.deserialize(_migrated())

    def end(self) -> None:
        """The night is over: from now on nothing goes wrong."""
        self._weather = None

    def is_sent(self, key: str, message_id: str) -> bool:
        """Whether the ledger knows that a letter was sent."""
        query = (
            "SELECT 1 FROM deliveries WHERE effect_key = ? AND message_id = ? AND state = 'sent'"
        )
        return self._raw.execute(query, (key, message_id)).fetchone() is not None

    def _begin(self, connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        if self._weather is not None and self._clock is not None:
            now = self._clock()
            self._weather.crash("transaction", now)
            if self._weather.lasting(Fault.DATABASE_AWAY, now):
                raise _refused("BEGIN", "database is locked")
        self._raw.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    def _commit(self, connection: Connection) -> None:
        if self._weather is None or self._clock is None:
            return
        if not connection.get_execution_options().get("writes", False):
            return
        struck = self._weather.crash("commit", self._clock())
        if Fault.ROLLED_BACK in struck:
            raise _refused("COMMIT", "disk I/O error")
        self._unheard = Fault.COMMIT_UNHEARD in struck

    def committed(self) -> None:
        """A transaction is durable, whether its sender hears of it or not."""
        if self._unheard:
            self._unheard = False
            raise sqlite3.OperationalError("server closed the connection unexpectedly")


def _refused(statement: str, why: str) -> OperationalError:
    """As SQLAlchemy hands on what the driver says."""
    return OperationalError(statement, None, sqlite3.OperationalError(why))


class _Connection(sqlite3.Connection):
    database: Database

    def commit(self) -> None:
        super().commit()
        self.database.committed()


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "migrated.db"
        migrate(f"sqlite:///{path}")
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            content: bytes = connection.serialize()
        connection.close()
    return content
