"""Serves an application over HTTP, within bounds."""

import asyncio
import os
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvicorn
from starlette.types import ASGIApp

from portal.app import create_app
from portal.bounds import BoundedProtocol, Bounds, SoundRequests
from portal.context import PortalContext
from runtime.settings import Settings

log = structlog.get_logger(__name__)


class _Beside(uvicorn.Server):
    """A server that leaves signals to its process."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """None."""
        yield


@asynccontextmanager
async def beside(context: PortalContext) -> AsyncIterator[None]:
    """Serve while this lasts, in a program that does other things too."""
    settings = context.settings
    async with application_beside(create_app(context), settings.portal_address, settings):
        yield


@asynccontextmanager
async def application_beside(app: ASGIApp, address: str, settings: Settings) -> AsyncIterator[None]:
    """The same for any application, on an address of its own."""
    web = _Beside(_configuration(app, address, settings))
    serving = asyncio.create_task(web.serve())
    try:
        yield
    finally:
        web.should_exit = True
        await serving


def application_server(
    app: ASGIApp, address: str, settings: Settings, bounds: Bounds | None = None
) -> uvicorn.Server:
    """A server for any application, on an address of its own, that ends at SIGTERM or SIGINT."""
    return uvicorn.Server(_configuration(app, address, settings, bounds))


def _configuration(
    app: ASGIApp, address: str, settings: Settings, bounds: Bounds | None = None
) -> uvicorn.Config:
    bounds = bounds or Bounds()
    if "*" in os.environ.get("FORWARDED_ALLOW_IPS", "").split(","):
        log.warning(
            "portal.forwarded_by_anybody",
            advice="FORWARDED_ALLOW_IPS names everybody, so everybody can say to be another "
            "computer: name the addresses or networks of your proxies",
        )
    host, _, port = address.rpartition(":")
    return uvicorn.Config(
        SoundRequests(app, bounds),
        host=host.strip("[]"),
        port=int(port),
        http=BoundedProtocol.within(bounds),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=bounds.connections + 1,
        timeout_keep_alive=int(bounds.head_seconds),
        timeout_graceful_shutdown=int(settings.graceful_shutdown_seconds),
    )
