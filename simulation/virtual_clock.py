"""The virtual clock of the time-skipping server, with waits that let deliveries finish."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from runtime.client import DefectsClient

STRIDE = timedelta(hours=19, minutes=11, seconds=7)
"""How much time passes in one call: a call that takes longer than half a minute is given up.

No round figure, so that hardly a call ends in the very moment in which something is due: what a
test sees then does not depend on which was first.
"""
POLL = 0.02
"""Seconds between two looks at whether deliveries are through."""


class ClockStopped(RuntimeError):  # noqa: N818 - it says what happened
    """The server's time goes on no more: a workflow task or an activity is under way for ever."""


@dataclass(frozen=True)
class Clock:
    """Moves virtual time on, never back."""

    env: WorkflowEnvironment
    client: DefectsClient

    async def now(self) -> datetime:
        """The server's present (UTC)."""
        return await self.env.get_current_time()

    async def until(self, at: datetime) -> None:
        """Let time pass until `at`; everything due on the way happens.

        Raises:
            ClockStopped: the server's time stands still.
        """
        while (left := at - await self.now()) > timedelta(0):
            try:
                await self.env.sleep(min(left, STRIDE))
            except RPCError as error:
                raise ClockStopped(f"at {await self.now()}") from error

    async def settle(self, numbers: Iterable[str]) -> None:
        """Wait, in real time, until nothing of these entities is on its way to anybody."""
        for number in numbers:
            while await self._pending(number):  # noqa: ASYNC110 - the server cannot notify us
                await asyncio.sleep(POLL)

    async def _pending(self, number: str) -> int:
        pending: int = (await self.client.query(number, "status"))["pending_deliveries"]
        return pending
