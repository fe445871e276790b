"""Waits until nothing is on its way to anybody any more."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select

from activities.adapters.database.tables import deliveries, entities
from runtime.client import CommandRefused, DefectsClient, NoSuchNumber
from runtime.connection import NoServer
from tests.chaos.driver import Driver

LOOK = 1.0
"""Seconds between two looks."""
AT_ONCE = 10


@dataclass(frozen=True)
class Rest:
    """How everything came to rest."""

    since: datetime
    """When the look began that found nothing on its way (UTC)."""
    seconds: float
    """How long that took."""
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Of each number that runs."""
    states: dict[str, str] = field(default_factory=dict)
    """Of each number, as the database has it."""
    unsettled: Sequence[str] = ()
    """What was still on its way when patience was over."""


async def drained(driver: Driver, engine: Engine, patience: float) -> Rest:
    """Ask all numbers, until one look over all of them finds nothing on its way."""
    numbers = sorted(numbers_of(driver))
    began = time.monotonic()
    while True:
        since = datetime.now(UTC)
        asked: dict[str, dict[str, Any]] = {}
        left = await _look(driver.client, numbers, asked)
        states, unsent = await asyncio.to_thread(_on_record, engine)
        left += unsent
        left += [
            f"{number} is {status['state']}, and {states.get(number)} in the database"
            for number, status in asked.items()
            if states.get(number) != status["state"]
        ]
        waited = time.monotonic() - began
        if not left or waited > patience:
            return Rest(since, waited, asked, states, left)
        await asyncio.sleep(LOOK)


def numbers_of(driver: Driver) -> set[str]:
    """Everything that was begun."""
    confirmed = {said.payload.get("defect") for said in driver.said} - {None}
    return {said.step.number for said in driver.said} | {str(number) for number in confirmed}


async def _look(
    client: DefectsClient, numbers: Sequence[str], asked: dict[str, dict[str, Any]]
) -> list[str]:
    turns, left = asyncio.Semaphore(AT_ONCE), []

    async def ask(number: str) -> None:
        async with turns:
            here = await client.describe(number)
            if here is None:
                left.append(f"{number} is not known")
            elif here.HasField("close_time"):
                return
            else:
                try:
                    asked[number] = await client.query(number, "status")
                except (CommandRefused, NoSuchNumber, NoServer) as error:
                    left.append(f"{number} does not answer: {error}")
                    return
                if asked[number]["pending_deliveries"]:
                    left.append(f"{number} has {asked[number]['pending_deliveries']} waiting")

    await asyncio.gather(*(ask(number) for number in numbers))
    return left


def _on_record(engine: Engine) -> tuple[dict[str, str], list[str]]:
    """How each number stands, and rows of the ledger that somebody still waits for."""
    waiting = select(deliveries.c.effect_key, deliveries.c.recipient, deliveries.c.state).where(
        deliveries.c.state != "sent", deliveries.c.overtaken_at.is_(None)
    )
    with engine.connect() as connection:
        known = connection.execute(select(entities.c.number, entities.c.state)).tuples()
        states = {str(number): str(state) for number, state in known}
        unsent = connection.execute(waiting).tuples()
        return states, [f"{key} to {who} is {state}" for key, who, state in unsent]
