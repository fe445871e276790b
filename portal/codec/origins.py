"""Decides which web pages may ask, and lets their browsers read the answer.

Whoever is signed in carries their cookie to every page that knows our address. So a request that a
page of another origin has made is refused, whatever it brings along, and none is let in by a
pattern: an origin is allowed as it stands or not at all.
"""

from collections.abc import Collection

import structlog
from fastapi import Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.api.problems import Problem
from runtime.setting_values import origin_of
from runtime.settings import Settings

log = structlog.get_logger(__name__)

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST",
    # What Temporal's UI sends; the last two where it passes on its own users' tokens.
    "Access-Control-Allow-Headers": (
        "Content-Type, X-Namespace, Authorization, Authorization-Extras"
    ),
    "Access-Control-Max-Age": "600",
}
_LOGGED = 200
"""Characters of an origin that nobody expects."""


def allowed_origins(settings: Settings) -> frozenset[str]:
    """Those of the settings, else that of Temporal's UI; without either no page may ask."""
    if settings.codec_origins:
        return frozenset(settings.codec_origins)
    ui = settings.temporal_ui_url
    return frozenset() if ui is None else frozenset({origin_of(ui)})


class Origins:
    """Middleware: pages of exactly these origins may ask; what is no page says no origin."""

    def __init__(self, app: ASGIApp, allowed: Collection[str]) -> None:
        self._app = app
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        said = headers.getlist("origin")
        allowed = len(said) == 1 and said[0] in self._allowed

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                answered.add_vary_header("Origin")
                if allowed:
                    answered["Access-Control-Allow-Origin"] = said[0]
                    answered["Access-Control-Allow-Credentials"] = "true"
            await send(message)

        handler = self._app
        if said and not allowed:
            log.warning("codec.origin_refused", origin=said[0][:_LOGGED])
            handler = _NOT_FROM_HERE.response()
        elif allowed and scope["method"] == "OPTIONS":
            handler = Response(status_code=204, headers=_PREFLIGHT)
        await handler(scope, receive, answer)


_NOT_FROM_HERE = Problem(
    403, "forbidden", "pages of this origin may not ask: see DEFECTS_CODEC_ORIGINS"
)
