"""Puts up what is measured: our workers, and the bare workflow beside ours."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

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
from activities.ports import Letter, MailSession
from bench.bare import BareWorkflow
from bench.lives import Life, Word
from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.settings import Settings
from worker import Outside, workers

OURS, BARE = "ours", "bare"
BOTH = (OURS, BARE)
"""The order in which they are measured, in turn."""

LOOK_AGAIN = 0.2
"""Seconds between two looks at whether something is under way: looking is work for the server."""
PATIENCE = 180
"""Seconds until something still under way is an error; a task that got lost takes 60."""
_METRICS_KEPT = 100_000
_HEARTBEAT = "RecordActivityTaskHeartbeat"


class CountingMailbox:
    """Takes every letter and keeps none, so that letters do not count as memory of workflows."""

    def __init__(self) -> None:
        self.letters = 0
        self._lock = threading.Lock()

    def open(self) -> MailSession:
        """One conversation."""
        return _Session(self)

    def take(self) -> None:
        """One letter."""
        with self._lock:
            self.letters += 1


class _Session:
    def __init__(self, mailbox: CountingMailbox) -> None:
        self._mailbox = mailbox

    def __enter__(self) -> MailSession:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def send(self, letter: Letter) -> None:  # noqa: ARG002 - the port's signature
        self._mailbox.take()


class Heartbeats:
    """Counts heartbeats that reach the server; no history shows them.

    The SDK's own metrics know. They pile up until they are read: not for long runs.
    """

    def __init__(self) -> None:
        self._metrics = MetricBuffer(_METRICS_KEPT)
        self._count = 0
        self.runtime = _runtime(self._metrics)

    @property
    def count(self) -> int:
        """So far."""
        for update in self._metrics.retrieve_updates():
            called = update.attributes.get("operation")
            if update.metric.name == "temporal_request" and called == _HEARTBEAT:
                self._count += int(update.value)
        return self._count


def _runtime(metrics: MetricBuffer | None = None) -> Runtime:
    # The time-skipping server does not say what it can, and the SDK warns of that.
    quiet = TelemetryFilter(core_level="ERROR", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(quiet), metrics=metrics))


@dataclass(frozen=True)
class Installation:
    """Workers at work, and a client to start lives with."""

    client: Client
    mailbox: CountingMailbox = field(default_factory=CountingMailbox)
    """Where the workers' letters go, if they work in this process."""

    async def start(self, kind: str, number: str, life: Life) -> None:
        """Begin a life, ours or bare."""
        if kind == OURS:
            await DefectsClient(self.client).start("DefectWorkflow", number, life.start)
        else:
            start = {"life": life.name}
            await DefectsClient(self.client).start("BareWorkflow", number, start)

    async def say(self, number: str, word: Word, confirmed: datetime) -> None:
        """Send one command of a life to the defect of that number."""
        payload = word.payload(confirmed)
        await DefectsClient(self.client).update(number, word.command.name, payload)

    async def settle(self, number: str, look_again: float = LOOK_AGAIN) -> None:
        """Wait until no workflow task and no activity of it is under way.

        Raises:
            TimeoutError: something still is after three minutes.
        """
        async with asyncio.timeout(PATIENCE):
            while not await self.is_quiet(number):  # noqa: ASYNC110 - the server has no such event
                await asyncio.sleep(look_again)

    async def is_quiet(self, number: str) -> bool:
        """Whether it waits for time or people only."""
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
    engine = make_engine(f"sqlite:///{folder / 'bench.db'}")
    migrate(engine)
    outside = Outside(engine, site.mailbox, DatabaseStatusPage(engine), PolicyFiles())
    async with workers(
        site.client, outside, _settings(), max_cached_workflows=max_cached_workflows
    ):
        yield site
    engine.dispose()


async def connected_to(address: str, heartbeats: Heartbeats | None = None) -> Installation:
    """A client whose workers run the bare workflow too, wherever they run ours."""
    beside = SimplePlugin(
        "bench", workflows=lambda ours: [*ours, BareWorkflow] if ours else list(ours or [])
    )
    runtime = heartbeats.runtime if heartbeats else _runtime()
    return Installation(
        await Client.connect(address, plugins=[DefectsPlugin(), beside], runtime=runtime)
    )


def _settings() -> Settings:
    """Settings that do not look at the environment, with no limit on messages per second."""
    defaults = {name: given.default for name, given in Settings.model_fields.items()}
    return Settings.model_construct(
        **defaults
        | {
            "log": "console",
            "outbound_per_second": 100_000.0,
            "graceful_shutdown_seconds": 5.0,
        }
    )
