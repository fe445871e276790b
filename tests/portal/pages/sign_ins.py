"""A portal whose staff sign in at an identity provider, and browsers that go there and back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx

from activities.adapters.policy_files import PolicyFiles
from portal.app import create_app
from portal.context import PortalContext
from runtime.settings import Settings
from tests.identity_provider import IdentityProvider
from tests.portal.conftest import Wall
from tests.portal.pages.installation import Browser, Pages
from tests.quick_databases import empty_database
from tests.workflows.world import settings_of_tests

NOW = datetime(2027, 5, 3, 15, tzinfo=UTC)
HERE = "/staff/sign-in/oidc"


@dataclass
class SignIns:
    """A portal, and the provider that its staff sign in at."""

    pages: Pages
    there: IdentityProvider

    async def gone(self, browser: Browser, page: str = "/staff/sign-in") -> str:
        """Press the button: the provider's address that the browser is led to."""
        answer = await browser.send(page, HERE)
        assert answer.status_code == 200, answer.text
        return led_to(answer)

    async def came(self, browser: Browser, **other: str | None) -> httpx.Response:
        """Sign in there and come back, with something else than what one is sent back with."""
        sent = self.there.visited(await self.gone(browser)) | other
        return await back(browser, **sent)

    async def signed_in(self, **person: Any) -> Browser:
        """The browser of somebody who has signed in."""
        self.there.person |= person
        browser = self.pages.browser()
        answer = await self.came(browser)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
        return browser


async def back(browser: Browser, **sent: str | None) -> httpx.Response:
    """Come back from the provider."""
    return await browser.http.get(HERE, params={k: v for k, v in sent.items() if v is not None})


def led_to(answer: httpx.Response) -> str:
    """Where a page leads by itself, which it also says by a link."""
    found = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', answer.text)
    assert found is not None
    assert f'href="{found[1]}"' in answer.text
    return unescape(found[1])


def a_portal(folder: Path, clock: Callable[[], datetime] | None = None, **settings: Any) -> Pages:
    """A portal that nobody's workflows run behind; its time stands still without a clock."""
    client: Any = SimpleNamespace(temporal=SimpleNamespace(namespace="default"))
    ours = Settings.model_construct(**(settings_of_tests().model_dump() | settings))
    wall = Wall(NOW)
    context = PortalContext(
        client, empty_database(folder / "it.db"), PolicyFiles(), ours, clock or wall
    )
    return Pages(SimpleNamespace(), wall, context, create_app(context))  # type: ignore[arg-type]
