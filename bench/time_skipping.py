"""Lives whole lives on the time-skipping server, with real workflows, activities and database."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from bench.billable_actions import Bill, bill, messages, settled
from bench.installation import (
    BARE,
    OURS,
    PATIENCE,
    Heartbeats,
    Installation,
    installation,
)
from bench.scenarios import LIVES, Life, quiet_monday
from runtime.plugin import DefectsPlugin
from runtime.servers import time_skipping_server

_LOOK_AGAIN = 0.02
"""Seconds between two looks at whether something is under way."""


@dataclass(frozen=True)
class Lived:
    """A life that is over."""

    history: WorkflowHistory
    bill: Bill


class LivesDiffer(AssertionError):  # noqa: N818 - says what is wrong
    """Ours and the bare workflow did not bring the same about, so they cannot be compared."""


class Ages:
    """Time that passes at a word, and lives that pass with it."""

    def __init__(
        self, env: WorkflowEnvironment, site: Installation, heartbeats: Heartbeats
    ) -> None:
        self._env = env
        self._site = site
        self.heartbeats = heartbeats
        self._numbers = count(1)

    async def confirm(self, kind: str, life: Life) -> tuple[str, datetime]:
        """Begin a life on a quiet Monday; answers its number and when it began."""
        await self.until(quiet_monday(await self._env.get_current_time()))
        number = f"{kind.upper()}-{next(self._numbers)}"
        confirmed = await self._env.get_current_time()
        await self._site.start(kind, number, life)
        await self.settle(number)
        return number, confirmed

    async def until(self, at: datetime) -> None:
        """Let time pass; what it brings is under way when this returns."""
        left = at - await self._env.get_current_time()
        if left > timedelta(0):
            await self._env.sleep(left)

    async def settle(self, number: str) -> None:
        """Wait, in real time, until it waits for time or people only.

        Raises:
            TimeoutError: something is still under way after three minutes.
        """
        # This server tells nobody that a workflow task is pending; its history does.
        async with asyncio.timeout(PATIENCE):
            while not settled(await self.events(number)):  # noqa: ASYNC110 - the server's news
                await asyncio.sleep(_LOOK_AGAIN)

    async def events(self, number: str) -> Sequence[HistoryEvent]:
        """Its history so far."""
        return (await self._site.client.get_workflow_handle(number).fetch_history()).events

    async def live(self, kind: str, life: Life) -> Lived:
        """A life from its confirmation to its end."""
        before = self.heartbeats.count
        number, confirmed = await self.confirm(kind, life)
        for word in life.words:
            await self.until(confirmed + word.after)
            await self.settle(number)
            await self._site.say(number, word, confirmed)
            await self.settle(number)
        await self.until(confirmed + life.lasts)
        handle = self._site.client.get_workflow_handle(number)
        await handle.result()
        history = await handle.fetch_history()
        return Lived(history, bill(history.events, self.heartbeats.count - before))

    async def live_both(self, name: str) -> tuple[Lived, Lived]:
        """The same life twice, ours and bare.

        Raises:
            LivesDiffer: they told different things.
        """
        life = LIVES[name]
        ours, bare = await self.live(OURS, life), await self.live(BARE, life)
        told, least = messages(ours.history.events), messages(bare.history.events)
        if told != least:
            raise LivesDiffer(f"{life.title}: ours told {told - least}, bare told {least - told}")
        return ours, bare


@asynccontextmanager
async def ages() -> AsyncIterator[Ages]:
    """A time-skipping server with our workers."""
    heartbeats = Heartbeats()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            time_skipping_server(DefectsPlugin()) as env,
            installation(
                env.client.service_client.config.target_host, Path(folder), heartbeats=heartbeats
            ) as site,
        ):
            yield Ages(env, site, heartbeats)
