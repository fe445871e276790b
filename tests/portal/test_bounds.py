"""A connection takes no more than its share, in seconds and in bytes."""

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from portal.bounds import Bounds, NotArrived, arrived
from portal.refusals import REFUSED
from portal.serving import application_server
from tests.programs import eventually
from tests.workflows.world import settings_of_tests

QUICK = Bounds(head_seconds=0.3, body_seconds=0.3, answer_seconds=0.6, connections=50)
HEAD = b"GET /here HTTP/1.1\r\nHost: x\r\n"


def an_application() -> FastAPI:
    """One that answers, reads a body, or takes its time."""
    app = FastAPI()

    @app.get("/here")
    async def here() -> str:
        return "here"

    @app.post("/read")
    async def read(request: Request) -> Response:
        try:
            body = await arrived(request.scope, request.receive, 1_000, 20)
        except NotArrived as error:
            return Response(error.why, 400)
        return Response(str(len(body)))

    @app.post("/framework")
    async def framework(request: Request) -> int:
        return len(await request.body())

    @app.post("/unread")
    async def unread() -> str:
        return "not read"

    @app.get("/much")
    async def much() -> Response:
        return Response(b"x" * 50_000_000)

    return app


@dataclass(frozen=True)
class Served:
    """A server, and what it is busy with."""

    at: tuple[str, int]
    connections: set[Any]
    tasks: set[Any]

    @property
    def url(self) -> str:
        """Of it."""
        return f"http://127.0.0.1:{self.at[1]}"


@asynccontextmanager
async def served(bounds: Bounds) -> AsyncIterator[Served]:
    """The application by the server that all of ours have, at a free port."""
    with socket.create_server(("127.0.0.1", 0), backlog=2_048) as listening:
        here = listening.getsockname()
        app = an_application()
        web = application_server(app, f"127.0.0.1:{here[1]}", settings_of_tests(), bounds)
        serving = asyncio.create_task(web.serve(sockets=[listening]))
        try:
            yield Served(here, web.server_state.connections, web.server_state.tasks)
        finally:
            web.should_exit = True
            await serving


async def connected(
    stack: AsyncExitStack, here: Served, sent: bytes
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that has sent something."""
    reader, writer = await asyncio.open_connection(*here.at)
    stack.callback(writer.close)
    writer.write(sent)
    return reader, writer


async def read_to_end(reader: asyncio.StreamReader) -> bytes:
    """What comes until the other side ends it."""
    found = b""
    try:
        while part := await reader.read(65_536):
            found += part
    except ConnectionResetError:
        pass
    return found


@asynccontextmanager
async def dripping(
    writer: asyncio.StreamWriter, what: bytes, every: float = 0.05
) -> AsyncIterator[None]:
    """Send the same again and again."""

    async def drip() -> None:
        while not writer.is_closing():
            writer.write(what)
            await asyncio.sleep(every)

    task = asyncio.create_task(drip())
    try:
        yield
    finally:
        task.cancel()


def count(kind: str) -> float:
    """How many were turned away for this reason."""
    value: float = REFUSED.labels(kind)._value.get()
    return value


@pytest.mark.parametrize("sent", [b"", HEAD + b"X-A: "], ids=["silent", "half a head"])
async def test_a_thousand_who_say_nothing_take_nobodys_place(sent: bytes) -> None:
    """Somebody else is answered while they are there, and far earlier than they time out."""
    bounds = Bounds()
    async with served(bounds) as here, AsyncExitStack() as stack:
        for _ in range(1_000):
            await connected(stack, here, sent)
        began = time.monotonic()
        async with httpx.AsyncClient(base_url=here.url) as other:
            answers = [(await other.get("/here")).status_code for _ in range(20)]

    assert answers == [200] * 20
    assert time.monotonic() - began < bounds.head_seconds / 2


async def test_hundreds_of_half_sent_forms_take_nobodys_place() -> None:
    """A body that does not come gives way as well."""
    half = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1"
    async with served(Bounds()) as here, AsyncExitStack() as stack:
        for _ in range(600):
            await connected(stack, here, half)
        async with httpx.AsyncClient(base_url=here.url) as other:
            answer = await other.post("/read", content=b"1234567890")

    assert (answer.status_code, answer.text) == (200, "10")


STUCK: dict[str, Callable[[], bytes]] = {
    "silent": lambda: b"",
    "half a head": lambda: HEAD,
    "half a second head": lambda: HEAD + b"\r\n" + HEAD,
    "half a body": lambda: b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n1",
    "a body that nobody reads": lambda: (
        b"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1"
    ),
}


@pytest.mark.parametrize("sent", STUCK.values(), ids=STUCK.keys())
async def test_who_stops_is_cut_within_seconds(sent: Callable[[], bytes]) -> None:
    """Wherever in a request it is."""
    async with served(QUICK) as here, AsyncExitStack() as stack, asyncio.timeout(3):
        reader, _ = await connected(stack, here, sent())
        await read_to_end(reader)
        assert await eventually("its place is free", lambda: not here.connections)


@pytest.mark.parametrize("at", ["head", "body"])
async def test_a_byte_now_and_then_does_not_make_it_longer(at: str) -> None:
    """The time is that of the whole, not of a byte."""
    begun = HEAD + b"X: " if at == "head" else STUCK["half a body"]()
    async with served(QUICK) as here, AsyncExitStack() as stack, asyncio.timeout(3):
        reader, writer = await connected(stack, here, begun)
        async with dripping(writer, b"x" if at == "head" else b"1"):
            await read_to_end(reader)
            assert await eventually("its place is free", lambda: not here.connections)


async def test_who_takes_no_answer_is_cut() -> None:
    """A page that nobody fetches holds no place and no memory for ever."""
    async with served(QUICK) as here, AsyncExitStack() as stack, asyncio.timeout(5):
        asked = HEAD.replace(b"/here", b"/much") + b"\r\n"
        reader, writer = await connected(stack, here, asked)
        assert await reader.read(1)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await eventually("it is cut", lambda: not here.connections)


async def test_an_idle_connection_is_used_again() -> None:
    """The time of a request begins with it, not with the one before."""
    async with served(Bounds()) as here, AsyncExitStack() as stack:
        reader, writer = await connected(stack, here, HEAD + b"\r\n")
        first = await reader.readuntil(b'"here"')
        writer.write(HEAD + b"\r\n")
        second = await reader.readuntil(b'"here"')

    assert first[:12] == second[:12] == b"HTTP/1.1 200"


async def test_what_is_too_much_is_cut_whatever_it_says_of_itself() -> None:
    """Bytes are counted as they come, of a request that nobody reads too."""
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    bounds = Bounds(request_bytes=1_000_000)
    before = count("too_large")
    async with served(bounds) as here, AsyncExitStack() as stack, asyncio.timeout(5):
        begun = b"POST /unread HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        reader, writer = await connected(stack, here, begun)
        async with dripping(writer, chunk, every=0.01):
            await read_to_end(reader)

    assert count("too_large") == before + 1


async def test_two_lengths_of_one_body_are_refused() -> None:
    """RFC 9112, 6.1."""
    both = (
        b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n"
        b"\r\n0\r\n\r\n"
    )
    async with served(QUICK) as here, AsyncExitStack() as stack:
        reader, _ = await connected(stack, here, both)
        answer = await read_to_end(reader)

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize("long", [60_000, 300_000])
async def test_a_long_head_is_refused(long: int) -> None:
    """In one piece or in several."""
    async with served(QUICK) as here, AsyncExitStack() as stack, asyncio.timeout(5):
        reader, _ = await connected(stack, here, HEAD + b"X: " + b"x" * long + b"\r\n\r\n")
        answer = await read_to_end(reader)

    assert answer[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 431", b""}  # Reset before it was read.


@pytest.mark.parametrize("path", ["/read", "/framework"])
async def test_who_goes_away_leaves_no_traceback(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A hundred bytes must not write seven thousand into the log."""
    begun = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n1".encode()
    async with served(Bounds()) as here, asyncio.timeout(5):
        _, writer = await asyncio.open_connection(*here.at)
        writer.write(begun)
        await eventually("it is being read", lambda: bool(here.tasks))
        writer.close()
        await eventually("it is over", lambda: not here.tasks)

    assert [line for line in caplog.records if line.levelname == "ERROR"] == []


def test_nothing_of_ours_is_served_without_bounds() -> None:
    """Pages, interface, codec server and agents: one place makes servers, and it sets them."""
    root = Path(__file__).parents[2]
    made = [
        str(path.relative_to(root))
        for folder in ("portal", "commands", "runtime", "activities")
        for path in (root / folder).rglob("*.py")
        if re.search(r"uvicorn\.(Config|run)\(", path.read_text(encoding="utf-8"))
    ]

    assert made == ["portal/serving.py"]
