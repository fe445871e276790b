"""Answers HEAD as GET, without the body: programs that watch pages or check links ask that way."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadMiddleware:
    """Middleware for a whole application: wherever GET is answered HEAD is, and `Allow` says so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked_for_head = scope["method"] == "HEAD"

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                _allow_head(MutableHeaders(scope=message))
            elif asked_for_head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        if not asked_for_head:
            await self._app(scope, receive, answer)
            return
        as_get = {**scope, "method": "GET"}
        try:
            await self._app(as_get, receive, answer)
        finally:
            # What was found on the way down stays known: metrics name the route.
            scope.update({**as_get, "method": "HEAD"})


def _allow_head(headers: MutableHeaders) -> None:
    allowed = [method.strip() for method in headers.get("allow", "").split(",")]
    if "GET" in allowed and "HEAD" not in allowed:
        headers["allow"] = ", ".join([*allowed, "HEAD"])
