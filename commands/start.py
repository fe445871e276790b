"""Starts an entity from the command line."""

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from activities.adapters.database import DatabaseNumbers, DatabaseRecords
from activities.adapters.policy_files import PolicyFiles
from commands.database import database
from domain.contract.parsing import InvalidCommand
from runtime.client import CommandRefused, DefectsClient, NoSuchNumber
from runtime.settings import Settings
from runtime.start_check import StartCheck


async def start(
    client: DefectsClient,
    workflow: str,
    number: str | None,
    prefix: str,
    payload: dict[str, Any],
    settings: Settings,
    *,
    again: bool = False,
) -> str:
    """Start something under its number, or else the next of that prefix; answers which it is.

    `again` says that the number was used before and is begun again on purpose: it goes on above
    what the database knows of it.

    Raises:
        CommandRefused: its workflow would refuse it, or the number was used before.
        NoSuchNumber: it is not known, so it cannot begin again.
        NoDatabase, PolicyError: what is needed cannot be had.
    """
    check = StartCheck(PolicyFiles(settings.policy_file))
    try:
        check.check(workflow, number, payload, datetime.now(UTC))
    except InvalidCommand as error:
        raise CommandRefused(str(error)) from None
    with database(settings) as engine:
        if number is not None:
            records = DatabaseRecords(engine)
            if again:
                known = await asyncio.to_thread(records.last, number)
                if known is None:
                    raise NoSuchNumber(f"{number} is not in the database; begin it without --again")
                payload = {**payload, "again": known.again}
            await replace(client, records=records).start(workflow, number, payload)
            return number
        number, _ = await client.start_numbered(
            workflow, prefix, payload, DatabaseNumbers(engine), str(uuid.uuid4())
        )
    return number
