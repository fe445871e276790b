"""A database on both engines, and a receiver on a real socket."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from sqlalchemy import Engine

from activities.adapters.database import make_engine
from tests.webhook_server import Receiver, receiver


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A migrated, empty database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Receiver]:
    """A receiver that takes everything."""
    async with receiver() as started:
        yield started
