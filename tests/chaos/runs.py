"""Looks into every history: which workflow tasks have failed, and whether all of it replays."""

from collections import Counter
from dataclasses import dataclass, field

from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory
from temporalio.worker import Replayer

from runtime.plugin import DefectsPlugin
from worker import WORKFLOWS

NO_BUG = {"UNHANDLED_COMMAND", "RESET_STICKY_TASK_QUEUE", "FORCE_CLOSE_COMMAND"}
"""Causes for which the server has a task tried again at once: something new came meanwhile."""
_PREFIX = "WORKFLOW_TASK_FAILED_CAUSE_"


@dataclass
class Runs:
    """What all runs of all numbers have in their histories."""

    replayed: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    """Failed workflow tasks by cause."""
    faults: list[str] = field(default_factory=list)


async def examine(client: Client) -> Runs:
    """Read and replay every history that the server has."""
    runs, replayer = Runs(), Replayer(workflows=WORKFLOWS, plugins=[DefectsPlugin()])
    async for execution in client.list_workflows():
        handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        history = await handle.fetch_history()
        if execution.workflow_type in _ours():
            for cause in _failures(history):
                runs.failures[cause] += 1
                if cause not in NO_BUG:
                    runs.faults.append(f"{execution.id}: a workflow task failed: {cause}")
            if execution.status is WorkflowExecutionStatus.FAILED:
                runs.faults.append(f"{execution.id} has failed")
            try:
                await replayer.replay_workflow(history)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
                runs.faults.append(f"{execution.id} does not replay: {error}")
            runs.replayed += 1
    return runs


def _ours() -> set[str]:
    return {workflow.__name__ for workflow in WORKFLOWS}


def _failures(history: WorkflowHistory) -> list[str]:
    return [
        WorkflowTaskFailedCause.Name(
            event.workflow_task_failed_event_attributes.cause
        ).removeprefix(_PREFIX)
        for event in history.events
        if event.WhichOneof("attributes") == "workflow_task_failed_event_attributes"
    ]
