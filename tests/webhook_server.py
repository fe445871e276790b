"""A receiver of webhooks on a loopback socket: verifies what comes, and has its bad days."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

import httpx
from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Trick = Literal["drop", "stall", "endless"]

certificates = cache(httpx.create_ssl_context)
"""The authorities to trust, read once: for each client anew they cost more than a small test."""


@dataclass(frozen=True)
class Post:
    """One webhook as it arrived."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        """The webhook's id."""
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        """The payload."""
        document: dict[str, Any] = json.loads(self.body)
        return document

    def is_signed_with(self, secret: str) -> bool:
        """Whether one of its signatures is of that secret, whatever clock it was sent by."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        ours = Webhook(secret).sign(self.id, at, self.body)
        return ours in self.headers["webhook-signature"].split()


@dataclass
class Receiver:
    """What it got and what it answers: a status for all, or one for each id or path."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    taken: list[Post] = field(default_factory=list)
    """Those it answered with 2xx."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    of_id: dict[str, int] = field(default_factory=dict)
    trick: Trick | None = None

    def ids(self) -> list[str]:
        """Of what it took, in order."""
        return [post.id for post in self.taken]

    def of(self, entity: str) -> list[str]:
        """The events it took of one entity, in order."""
        return [post.json["type"] for post in self.taken if post.json["data"]["number"] == entity]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, however many requests."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._answer(reader, writer):
                pass
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        post = Post(first.split()[1], headers, body.decode())
        self.posts.append(post)
        if self.trick == "drop":
            return False
        if self.trick == "stall":
            await reader.read()  # until the sender has had enough
            return False
        status = self.of_id.get(post.id, self.status)
        if 200 <= status < 300:
            self.taken.append(post)
        told = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        if self.trick == "endless":
            writer.write(f"HTTP/1.1 {status} X\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            while True:
                writer.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
                await writer.drain()
        writer.write(f"HTTP/1.1 {status} X\r\n{told}Content-Length: 2\r\n\r\nok".encode())
        await writer.drain()
        return True


@asynccontextmanager
async def receiver(
    tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Receiver]:
    """A receiver at its `url` while the context lasts."""
    it, open_now = Receiver(), set[asyncio.StreamWriter]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now.add(writer)
        await it.serve(reader, writer)
        open_now.discard(writer)

    server = await asyncio.start_server(serve, host, 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    it.url = f"http{'s' if tls else ''}://{host}:{port}/hooks"
    try:
        yield it
    finally:
        server.close()
        for writer in open_now:
            writer.transport.abort()
