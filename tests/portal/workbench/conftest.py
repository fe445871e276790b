"""An empty installation for each test, and the browser of a specialist."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.portal.pages.installation import Pages, pages_installation


@pytest_asyncio.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """The pages over a world of its own."""
    async with pages_installation(tmp_path) as standing:
        yield standing
