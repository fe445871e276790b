"""Issues the next number of ours where none is given."""

import asyncio
import uuid
from typing import Any

from activities.adapters.database import DatabaseNumbers, make_engine, migrate
from runtime.client import DefectsClient
from runtime.settings import Settings


async def under_the_next(
    line: DefectsClient, workflow: str, prefix: str, payload: dict[str, Any], settings: Settings
) -> str:
    """Start something under the next number of that prefix, and answer which it is.

    An import may have brought numbers that look like ours: those are passed over.
    """
    while True:
        number = await asyncio.to_thread(_next_number, prefix, settings)
        if await line.start_if_absent(workflow, number, payload):
            return number


def _next_number(prefix: str, settings: Settings) -> str:
    engine = make_engine(settings.database_url.get_secret_value())
    migrate(engine)
    try:
        return DatabaseNumbers(engine).issue(prefix, str(uuid.uuid4()))
    finally:
        engine.dispose()
