"""Brings the tables up to the newest migration this code knows."""

import threading
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from activities.adapters.database.engine import NoDatabase, make_engine, writing
from activities.adapters.database.work_items import list_unlisted

_MIGRATIONS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 7_236_345_001
"""Any number no other program on the same PostgreSQL database locks."""
_one_at_a_time = threading.Lock()
"""Alembic keeps what it is at in a global of the process."""


def migrate(database: Engine | str) -> None:
    """Run every migration that is missing; all of them happen or none.

    Any number of threads and processes may do this at once: one migrates, the others wait and
    find it done. A database that is newer than this code is left alone, since workers of two
    versions run side by side while a version is rolled out or back: a migration may only add what
    the version before it can ignore.

    Raises:
        NoDatabase: it does not answer, or does not let us.
    """
    if isinstance(database, str):
        engine = make_engine(database)
        try:
            migrate(engine)
        finally:
            engine.dispose()
        return
    try:
        with _one_at_a_time, writing(database) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            _upgrade(connection)
        list_unlisted(database)
    except SQLAlchemyError as error:
        raise NoDatabase.because(error) from error


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    applied = set(MigrationContext.configure(connection).get_current_heads())
    if applied - known:
        structlog.get_logger(__name__).warning(
            "database_newer_than_code", revisions=sorted(applied - known)
        )
        return
    command.upgrade(config, "head")
