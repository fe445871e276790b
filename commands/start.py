"""Starts an entity from the command line."""

import uuid
from datetime import UTC, datetime
from typing import Any

from activities.adapters.policy_files import PolicyFiles
from domain.contract.parsing import InvalidCommand
from runtime.client import CommandRefused, DefectsClient
from runtime.settings import Settings
from runtime.start_check import StartCheck


async def start(
    client: DefectsClient,
    workflow: str,
    number: str | None,
    prefix: str,
    payload: dict[str, Any],
    settings: Settings,
) -> str:
    """Start something under its number, or else the next of that prefix; answers which it is.

    Raises:
        CommandRefused: its workflow would refuse it, or the number was used before and is closed.
        NoDatabase, PolicyError: what is needed cannot be had.
    """
    check = StartCheck(PolicyFiles(settings.policy_file))
    try:
        check.check(workflow, number, payload, datetime.now(UTC))
    except InvalidCommand as error:
        raise CommandRefused(str(error)) from None
    if number is not None:
        await client.start(workflow, number, payload)
        return number
    # Whoever brings a number of their own need not wait for a database to load.
    from activities.adapters.database import DatabaseNumbers
    from commands.database import database

    with database(settings) as engine:
        number, _ = await client.start_numbered(
            workflow, prefix, payload, DatabaseNumbers(engine), str(uuid.uuid4())
        )
    return number
