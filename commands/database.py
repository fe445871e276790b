"""The database of an installation, for commands that read or write it themselves."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from activities.adapters.database import make_engine, migrate
from runtime.settings import Settings


@contextmanager
def database(settings: Settings) -> Iterator[Engine]:
    """The migrated database of an installation. Raises NoDatabase where it cannot be used."""
    engine = make_engine(settings.database_url.get_secret_value())
    try:
        migrate(engine)
        yield engine
    finally:
        engine.dispose()
