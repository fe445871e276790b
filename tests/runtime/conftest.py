"""The two embedded servers, encrypting, one of each for all tests of this folder."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from io import StringIO

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from runtime.codec import KeyRing
from runtime.plugin import DefectsPlugin
from runtime.servers import DevServer, dev_server, time_skipping_server
from tests.quick_logs import logs_as_before
from tests.runtime.letters import (
    TASK_QUEUE,
    LetterWorkflow,
    LongWorkflow,
    TornWorkflow,
    read_aloud,
    tear_up,
)

KEYS = KeyRing({"k1": bytes(range(32))})
WORKFLOWS: list[type] = [LetterWorkflow, TornWorkflow, LongWorkflow]


@asynccontextmanager
async def letter_worker(client: Client) -> AsyncIterator[Worker]:
    """A worker for the workflows of `letters.py`."""
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=WORKFLOWS,
            activities=[read_aloud, tear_up],
            activity_executor=threads,
        ) as worker:
            yield worker


@pytest.fixture(scope="package")
async def dev() -> AsyncIterator[DevServer]:
    """The real server."""
    async with dev_server(
        DefectsPlugin(KEYS), dynamic_config={"limit.historyCount.suggestContinueAsNew": "60"}
    ) as server:
        yield server


@pytest.fixture(scope="package")
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """The server with the virtual clock."""
    async with time_skipping_server(DefectsPlugin(KEYS)) as env:
        yield env


@pytest.fixture
def log_stream() -> Iterator[StringIO]:
    """Where logs may be sent; afterwards logging is as it was."""
    with logs_as_before():
        yield StringIO()
