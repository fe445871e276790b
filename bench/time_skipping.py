"""Runs whole scenarios on the time-skipping server, with real workflows, activities, database."""

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

from bench.billable_actions import Cost, cost_of, effects_in, is_settled
from bench.installation import PATIENCE, Heartbeats, Installation, installation
from bench.measure import BOTH
from bench.scenarios import SCENARIOS, Scenario, next_monday
from runtime.plugin import DefectsPlugin
from runtime.servers import time_skipping_server

_LOOK_AGAIN = 0.02
"""Seconds between two looks at whether something is under way."""
_numbers = count(1)


@dataclass(frozen=True)
class Run:
    """A workflow that has ended."""

    history: WorkflowHistory
    cost: Cost


class RunsDifferError(AssertionError):
    """Ours and the baseline did not have the same effects, so they cannot be compared."""


@dataclass
class TimeSkipping:
    """An installation whose time passes on request."""

    env: WorkflowEnvironment
    site: Installation
    heartbeats: Heartbeats

    async def confirm(self, kind: str, scenario: Scenario) -> tuple[str, datetime]:
        """Begin a scenario on a Monday; answers the workflow's id and when it began."""
        await self.until(next_monday(await self.env.get_current_time()))
        number = f"{kind.upper()}-{next(_numbers)}"
        confirmed = await self.env.get_current_time()
        await self.site.start(kind, number, scenario)
        await self.settle(number)
        return number, confirmed

    async def until(self, at: datetime) -> None:
        """Skip to an instant; what falls due on the way is under way when this returns."""
        left = at - await self.env.get_current_time()
        if left > timedelta(0):
            await self.env.sleep(left)

    async def settle(self, number: str) -> None:
        """Wait, in real time, until it waits for a timer or a command only.

        Raises:
            TimeoutError: something is still under way after three minutes.
        """
        # This server does not report a pending workflow task; the history shows it.
        async with asyncio.timeout(PATIENCE):
            while not is_settled(await self.events(number)):  # noqa: ASYNC110 - no such event
                await asyncio.sleep(_LOOK_AGAIN)

    async def events(self, number: str) -> Sequence[HistoryEvent]:
        """Its history so far."""
        return (await self.site.client.get_workflow_handle(number).fetch_history()).events

    async def run(self, kind: str, scenario: Scenario) -> Run:
        """A scenario from the confirmation to the end of its workflow."""
        before = self.heartbeats.count
        number, confirmed = await self.confirm(kind, scenario)
        for command in scenario.commands:
            await self.until(confirmed + command.after)
            await self.settle(number)
            await self.site.command(number, command, confirmed)
            await self.settle(number)
        await self.until(confirmed + scenario.lasts)
        handle = self.site.client.get_workflow_handle(number)
        await handle.result()
        history = await handle.fetch_history()
        return Run(history, cost_of(history.events, self.heartbeats.count - before))

    async def run_both(self, name: str) -> dict[str, Run]:
        """The same scenario twice, ours and the baseline.

        Raises:
            RunsDifferError: they had different effects.
        """
        scenario = SCENARIOS[name]
        runs = {kind: await self.run(kind, scenario) for kind in BOTH}
        ours, baseline = (effects_in(run.history.events) for run in runs.values())
        if ours != baseline:
            raise RunsDifferError(
                f"{scenario.title}: only ours has {ours - baseline}, "
                f"only the baseline has {baseline - ours}"
            )
        return runs


@asynccontextmanager
async def time_skipping() -> AsyncIterator[TimeSkipping]:
    """A time-skipping server with our workers."""
    heartbeats = Heartbeats()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            time_skipping_server(DefectsPlugin()) as env,
            installation(
                env.client.service_client.config.target_host, Path(folder), heartbeats=heartbeats
            ) as site,
        ):
            yield TimeSkipping(env, site, heartbeats)
