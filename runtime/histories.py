"""Reads histories of workflows from their ends."""

from collections.abc import AsyncIterator

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client

_PAGE = 200


async def backwards(client: Client, number: str, run_id: str) -> AsyncIterator[HistoryEvent]:
    """The events of a run, the last one first, however many pages they fill.

    Raises:
        RPCError: the server does not tell, or has forgotten the run.
    """
    token = b""
    while True:
        page = await client.workflow_service.get_workflow_execution_history_reverse(
            GetWorkflowExecutionHistoryReverseRequest(
                namespace=client.namespace,
                execution=WorkflowExecution(workflow_id=number, run_id=run_id),
                maximum_page_size=_PAGE,
                next_page_token=token,
            )
        )
        for event in page.history.events:
            yield event
        token = page.next_page_token
        if not token:
            return
