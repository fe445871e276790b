"""Installations for the pages: one per test that changes something, one to look at for all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.identity_provider import IdentityProvider, identity_provider
from tests.portal.pages.installation import Pages, pages_installation
from tests.portal.pages.sign_ins import NOW, SignIns, a_portal
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


@pytest_asyncio.fixture(scope="session")
async def provider() -> AsyncIterator[IdentityProvider]:
    """One for all tests."""
    async with identity_provider(lambda: NOW) as standing:
        yield standing


@pytest_asyncio.fixture
async def here(provider: IdentityProvider, tmp_path: Path) -> AsyncIterator[SignIns]:
    """An honest provider, and a portal that has nothing in it."""
    provider.honest_again()
    pages = a_portal(tmp_path, **provider.settings())
    provider.now = pages.wall
    yield SignIns(pages, provider)
    for browser in pages.browsers:
        await browser.http.aclose()
    pages.context.engine.dispose()
