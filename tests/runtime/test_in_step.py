"""Workflows kept in step with their tasks: what the SDK brings for a query alone is refused."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import DataConverter, WorkflowSerializationContext
from temporalio.worker import Worker, WorkflowInstance

from runtime.codec import NO_KEYS, KeyRing
from runtime.plugin import DefectsPlugin
from runtime.query_guard import QueryGuard
from runtime.servers import dev_server
from tests.runtime.slow import SIGNALS, SlowWorkflow


class _Workflow(WorkflowInstance):
    """Keeps what it is handed."""

    def __init__(self) -> None:
        self.lived: list[int] = []

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        self.lived.append(act.history_length)
        return WorkflowActivationCompletion(run_id=act.run_id)

    def get_serialization_context(self, command_info: Any) -> Any:
        raise AssertionError("a payload entered the workflow")

    def get_external_store_context(self, command_info: Any) -> Any:
        raise AssertionError("a payload entered the workflow")

    def get_info(self) -> Any:
        return None


def _handed(*activations: tuple[int, int, bool]) -> tuple[list[int], list[bool]]:
    """What a workflow lives through of (second its task began, events so far, replaying)."""
    workflow = _Workflow()
    kept = QueryGuard(workflow)
    answers = []
    for second, length, replaying in activations:
        act = WorkflowActivation(is_replaying=replaying, history_length=length)
        act.timestamp.seconds = second
        answers.append(kept.activate(act).HasField("failed"))
    return workflow.lived, answers


def test_one_task_after_the_other_is_lived_through() -> None:
    """Every task has an instant and a length of its own; nothing is refused."""
    assert _handed((1, 3, True), (2, 9, True), (3, 18, False)) == ([3, 9, 18], [False] * 3)


def test_a_task_in_several_steps_is_lived_through() -> None:
    """A query, or an update behind a signal, comes at the same instant with no more history."""
    assert _handed((1, 3, False), (1, 3, False), (1, 3, True)) == ([3, 3, 3], [False] * 3)


def test_more_history_without_a_task_of_its_own_is_refused() -> None:
    """A timer that comes with a query, before its task, must not ring at the hour of the last."""
    assert _handed((1, 3, True), (1, 5, False)) == ([3], [False, True])


def test_an_eviction_waits_for_the_thread_that_is_still_in_the_workflow() -> None:
    """The SDK does not: it takes a task of more than two seconds for dead, and it is not."""
    entered, may_go, inside = threading.Event(), threading.Event(), list[str]()

    class Slow(_Workflow):
        def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
            inside.append(f"{act.run_id} in")
            if act.run_id == "task":
                entered.set()
                assert may_go.wait(30)
            inside.append(f"{act.run_id} out")
            return super().activate(act)

    kept = QueryGuard(Slow())
    with ThreadPoolExecutor(2) as threads:
        task = threads.submit(kept.activate, WorkflowActivation(run_id="task"))
        assert entered.wait(30)
        eviction = threads.submit(kept.activate, WorkflowActivation(run_id="eviction"))
        assert inside == ["task in"]
        may_go.set()
        task.result(30)
        eviction.result(30)

    assert inside == ["task in", "task out", "eviction in", "eviction out"]


async def test_a_worker_ends_though_a_task_took_too_long() -> None:
    """The task fails and is tried again, and nothing of the first try is in the way of the end."""
    async with dev_server(DefectsPlugin()) as server:
        client = server.client
        handle = await client.start_workflow(SlowWorkflow.run, id="slow", task_queue="slow")
        for _ in range(SIGNALS):
            await handle.signal(SlowWorkflow.tell)
        async with (
            asyncio.timeout(60),
            Worker(client, task_queue="slow", workflows=[SlowWorkflow]),
        ):
            assert await handle.result() == SIGNALS
        history = await handle.fetch_history()

    failed = [e.workflow_task_failed_event_attributes for e in history.events]
    assert any("TMPRL1101" in task.failure.message for task in failed)


def test_payloads_are_converted_without_the_workflow() -> None:
    """Who a payload is for makes no difference to how it is written, with keys or without."""
    kept = QueryGuard(_Workflow())
    assert kept.get_serialization_context(None) is None
    assert kept.get_external_store_context(None).target is None
    about = WorkflowSerializationContext(namespace="default", workflow_id="DEF-1")
    for keys in (NO_KEYS, KeyRing({"k1": bytes(32)})):
        converter = DefectsPlugin(keys).data_converter
        assert isinstance(converter, DataConverter)
        assert converter.with_context(about) is converter
        assert converter.external_storage is None
