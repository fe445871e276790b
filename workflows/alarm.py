"""The one timer of an entity: set to the earliest due instant, moved only when that changes."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

IMMINENT = timedelta(seconds=1)
"""A timer that is this near is left to fire, whatever was set in its place.

It may fire while the workflow task that would cancel it is under way. The server drops the event
then; the time-skipping one refuses the task and never gives it out again (sdk-java#2606).
"""


class Alarm:
    """Calls `ring` at the instant it is set to, and perhaps once more soon after it was moved.

    A timer in history costs; setting it again to the same instant costs nothing.
    """

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._at: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def set(self, at: datetime | None, what: str) -> bool:
        """Ring at `at` (UTC); `what` is the timer's summary in the UI. None: not at all.

        Answers whether that is another instant than before.
        """
        if at == self._at:
            return False
        if self._task and self._at and self._at - workflow.now() > IMMINENT:
            self._task.cancel()
        self._at, self._task = at, None
        if at is not None:
            self._task = asyncio.create_task(self._wait(at, what))
        return True

    async def _wait(self, at: datetime, what: str) -> None:
        left = at - workflow.now()
        if left > timedelta(0):
            await workflow.sleep(left, summary=what)
        if self._at == at:
            self._at = self._task = None
        self._ring()
