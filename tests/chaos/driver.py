"""Tells the stories to the product over its contract: each command is repeated until answered."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.client import RPCError

from runtime.client import CommandRefused, DefectsClient, NoSuchNumber
from runtime.connection import NoServer
from tests.chaos.month import Month
from tests.chaos.stories import Step, Story

PAUSE = 0.5
"""Seconds between two tries."""
LEAST_AHEAD = 60.0
"""Seconds that a planned date lies ahead at least, however much the month is compressed."""


@dataclass
class Said:
    """One step, and what came of saying it."""

    step: Step
    actor: str
    """Different for each step, so that what is on record names the step it came of."""
    payload: dict[str, Any]
    tries: int = 0
    answered: bool = False
    refused: str | None = None


@dataclass
class Driver:
    """Says everything, and remembers what was answered."""

    client: DefectsClient
    month: Month
    seed: int
    said: list[Said] = field(default_factory=list)

    async def tell(self, stories: Sequence[Story]) -> None:
        """All stories at once, from now on, until each step was answered."""
        began = time.monotonic()
        await asyncio.gather(*(self._tell(story, began) for story in stories))

    async def _tell(self, story: Story, began: float) -> None:
        for step in story.steps:
            await asyncio.sleep(began + step.day * self.month.day - time.monotonic())
            actor = f"driver-{len(self.said) + 1}"
            said = Said(step, actor, self._payload(step, actor))
            self.said.append(said)
            while not said.answered:
                said.tries += 1
                said.answered = await self._say(said)
                if not said.answered:
                    await asyncio.sleep(PAUSE)

    def _payload(self, step: Step, actor: str) -> dict[str, Any]:
        payload = {"actor": actor, **step.fields}
        if not step.starts:
            payload["key"] = f"{self.seed}-{actor}"
        if step.deploy_in is not None:
            ahead = timedelta(seconds=max(step.deploy_in * self.month.day, LEAST_AHEAD))
            payload["deploy_at"] = (datetime.now(UTC) + ahead).isoformat()
        return payload

    async def _say(self, said: Said) -> bool:
        """Whether it was answered."""
        step = said.step
        try:
            if step.starts:
                await self.client.start(step.command, step.number, said.payload)
            else:
                await self.client.update(step.number, step.command, said.payload)
        except CommandRefused as refused:
            said.refused = str(refused)
        except NoSuchNumber as gone:
            # It may have ended on the command whose answer was lost.
            if not (said.tries > 1 and await self._has_ended(step.number)):
                said.refused = str(gone)
        except (NoServer, RPCError, TimeoutError):
            return False
        return True

    async def _has_ended(self, number: str) -> bool:
        here = await self.client.describe(number)
        return here is not None and here.status == (
            WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED
        )
