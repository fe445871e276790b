"""A world per test: starting a server costs a tenth of a second, sharing one costs clarity."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.workflows.world import World, time_skipping_world


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An installation under a virtual clock; every history is replayed at the end."""
    async with time_skipping_world(tmp_path) as installed:
        yield installed
