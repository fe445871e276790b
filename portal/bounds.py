"""Bounds what a connection may take, in seconds and in bytes, before it is worth a place.

All four applications share it: pages and interface, codec server, and agents over HTTP. uvicorn by
itself waits for ever for the first byte, for the rest of a head and for the rest of a body.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal

import h11
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from portal.refusals import refused

CLOSE = {"Connection": "close"}
"""Where part of a request is left unread, nothing sound can follow on the connection."""
_DIGITS = 15
"""Of the longest Content-Length worth reading."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of everything one connection may take."""

    head_seconds: float = 10
    """From the connection, the answer before or the first byte to the end of a request's head."""
    body_seconds: float = 25
    """From there to the end of the body; applications give up a little earlier, with an answer."""
    answer_seconds: float = 90
    """From there until the answer was given, and taken."""
    head_bytes: int = 32 * 1024
    request_bytes: int = 12 * 1024 * 1024
    """Of the largest request that any application takes, which is a mail."""
    connections: int = 500
    """Beyond that one that has not sent its request gives way to a new one; where all have, the new
    one is answered 503 at once, instead of waiting its turn for ever."""


class BoundedProtocol(H11Protocol):
    """A connection that is cut when it takes too long or too much.

    What it is at is read from the parser's state after each event, so nothing is parsed twice.
    """

    bounds: Bounds

    @classmethod
    def within(cls, bounds: Bounds) -> type["BoundedProtocol"]:
        """The protocol, as a server asks for it."""
        return type(cls.__name__, (cls,), {"bounds": bounds})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """It gets a place, and may have to take it from another."""
        self._at: tuple[object, ...] = ()
        self._since = self.loop.time()
        self._due: asyncio.TimerHandle | None = None
        self._taken = 0
        super().connection_made(transport)
        if len(self.connections) > self.bounds.connections:
            self._make_room()
        self._bound()

    def data_received(self, data: bytes) -> None:
        """Some of a request."""
        self._taken += len(data)
        if self._taken > self.bounds.request_bytes:
            self._cut("too_large")
            return
        super().data_received(data)
        self._bound()

    def on_response_complete(self) -> None:
        """What follows is the next request."""
        super().on_response_complete()
        self._bound()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over, from whichever side."""
        if self._due is not None:
            self._due.cancel()
        super().connection_lost(exc)

    def _bound(self) -> None:
        """Look at what it is at; where that is another thing than before, its time begins."""
        their = self.conn.their_state
        if their is h11.IDLE:
            begun = bool(self.conn.trailing_data[0])
            at, seconds = ("head", begun, self.cycle), self.bounds.head_seconds
        elif their is h11.SEND_BODY:
            at, seconds = ("body", True, self.cycle), self.bounds.body_seconds
        else:
            at, seconds = ("answer", False, self.cycle), self.bounds.answer_seconds
        if at == self._at:
            return
        if at[0] == "head":
            self._taken = len(self.conn.trailing_data[0])
        if self._due is not None:
            self._due.cancel()
        self._at, self._since = at, self.loop.time()
        self._due = self.loop.call_later(seconds, self._cut, "too_slow" if at[1] else None)

    def _cut(self, why: Literal["too_slow", "too_large"] | None) -> None:
        """End it, also where the other side takes nothing any more; to be idle is no offence."""
        if why is not None:
            refused(why, {"client": self.client})
        self.transport.abort()

    def _make_room(self) -> None:
        """The longest waiting gives way: first of those that are still to ask, then to finish."""
        waiting = [
            one
            for one in self.connections
            if isinstance(one, BoundedProtocol)
            and one is not self
            and one.conn.their_state in {h11.IDLE, h11.SEND_BODY}
        ]
        if waiting:
            oldest = min(waiting, key=lambda it: (it.conn.their_state is h11.SEND_BODY, it._since))
            # It would leave the set only after all that connect in this turn of the loop.
            self.connections.discard(oldest)
            oldest.transport.abort()


class SoundRequests:
    """Around an application: it gets no head that is too long or says two lengths of a body.

    A browser that goes away while its request is read is an ordinary thing, not an error.
    """

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self._app = app
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and (status := self._refusal(scope)):
            refused("malformed", scope)
            response = PlainTextResponse("Refused", status, headers=CLOSE)
            await response(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            return

    def _refusal(self, scope: Scope) -> int | None:
        """The status to refuse a head with."""
        said = scope["headers"]
        length = len(scope["raw_path"]) + len(scope["query_string"])
        if length + sum(len(name) + len(value) for name, value in said) > self._bounds.head_bytes:
            return 431
        names = {name for name, _ in said}
        # RFC 9112, 6.1: whoever reads the other one sees another request.
        return 400 if {b"content-length", b"transfer-encoding"} <= names else None


class NotArrived(Exception):  # noqa: N818 - it is an answer
    """A body that is not there as a whole, and why."""

    def __init__(self, why: Literal["too_large", "too_slow", "malformed", "gone"]) -> None:
        super().__init__(why)
        self.why = why


async def arrived(scope: Scope, receive: Receive, most: int, seconds: float) -> bytes:
    """The whole body of a request: at most so many bytes, within so many seconds.

    What comes is counted, whatever its length is said to be; one that is said to be too large is
    not read at all.

    Raises:
        NotArrived: it is too large or too slow, or the connection ended.
    """
    length = Headers(scope=scope).get("content-length")
    if length is not None and not (length.isascii() and length.isdigit()):
        raise NotArrived("malformed")
    if length is not None and (len(length) > _DIGITS or int(length) > most):
        raise NotArrived("too_large")
    body, more = bytearray(), True
    try:
        async with asyncio.timeout(seconds):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise NotArrived("gone")
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > most:
                    raise NotArrived("too_large")
    except TimeoutError:
        raise NotArrived("too_slow") from None
    return bytes(body)
