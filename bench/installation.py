"""Puts up what is measured: our workers, with the baseline workflow beside ours."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.plugin import SimplePlugin
from temporalio.runtime import (
    LoggingConfig,
    MetricBuffer,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from activities.adapters.database import DatabaseStatusPage, make_engine, migrate
from activities.adapters.policy_files import PolicyFiles
from activities.ports import Letter
from bench.baseline import BaselineWorkflow
from bench.measure import OURS
from bench.scenarios import Scenario, ScenarioCommand
from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.settings import Settings
from worker import Adapters, workers

PATIENCE = 180
"""Seconds until something still under way is an error; a task that got lost takes 60."""
_LOOK_AGAIN = 0.2
"""Seconds between two looks at whether something is under way: looking is work for the server."""


class CountingMailbox:
    """Takes every letter and keeps none, so that letters do not count as memory of workflows."""

    def __init__(self) -> None:
        self.letters = 0
        self._lock = threading.Lock()

    def open(self) -> Self:
        """A session: the mailbox itself."""
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def send(self, letter: Letter) -> None:  # noqa: ARG002 - the port's signature
        """Count one letter."""
        with self._lock:
            self.letters += 1


class Heartbeats:
    """Counts heartbeats that reach the server, by the SDK's metrics: no history shows them.

    The metrics pile up until they are read: not for long runs.
    """

    def __init__(self) -> None:
        self._metrics = MetricBuffer(100_000)
        self._count = 0
        self.runtime = _runtime(self._metrics)

    @property
    def count(self) -> int:
        """So far."""
        for update in self._metrics.retrieve_updates():
            operation = update.attributes.get("operation")
            if update.metric.name == "temporal_request":
                self._count += int(update.value) * (operation == "RecordActivityTaskHeartbeat")
        return self._count


def _runtime(metrics: MetricBuffer | None = None) -> Runtime:
    # The time-skipping server does not say what it can, and the SDK warns of that.
    errors = TelemetryFilter(core_level="ERROR", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(errors), metrics=metrics))


@dataclass(frozen=True)
class Installation:
    """Workers, and a client to run scenarios with."""

    client: Client
    mailbox: CountingMailbox = field(default_factory=CountingMailbox)
    """Where the workers' letters go, if they run in this process."""

    async def start(self, kind: str, number: str, scenario: Scenario) -> None:
        """Start a scenario, ours or the baseline's."""
        if kind == OURS:
            await self.begin("DefectWorkflow", number, scenario.start)
        else:
            await self.begin("BaselineWorkflow", number, {"scenario": scenario.name})

    async def command(self, number: str, command: ScenarioCommand, confirmed: datetime) -> None:
        """Send one command of a scenario."""
        await self.update(number, command.name, command.payload(confirmed))

    async def begin(self, workflow: str, number: str, payload: dict[str, Any]) -> None:
        """Start any workflow of the contract."""
        await DefectsClient(self.client).start(workflow, number, payload)

    async def update(self, number: str, name: str, payload: dict[str, Any]) -> None:
        """Send an update, and wait for its answer."""
        await DefectsClient(self.client).update(number, name, payload)

    async def status(self, number: str) -> dict[str, Any]:
        """What its status query answers."""
        answer: dict[str, Any] = await DefectsClient(self.client).query(number, "status")
        return answer

    async def settle(self, number: str, look_again: float = _LOOK_AGAIN) -> None:
        """Wait until no workflow task and no activity of it is under way.

        Raises:
            TimeoutError: something still is after three minutes.
        """
        async with asyncio.timeout(PATIENCE):
            while not await self._is_settled(number):  # noqa: ASYNC110 - no such event
                await asyncio.sleep(look_again)

    async def _is_settled(self, number: str) -> bool:
        found = await self.client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(
                namespace=self.client.namespace, execution=WorkflowExecution(workflow_id=number)
            )
        )
        return not found.pending_activities and not found.HasField("pending_workflow_task")


@asynccontextmanager
async def installation(
    address: str,
    folder: Path,
    *,
    max_cached_workflows: int = 1000,
    heartbeats: Heartbeats | None = None,
) -> AsyncIterator[Installation]:
    """Our workers on the server at `address`, with a SQLite database in `folder`."""
    site = await connected_to(address, heartbeats)
    engine = make_engine(database_url(folder))
    migrate(engine)
    outside = Adapters(engine, site.mailbox, DatabaseStatusPage(engine), PolicyFiles())
    async with workers(
        site.client, outside, _settings(), max_cached_workflows=max_cached_workflows
    ):
        yield site
    engine.dispose()


def database_url(folder: Path) -> str:
    """Of the database that an installation has in a folder."""
    return f"sqlite:///{folder / 'bench.db'}"


async def connected_to(address: str, heartbeats: Heartbeats | None = None) -> Installation:
    """A client whose workers run the baseline workflow too, wherever they run ours."""
    beside = SimplePlugin(
        "bench", workflows=lambda ours: [*ours, BaselineWorkflow] if ours else list(ours or [])
    )
    runtime = heartbeats.runtime if heartbeats else _runtime()
    return Installation(
        await Client.connect(address, plugins=[DefectsPlugin(), beside], runtime=runtime)
    )


def _settings() -> Settings:
    """Settings that do not look at the environment, with no limit on messages per second."""
    defaults = {name: given.default for name, given in Settings.model_fields.items()}
    ours = {"log": "console", "outbound_per_second": 1e5, "graceful_shutdown_seconds": 5.0}
    return Settings.model_construct(**defaults | ours)
