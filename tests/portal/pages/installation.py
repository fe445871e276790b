"""The pages of a real installation, and a browser without a screen that can fill in their forms."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from activities.adapters.database import DatabaseSessions
from activities.adapters.database.tokens import DatabaseTokens
from activities.adapters.policy_files import PolicyFiles
from activities.ports import Letter
from portal.app import create_app
from portal.context import PortalContext
from runtime.settings import Settings
from tests.domain.builders import attachment
from tests.portal.conftest import Wall
from tests.workflows.world import World, time_skipping_world

HERE = "http://127.0.0.1:8080"
LINK = re.compile(rf"{HERE}(/sign-in/\S+)")
ADA, BOB = "ada@river.example", "bob@harbour.example"


class Forms(HTMLParser):
    """The forms of a page: where each leads, and what its fields hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of forms and of the hidden fields in them."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
        elif tag == "input" and given.get("type") == "hidden" and self.found:
            self.found[-1][1][given["name"]] = given["value"]

    def to(self, action: str) -> dict[str, str]:
        """The hidden fields of the form that leads there."""
        return next(fields for leads, fields in self.found if leads == action)


@dataclass
class Browser:
    """Keeps cookies, follows links by hand, and fills in forms as a person would."""

    http: httpx.AsyncClient

    async def get(self, path: str, status: int = 200) -> str:
        """The text of a page."""
        response = await self.http.get(path)
        assert response.status_code == status, (path, response.status_code, response.text[:500])
        return response.text

    async def send(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Open a page, fill in the form that leads to `action`, and send it."""
        hidden = Forms(await self.get(page)).to(action)
        return await self.http.post(action, data=hidden | fields)

    async def done(self, page: str, action: str, **fields: str) -> str:
        """The same, and the page that says that it was taken."""
        response = await self.send(page, action, **fields)
        assert response.status_code == 303, (response.status_code, response.text)
        return await self.get(response.headers["location"])


@dataclass
class Pages:
    """The web application over a world, and who looks at it."""

    world: World
    wall: Wall
    context: PortalContext
    app: FastAPI
    browsers: list[Browser] = field(default_factory=list)

    def browser(self, computer: str | None = None, **headers: str) -> Browser:
        """A new browser, without cookies, on a computer of its own unless one is given."""
        computer = computer or f"192.0.2.{len(self.browsers) + 1}"
        transport = httpx.ASGITransport(self.app, client=(computer, 50_000))
        browser = Browser(httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers))
        self.browsers.append(browser)
        return browser

    async def signed_in(self, address: str = ADA) -> Browser:
        """The browser of a contact who is signed in, the mail left out."""
        browser = self.browser()
        session = DatabaseSessions(self.context.engine).begin("client", address, self.wall.at)
        browser.http.cookies.set("portal-client", session, domain="127.0.0.1")
        return browser

    async def asked_for_link(self, browser: Browser, address: str = ADA) -> str:
        """Ask for a link as a person does, and find it in the mail."""
        before = len(self.letters_to(address))
        response = await browser.send("/sign-in", "/sign-in", email=address)
        assert response.status_code == 200
        letters = self.letters_to(address)[before:]
        return link_in(letters[-1]) if letters else ""

    async def staff(self) -> Browser:
        """The browser of a member of staff, signed in with a token."""
        browser = self.browser()
        await browser.done("/staff/sign-in", "/staff/sign-in", token=self.token())
        return browser

    def token(self, *scopes: str) -> str:
        """A token as `starter.py token` makes them."""
        tokens = DatabaseTokens(self.context.engine)
        token, _ = tokens.create(
            "lead-1", scopes or ["staff:read"], self.wall.at, timedelta(days=90)
        )
        return token

    def letters_to(self, address: str) -> list[Letter]:
        """What somebody was mailed, oldest first."""
        return [letter for letter in self.world.mailbox.letters if letter.to == address]

    async def tick(self, **time: float) -> None:
        """Let time pass, and what it brings be delivered; the portal's clock follows."""
        if time:
            await self.world.after(**time)
        else:
            await self.world.settle()
        self.wall.at = await self.world.clock.now()


def link_in(letter: Letter) -> str:
    """The path of the link to sign in that a letter has."""
    found = LINK.search(letter.text)
    assert found is not None
    return found[1]


def on_case(case: str, client: str = "river", email: str = ADA, **contact: Any) -> dict[str, Any]:
    """A case to attach, with its contact."""
    return attachment(case, client, email=email, **contact)


@asynccontextmanager
async def pages_installation(
    folder: Path, policies: PolicyFiles | None = None, **settings: Any
) -> AsyncIterator[Pages]:
    """A fresh one, its clock on a quiet Monday."""
    policies = policies or PolicyFiles()
    async with time_skipping_world(folder, policies) as world:
        wall = Wall(await world.clock.now())
        ours = Settings.model_construct(**(world.settings.model_dump() | settings))
        context = PortalContext(
            world.defects, world.outside.engine, policies, ours, wall, mailbox=world.mailbox
        )
        standing = Pages(world, wall, context, create_app(context))
        yield standing
        for browser in standing.browsers:
            await browser.http.aclose()
