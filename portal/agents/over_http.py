"""Serves agents over HTTP: every request has a token, and passes the guard of the HTTP interface.

Nothing is kept between two requests, so a token that is revoked ends at the next one.
"""

import ipaddress
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from portal.agents.callers import of_the_request
from portal.agents.server import agent_server
from portal.api.guard import Guard, Limits
from portal.context import PortalContext
from portal.security import SecureHeaders, is_https
from portal.serving import application_server

PATH = "/mcp"

log = structlog.get_logger(__name__)


def create_app(
    context: PortalContext, hosts: Sequence[str], limits: Limits | None = None
) -> Starlette:
    """The application, for requests that come to one of these hosts."""
    manager = StreamableHTTPSessionManager(
        agent_server(context, of_the_request),
        json_response=True,
        stateless=True,
        # A page that has its name lead here would send an origin, or a host that is none of ours.
        security_settings=TransportSecuritySettings(allowed_hosts=list(hosts), allowed_origins=[]),
    )

    @asynccontextmanager
    async def running(_app: Starlette) -> AsyncIterator[None]:
        async with manager.run():
            yield

    return Starlette(
        # Without sessions there is nothing to listen to and nothing to end: no GET, no DELETE.
        routes=[Route(PATH, StreamableHTTPASGIApp(manager), methods=["POST"])],
        middleware=[
            Middleware(SecureHeaders, https=is_https(context.settings)),
            Middleware(Guard, context=context, limits=limits or Limits()),
        ],
        lifespan=running,
    )


@dataclass(frozen=True, slots=True)
class Listening:
    """A socket that listens, and what requests may call it."""

    socket: socket.socket
    hosts: Sequence[str]

    @classmethod
    def at(cls, address: str) -> "Listening":
        """Listen at an IP address and a port; with port 0, at one that is free.

        Raises:
            ValueError: it is none.
            OSError: nothing can listen there.
        """
        host, _, digits = address.replace("localhost", "127.0.0.1").rpartition(":")
        ip = ipaddress.ip_address(host.strip("[]"))
        if not 0 <= (port := int(digits)) < 65_536:
            raise ValueError(f"a port is 0 to 65535, not {port}")
        family = socket.AF_INET6 if ip.version == 6 else socket.AF_INET
        opened = socket.create_server((str(ip), port), family=family)
        named = f"[{ip}]" if ip.version == 6 else str(ip)
        names = [named, "localhost"] if ip.is_loopback else [named]
        return cls(opened, [f"{name}:{opened.getsockname()[1]}" for name in names])


async def serve_http(context: PortalContext, listening: Listening, names: Sequence[str]) -> None:
    """Serve until SIGTERM or SIGINT, also requests for one of the `names` of a proxy."""
    app = create_app(context, [*listening.hosts, *names])
    web = application_server(app, listening.hosts[0], context.settings)
    with listening.socket:
        log.info("agents.listening", at=listening.hosts[0])
        await web.serve(sockets=[listening.socket])
