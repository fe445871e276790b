"""Installations for the pages: one per test that changes something, one to look at for all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.portal.pages.installation import Pages, pages_installation
from tests.portal.pages.story import tell_the_story


@pytest_asyncio.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """An empty installation."""
    async with pages_installation(tmp_path) as standing:
        yield standing


@pytest_asyncio.fixture(scope="session")
async def story(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pages]:
    """An installation with a past, in which every free text is a hostile one; only looked at."""
    async with pages_installation(tmp_path_factory.mktemp("story")) as standing:
        await tell_the_story(standing)
        yield standing
