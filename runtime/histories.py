"""Reads histories of workflows: from their ends, and for what they had the database told."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import (
    GetWorkflowExecutionHistoryRequest,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.contract.effects import UpdateReadModel

PROJECT = "project"
"""The activity that writes the read model."""
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


async def projections(client: Client, number: str, run_id: str) -> AsyncIterator[UpdateReadModel]:
    """Every projection of a number, oldest first, from all runs that Temporal remembers.

    Raises:
        RPCError: the server does not tell.
    """
    runs = [run_id]
    while earlier := await _continued(client, number, runs[-1]):
        runs.append(earlier)
    for run in reversed(runs):
        handle = client.get_workflow_handle(number, run_id=run)
        async for event in handle.fetch_history_events(page_size=_PAGE):
            asked = event.activity_task_scheduled_event_attributes
            if asked.activity_type.name == PROJECT:
                yield await projection(client, event)


async def projection(client: Client, event: HistoryEvent) -> UpdateReadModel:
    """What an activity that writes the read model was given."""
    payloads = event.activity_task_scheduled_event_attributes.input.payloads
    (said,) = await client.data_converter.decode(payloads, [UpdateReadModel])
    return UpdateReadModel.model_validate(said)


@dataclass(frozen=True)
class Beginning:
    """How a run began."""

    at: datetime
    payload: Any
    is_first: bool
    """Whether it continues no other run, and was not reset."""


async def beginning(client: Client, number: str, run_id: str, patience: timedelta) -> Beginning:
    """How a run began, as far as the server tells within `patience`.

    Raises:
        RPCError: the server does not tell.
    """
    first = await _first(client, number, run_id, patience)
    started = first.workflow_execution_started_event_attributes
    said = await client.data_converter.decode(started.input.payloads)
    return Beginning(
        at=first.event_time.ToDatetime(tzinfo=UTC),
        payload=said[0] if said else None,
        is_first=started.first_execution_run_id == run_id,
    )


async def _continued(client: Client, number: str, run_id: str) -> str | None:
    """The run that this one continues, where Temporal still remembers it."""
    first = await _first(client, number, run_id)
    earlier = first.workflow_execution_started_event_attributes.continued_execution_run_id
    try:
        return earlier if earlier and await _first(client, number, earlier) else None
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None


async def _first(
    client: Client, number: str, run_id: str, patience: timedelta | None = None
) -> HistoryEvent:
    answer = await client.workflow_service.get_workflow_execution_history(
        GetWorkflowExecutionHistoryRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=number, run_id=run_id),
            maximum_page_size=1,
        ),
        timeout=patience,
    )
    return answer.history.events[0]
