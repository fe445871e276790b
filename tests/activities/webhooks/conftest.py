"""A database on both engines, and a receiver on a real socket."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.webhook_server import Receiver, receiver


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Receiver]:
    """A receiver that takes everything."""
    async with receiver() as started:
        yield started
