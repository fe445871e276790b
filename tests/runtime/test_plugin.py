"""The plugin on both servers: what they see, what comes back, what replays."""

import json
from collections.abc import AsyncIterator
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from domain.contract.values import Severity
from runtime.codec import NO_KEYS, KeyRing
from runtime.logs import configure_logs
from runtime.plugin import DefectsPlugin, LogContext
from runtime.servers import DevServer
from runtime.temporal_runtime import core
from runtime.time_zones import use_pinned_zones
from tests.runtime.conftest import KEYS, WORKFLOWS, letter_worker
from tests.runtime.letters import (
    TASK_QUEUE,
    Letter,
    LetterWorkflow,
    Reading,
    TornWorkflow,
)

SECRET = "patient 4711 vanished"
LETTER = Letter(words=SECRET)
REPLY = Letter(words=" and is back: patient 4711")


@pytest.fixture(params=["real server", "time-skipping server"])
async def client(
    request: pytest.FixtureRequest, dev: DevServer, skipping: WorkflowEnvironment
) -> AsyncIterator[Client]:
    """A client of each server in turn, with a worker behind it."""
    server = dev.client if request.param == "real server" else skipping.client
    async with letter_worker(server):
        yield server


async def a_letter(client: Client, id: str, letter: Letter = LETTER) -> WorkflowHandle[Any, Any]:  # noqa: A002
    """A workflow that has the letter, waits for a reply, and was told everything it can be told."""
    return await client.start_workflow(
        LetterWorkflow.run,
        letter,
        id=id,
        task_queue=TASK_QUEUE,
        memo={"about": letter.words},
        static_summary=letter.words,
        static_details=letter.words,
    )


def recorded(history: WorkflowHistory) -> bytes:
    """Every byte the server keeps of a workflow."""
    return b"".join(event.SerializeToString() for event in history.events)


def replayer(keys: KeyRing) -> Replayer:
    """A replayer with our plugin."""
    return Replayer(workflows=WORKFLOWS, plugins=[DefectsPlugin(keys)], runtime=core())


async def test_everything_is_encrypted(client: Client) -> None:
    """Words go in and come out, and the server has none of them: only ids, types and names."""
    handle = await a_letter(client, "LETTER-1")
    answer = await handle.query(LetterWorkflow.letter)
    await handle.signal(LetterWorkflow.reply, REPLY)
    reading: Reading = await handle.result()
    description = await handle.describe()

    assert answer == LETTER
    assert reading.words == SECRET + REPLY.words
    assert await description.memo_value("about", type_hint=str) == SECRET
    kept = recorded(await handle.fetch_history()) + description.raw_description.SerializeToString()
    assert b"vanished" not in kept
    assert b"patient" not in kept
    assert b"LetterWorkflow" in kept
    assert b"read_aloud" in kept


async def test_failures_are_encrypted(client: Client) -> None:
    """The words of an error reach its reader, and the server has none of them."""
    handle = await client.start_workflow(
        TornWorkflow.run, LETTER, id="LETTER-2", task_queue=TASK_QUEUE
    )
    with pytest.raises(WorkflowFailureError) as caught:
        await handle.result()

    assert isinstance(caught.value.cause, ActivityError)
    torn = caught.value.cause.cause
    assert isinstance(torn, ApplicationError)
    assert torn.message == f"cannot read {SECRET}"
    assert torn.details == (SECRET,)
    kept = recorded(await handle.fetch_history())
    assert b"vanished" not in kept
    assert b"patient" not in kept
    assert b"letters.py" not in kept, "stack traces are encrypted too"
    assert b"TornUp" in kept


async def test_histories_replay(client: Client) -> None:
    """An encrypted history replays under the same plugin, also after its file was read back."""
    handle = await a_letter(client, "LETTER-3")
    await handle.signal(LetterWorkflow.reply, REPLY)
    await handle.result()

    history = await handle.fetch_history()
    read_back = WorkflowHistory.from_json(handle.id, history.to_json())
    for written in (history, read_back):
        replayed = await replayer(KEYS).replay_workflow(written)
        assert replayed.replay_failure is None


async def test_replay_without_the_key(client: Client) -> None:
    """Without its key a history does not replay, and the key that lacks is named."""
    handle = await a_letter(client, "LETTER-4")
    await handle.signal(LetterWorkflow.reply, REPLY)
    await handle.result()

    with pytest.raises(RuntimeError, match=r"'k1'.*DEFECTS_ENCRYPTION_KEYS"):
        await replayer(NO_KEYS).replay_workflow(await handle.fetch_history())


async def test_sandbox(client: Client) -> None:
    """Workflows run in the sandbox, share the domain, and read zones nobody has read before."""
    use_pinned_zones()
    handle = await a_letter(client, "LETTER-5", Letter(words=SECRET, time_zone="Asia/Kathmandu"))
    await handle.signal(LetterWorkflow.reply, REPLY)
    reading: Reading = await handle.result()

    assert reading.in_sandbox
    assert reading.severity_class == id(Severity)
    assert reading.date_there == reading.read_at.astimezone(ZoneInfo("Asia/Kathmandu")).date()


async def test_logs_of_activities(client: Client, log_stream: StringIO) -> None:
    """Every line of an activity carries the same ids, whichever logger wrote it."""
    configure_logs("json", stream=log_stream)
    handle = await a_letter(client, "LETTER-6")
    await handle.signal(LetterWorkflow.reply, REPLY)
    await handle.result()

    lines = [json.loads(line) for line in log_stream.getvalue().splitlines()]
    ids = [
        {name: line[name] for name in ("workflow_id", "activity_type", "attempt")}
        for line in lines
        if line["event"] in {"letter.read", "letter read"}
    ]
    assert ids == 2 * [{"workflow_id": "LETTER-6", "activity_type": "read_aloud", "attempt": 1}]


async def test_logs_of_workflows(client: Client, log_stream: StringIO) -> None:
    """A line of a workflow has its id as a field, once, and no words of the client."""
    configure_logs("json", stream=log_stream)
    handle = await a_letter(client, "LETTER-7")
    await handle.signal(LetterWorkflow.reply, REPLY)
    await handle.result()

    [line] = [json.loads(x) for x in log_stream.getvalue().splitlines() if "reply received" in x]
    assert line["event"] == "reply received"
    assert line["workflow_id"] == "LETTER-7"
    assert line["workflow_type"] == "LetterWorkflow"
    assert "patient" not in log_stream.getvalue()


async def test_applied_once(dev: DevServer) -> None:
    """A worker has the plugin from its client, and once."""
    async with letter_worker(dev.client) as worker:
        config = worker.config(active_config=True)

    assert sum(isinstance(i, LogContext) for i in config["interceptors"]) == 1


async def test_sandbox_cannot_be_left_out(dev: DevServer) -> None:
    """A worker without the sandbox is refused."""
    with pytest.raises(TypeError, match="in the sandbox only"):
        Worker(
            dev.client,
            task_queue=TASK_QUEUE,
            workflows=[LetterWorkflow],
            workflow_runner=UnsandboxedWorkflowRunner(),
        )


async def test_failures_in_clear_without_keys() -> None:
    """Without keys the words of an error stay where the UI shows them."""
    converter = DefectsPlugin().data_converter
    assert isinstance(converter, DataConverter)

    failure = Failure()
    await converter.encode_failure(ApplicationError("the mail server is down"), failure)

    assert failure.message == "the mail server is down"
