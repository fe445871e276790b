"""Migrations make what the code expects, whoever runs them at once."""

from multiprocessing import get_context
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from activities.adapters.database import make_engine, migrate
from activities.adapters.database.tables import metadata
from tests.activities.database.rows import THREADS, at_once


def tables_of(url: str) -> set[str]:
    """The tables a database has."""
    engine = make_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # Alembic knows none on SQLite.
def test_migrations_make_what_the_code_expects(empty_database_url: str) -> None:
    """Run twice, and nothing is left for Alembic to suggest."""
    migrate(empty_database_url)
    engine = make_engine(empty_database_url)
    migrate(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_threads_may_migrate_one_database_at_once(empty_database_url: str) -> None:
    """One does it, the others find it done."""
    at_once(lambda _: migrate(empty_database_url))
    assert tables_of(empty_database_url) >= set(metadata.tables)


def test_threads_may_migrate_several_databases_at_once(tmp_path: Path) -> None:
    """Alembic itself is not thread-safe."""
    urls = [f"sqlite:///{tmp_path / str(n)}.db" for n in range(THREADS)]
    at_once(lambda me: migrate(urls[me]))
    assert all(tables_of(url) >= set(metadata.tables) for url in urls)


def test_processes_may_migrate_at_once(empty_database_url: str) -> None:
    """As when several workers start on a new database."""
    processes = get_context("forkserver")
    processes.set_forkserver_preload(["activities.adapters.database"])
    workers = [processes.Process(target=migrate, args=[empty_database_url]) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    assert tables_of(empty_database_url) >= set(metadata.tables)


def test_a_database_of_a_later_version_is_left_alone(engine: Engine) -> None:
    """Workers of the version before still start while a new one is rolled out."""
    version = text("SELECT version_num FROM alembic_version")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    migrate(engine)
    with engine.connect() as connection:
        assert connection.scalars(version).all() == ["9999"]
