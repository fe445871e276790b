"""Serves one agent that started this process: the protocol on its standard input and output."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import anyio
from mcp.server.stdio import stdio_server

from portal.agents.callers import of_this_process
from portal.agents.server import agent_server
from portal.context import PortalContext


@contextmanager
def redirect_stdout() -> Iterator[TextIO]:
    """Standard output for the protocol alone; what else writes there ends on standard error.

    To be entered before anything connects: the core of Temporal's SDK writes its log lines to the
    descriptor itself, to the end of the process, so it is not given back.
    """
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n") as kept:
        os.dup2(2, 1)
        yield kept


async def serve_stdio(context: PortalContext, out: TextIO, secret: str | None) -> None:
    """Serve until standard input ends."""
    server = agent_server(context, of_this_process(context, secret))
    async with stdio_server(stdout=anyio.wrap_file(out)) as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
