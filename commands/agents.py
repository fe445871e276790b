"""Lets AI agents in: one that started this process, or all that come over HTTP with a token."""

import logging
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from activities.adapters.database import DatabaseRecords
from activities.adapters.policy_files import PolicyFiles
from commands.database import database
from portal.agents.callers import TOKEN_VARIABLE
from portal.agents.over_http import Listening, serve_http
from portal.agents.over_stdio import redirect_stdout, serve_stdio
from portal.context import PortalContext
from runtime.client import DefectsClient
from runtime.connection import connect
from runtime.settings import Settings, SettingsError


async def over_stdio(settings: Settings) -> None:
    """Serve the program that started this one, until it lets go of standard input.

    Raises:
        NoDatabase, PolicyError, NoServer: what is needed cannot be had.
    """
    # A thread waits for input and cannot be told to stop; there is nothing to lose here.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with redirect_stdout() as out:
        async with _context(settings) as context:
            await serve_stdio(context, out, os.environ.get(TOKEN_VARIABLE) or None)


async def over_http(settings: Settings, address: str, names: Sequence[str]) -> None:
    """Serve clients with a token, until SIGTERM or SIGINT.

    Raises:
        SettingsError: nothing can listen at the address.
        NoDatabase, PolicyError, NoServer: what is needed cannot be had.
    """
    try:
        listening = Listening.at(address)
    except (OSError, ValueError) as error:
        raise SettingsError(f"--http: nothing can listen at {address}: {error}") from None
    async with _context(settings) as context:
        await serve_http(context, listening, names)


@asynccontextmanager
async def _context(settings: Settings) -> AsyncIterator[PortalContext]:
    # What the protocol's SDK says of a message that cannot be read is the message.
    logging.getLogger("mcp").setLevel(logging.ERROR)
    with database(settings) as engine:
        temporal = await connect(settings, service="defects-agents")
        client = DefectsClient(temporal, records=DatabaseRecords(engine))
        yield PortalContext(client, engine, PolicyFiles(settings.policy_file), settings)
