"""Keeps a workflow in step with its tasks: no query takes it ahead of them.

A query that waited for a worker comes with everything that has happened since the last workflow
task. temporalio 1.35 lets the workflow live through that at the time of the task before, keeps what
it has become, and hands it the rest when the task itself comes. So a timer that was due while no
worker ran rings at a stale hour, is set again, and is late by as long as nothing ran; and the
history it writes is one that no other worker can replay: the defect stands still for good. It needs
no more than a caller who asks for the status while workers are restarted.

Here such a query fails instead, the SDK forgets what it had begun, and the task finds the workflow
as the history has it. Who asks again gets an answer.

And two threads never run one workflow. Where a task takes longer than two seconds, as many updates
at once do on a busy machine, temporalio 1.35 evicts the workflow without waiting for the thread
that is still in it. Both take from one event loop, what the one has taken the other waits for, the
eviction is tried again without end, and the process does not end on SIGTERM.
"""

import dataclasses
import threading
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import Info

_NO_STORE = StorageDriverStoreContext()


@dataclasses.dataclass(frozen=True)
class InStepRunner(SandboxedWorkflowRunner):
    """The sandbox, with every workflow in it kept in step."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """The SDK's hook."""
        return QueryGuard(super().create_instance(det))


class QueryGuard(WorkflowInstance):
    """One workflow that refuses to live through what no workflow task has brought it."""

    def __init__(self, workflow: WorkflowInstance) -> None:
        self._workflow = workflow
        self._alone = threading.Lock()
        self._began: tuple[int, int] | None = None
        """When the last task began (seconds and nanoseconds): each has an instant of its own."""
        self._length = 0

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """The SDK's hook."""
        with self._alone:
            return self._activate(act)

    def _activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        began, length = (act.timestamp.seconds, act.timestamp.nanos), act.history_length
        more_in_no_new_task = began == self._began and length > self._length
        self._began, self._length = began, length
        if more_in_no_new_task and not act.is_replaying:
            refusal = WorkflowActivationCompletion(run_id=act.run_id)
            refusal.failed.failure.message = "a workflow task is due before this query: ask again"
            return refusal
        return self._workflow.activate(act)

    def get_serialization_context(self, command_info: Any) -> Any:  # noqa: ARG002 - the SDK's signature
        """The SDK's hook: none, since neither our converter nor our codec heeds what it is for.

        It is asked several times for each payload, and the workflow would be entered for each.
        """
        return None

    def get_external_store_context(
        self,
        command_info: Any,  # noqa: ARG002 - the SDK's signature
    ) -> StorageDriverStoreContext:
        """The SDK's hook: an empty one, since no payload is stored outside of the server."""
        return _NO_STORE

    def get_info(self) -> Info:
        """The SDK's hook."""
        return self._workflow.get_info()

    def get_thread_id(self) -> int | None:
        """The SDK's hook."""
        return self._workflow.get_thread_id()
