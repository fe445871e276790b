"""Workflows kept in step with their tasks: what the SDK brings for a query alone is refused."""

from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import DataConverter, WorkflowSerializationContext
from temporalio.worker import WorkflowInstance

from runtime.codec import NO_KEYS, KeyRing
from runtime.plugin import DefectsPlugin
from runtime.query_guard import QueryGuard


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
