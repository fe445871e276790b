"""A world per test: starting a server costs a tenth of a second, sharing one costs clarity."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.workflows.world import World, time_skipping_world

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A server that lost a task is not what is tested here: the story is told again, and only then.

    Whatever else goes wrong fails at once.
    """
    again = pytest.mark.flaky(reruns=2, only_rerun=["ClockStopped"])
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(again)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An installation under a virtual clock; every history is replayed at the end."""
    async with time_skipping_world(tmp_path) as installed:
        yield installed
