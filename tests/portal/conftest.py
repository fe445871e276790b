"""A portal before a real installation: server, workers, database, and the web application."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import Engine

from activities.adapters.database.tokens import DatabaseTokens
from activities.adapters.policy_files import PolicyFiles
from portal.api.application import mount_api
from portal.api.guard import Limits
from portal.api.security import Scope
from portal.context import PortalContext
from tests.workflows.world import World, time_skipping_world

EVERYTHING = tuple(Scope)


@dataclass
class Wall:
    """The portal's clock."""

    at: datetime

    def __call__(self) -> datetime:
        """The present."""
        return self.at


@dataclass
class Portal:
    """The web application of a world, and programs that talk to it."""

    world: World
    wall: Wall
    context: PortalContext
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    @cached_property
    def app(self) -> FastAPI:
        """The application; describing it takes longer than many a test that does without."""
        return _mounted(self.context)

    @property
    def engine(self) -> Engine:
        """The database."""
        return self.context.engine

    def token(self, name: str = "crm", *scopes: str, days: float = 1) -> str:
        """A token good for everything but to act for others, unless scopes are given."""
        wanted = scopes or [scope for scope in Scope if scope is not Scope.ACTOR_ANY]
        made, _ = DatabaseTokens(self.engine).create(
            name, wanted, self.wall.at, timedelta(days=days)
        )
        return made

    def service(self, token: str | None = None) -> httpx.AsyncClient:
        """A program with a token."""
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://portal.test/api/v1",
            headers={"Authorization": f"Bearer {token or self.token()}"},
        )
        self.clients.append(client)
        return client

    def limited(self, **limits: Any) -> None:
        """Take other limits from now on."""
        self.app = _mounted(self.context, Limits(**limits))


def _mounted(context: PortalContext, limits: Limits | None = None) -> FastAPI:
    app = FastAPI(openapi_url=None)
    mount_api(app, context, limits)
    return app


@pytest_asyncio.fixture
async def portal(tmp_path: Path) -> AsyncIterator[Portal]:
    """The interface before real workflows under a virtual clock."""
    async with time_skipping_world(tmp_path) as world:
        wall = Wall(await world.clock.now())
        context = PortalContext(
            world.defects, world.outside.engine, PolicyFiles(), world.settings, wall
        )
        standing = Portal(world, wall, context)
        yield standing
        for client in standing.clients:
            await client.aclose()
