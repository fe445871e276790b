"""Serves requests for our own host only, so that no answer can be made to lead to another."""

from urllib.parse import urlsplit

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.refusals import refused


class OnlyOwnHost:
    """Middleware: where the installation says how people reach it, it has no other name.

    Programs on the same machine may say loopback.
    """

    def __init__(self, app: ASGIApp, portal_url: str) -> None:
        self._app = app
        host = urlsplit(portal_url).hostname or ""
        named = f"[{host}]" if ":" in host else host
        names = [named, "localhost", "127.0.0.1", "[::1]"]
        self._hosts = TrustedHostMiddleware(self._reached, names, www_redirect=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        await self._hosts(scope, receive, send)
        if scope["type"] == "http" and "defects.host" not in scope:
            refused("host", scope)

    async def _reached(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["defects.host"] = True
        await self._app(scope, receive, send)
