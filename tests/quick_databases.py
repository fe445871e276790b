"""Databases that cost a test little: migrated once, copied, and never waiting for a disk."""

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, event

from activities.adapters.database import make_engine, migrate


def empty_database(file: Path) -> Engine:
    """A SQLite file with all tables and nothing in them."""
    file.write_bytes(migrated())
    return quick(make_engine(f"sqlite:///{file}"))


def quick(engine: Engine) -> Engine:
    """The same engine; what it writes on SQLite need not outlast a power cut, which no test has."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
    return engine


@cache
def migrated() -> bytes:
    """Such a file: migrating takes longer than a copy."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "migrated.db"
        migrate(f"sqlite:///{file}")
        return file.read_bytes()
