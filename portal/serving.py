"""Serves the application over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from portal.app import create_app
from portal.context import PortalContext
from runtime.settings import Settings


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


def application_server(app: ASGIApp, address: str, settings: Settings) -> uvicorn.Server:
    """A server for any application, on an address of its own, that ends at SIGTERM or SIGINT."""
    return uvicorn.Server(_configuration(app, address, settings))


def _configuration(app: ASGIApp, address: str, settings: Settings) -> uvicorn.Config:
    host, _, port = address.rpartition(":")
    return uvicorn.Config(
        app,
        host=host.strip("[]"),
        port=int(port),
        log_config=None,
        access_log=False,
        server_header=False,
        # Beyond that a request is answered 503 at once, instead of waiting its turn for ever.
        limit_concurrency=500,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=int(settings.graceful_shutdown_seconds),
    )
