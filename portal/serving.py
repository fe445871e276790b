"""Serves the application over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from portal.app import create_app
from portal.site import Site


class _Beside(uvicorn.Server):
    """A server that leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """None."""
        yield


@asynccontextmanager
async def beside(site: Site) -> AsyncIterator[None]:
    """Serve while the context lasts, in a program that does other things too."""
    web = _Beside(_configuration(site))
    serving = asyncio.create_task(web.serve())
    try:
        yield
    finally:
        web.should_exit = True
        await serving


def server(site: Site) -> uvicorn.Server:
    """A server for one installation, on the address that its settings give."""
    return uvicorn.Server(_configuration(site))


def _configuration(site: Site) -> uvicorn.Config:
    host, _, port = site.settings.portal_address.rpartition(":")
    return uvicorn.Config(
        create_app(site),
        host=host.strip("[]"),
        port=int(port),
        log_config=None,
        access_log=False,
        server_header=False,
        # Beyond that a request is answered 503 at once, instead of waiting its turn for ever.
        limit_concurrency=500,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=int(site.settings.graceful_shutdown_seconds),
    )
