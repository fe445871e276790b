"""`recover`: says what is wrong with a number and how to set it right, and does so on request."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import typer
from sqlalchemy import Engine
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import (
    EventType,
    ResetReapplyExcludeType,
    ResetReapplyType,
    WorkflowExecutionStatus,
    WorkflowTaskFailedCause,
)
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import (
    ResetWorkflowExecutionRequest,
)

from activities.adapters.database import DatabaseRecords
from activities.adapters.database.open_numbers import OPEN
from commands import show
from commands.cli.releases import attaching
from commands.database import database
from commands.rebuild import ACTOR, NotRebuilt, Rebuilt, rebuilt
from domain.entity import iso
from runtime.client import DefectsClient, NoSuchNumber
from runtime.connection import connect
from runtime.histories import backwards
from runtime.settings import Settings
from runtime.stray_numbers import how_it_ended

SOMETHING_WRONG = 1
FAILING_AFTER = 3
"""Tries of a workflow task; fewer may be a worker that is being replaced."""
_Type = EventType
_ENDED_BADLY = {
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED: "terminated",
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED: "cancelled",
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED: "failed",
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT: "timed_out",
}
_WAYS = {
    "task_failing": "bring back the workers of the version before, or correct the code; a reset is "
    "the last resort",
    "payload_too_large": "let the server take larger payloads (limit.blobSize.error), then reset",
}


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a number, and how to set it right."""

    number: str
    condition: str
    """`well`, `ended`, `terminated`, `cancelled`, `failed`, `timed_out`, `task_failing`,
    `payload_too_large` or `missing`."""
    detail: str
    way: str | None = None
    """What `--yes` does, in words; None where there is nothing it can do."""
    run_id: str | None = None
    event_id: int | None = None
    """The event to reset to."""
    start: Rebuilt | None = None
    """Where history is gone: the start that comes closest."""
    lost: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Whether nothing has to be done."""
        return self.condition in {"well", "ended"}

    def flat(self) -> dict[str, Any]:
        """As JSON has it."""
        names = ("number", "condition", "detail", "way", "run_id", "event_id", "lost")
        return {name: getattr(self, name) for name in names}


async def run(settings: Settings, number: str, *, yes: bool, as_json: bool) -> int:
    """Say what is wrong, and set it right where `yes` says so.

    0 where all is well or was set right, 1 where something is left to do.

    Raises:
        NoSuchNumber: neither Temporal nor the database knows it.
        CommandRefused: what the record says cannot begin.
    """
    temporal = await connect(settings)
    with database(settings) as engine:
        client = DefectsClient(temporal, records=DatabaseRecords(engine))
        found = await diagnose(client, engine, number)
        done = yes and found.way is not None
        if done:
            await _go(client, found)
    if as_json:
        show.as_json(found.flat() | {"done": done})
    else:
        _show(found, done)
    return 0 if found.is_well or done else SOMETHING_WRONG


async def diagnose(client: DefectsClient, engine: Engine, number: str) -> Diagnosis:
    """What is wrong with a number. Raises NoSuchNumber where Temporal and the database lack it."""
    here = await client.look_up(number)
    if here is None:
        namespace = client.temporal.namespace
        return await asyncio.to_thread(_of_record, engine, number, namespace)
    about, task = here.workflow_execution_info, here.pending_workflow_task
    run_id = about.execution.run_id
    if about.status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING:
        if task.attempt < FAILING_AFTER:
            return Diagnosis(number, "well", "it runs")
        return await _of_failing_task(client, number, run_id, task.attempt)
    condition = _ENDED_BADLY.get(about.status)
    if condition is None:
        return Diagnosis(number, "ended", how_it_ended(about))
    return await _of_bad_end(client, engine, number, run_id, condition)


def _of_record(engine: Engine, number: str, namespace: str) -> Diagnosis:
    """Temporal does not know the number; what does the database say?"""
    known = DatabaseRecords(engine).last(number)
    if known is None:
        raise NoSuchNumber(f"{number}: neither Temporal nor the database knows it")
    if known.state not in OPEN[known.kind]:
        return Diagnosis(
            number, "ended", f"it is {known.state} in the database, and Temporal has forgotten it"
        )
    # With the wrong namespace everything would begin a second time.
    nowhere = f"Temporal does not know it in the namespace {namespace}"
    detail = f"it is {known.state} in the database, and {nowhere}"
    missing = Diagnosis(number, "missing", detail)
    try:
        start = rebuilt(engine, number, known, datetime.now(UTC))
    except NotRebuilt as reason:
        return replace(missing, detail=f"{detail}; {reason}")
    way = "begin it anew from the database's record; no message goes out"
    return replace(missing, way=way, start=start, lost=list(start.lost))


async def _of_failing_task(
    client: DefectsClient, number: str, run_id: str, attempt: int
) -> Diagnosis:
    event_id: int | None = None
    condition, cause = "task_failing", "timed out"
    async for event in backwards(client.temporal, number, run_id):
        if event.event_type == _Type.EVENT_TYPE_WORKFLOW_TASK_FAILED and cause == "timed out":
            failed = event.workflow_task_failed_event_attributes
            name = WorkflowTaskFailedCause.Name(failed.cause)
            cause = name.removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
            if cause == "PAYLOADS_TOO_LARGE":
                condition = "payload_too_large"
            cause = f"{cause}: {failed.failure.message.splitlines()[0][:200]}".rstrip(": ")
        if event.event_type == _Type.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            event_id = event.event_id
            break
    detail = f"its workflow task has failed {attempt} times: {cause}"
    way = f"{_WAYS[condition]}: to event {event_id}" if event_id else None
    return Diagnosis(number, condition, detail, way, run_id, event_id)


async def _of_bad_end(
    client: DefectsClient, engine: Engine, number: str, run_id: str, condition: str
) -> Diagnosis:
    """The last task that was completed before the end; before the request where it was cancelled.

    Found by reading the history itself, from its end: Temporal's command line goes elsewhere with
    `--type LastWorkflowTask` where a history has several pages.
    """
    event_id: int | None = None
    detail, asked = f"it was {condition.replace('_', ' ')}", condition != "cancelled"
    is_last = True
    async for event in backwards(client.temporal, number, run_id):
        if is_last:
            detail, is_last = f"{detail} at {_at(event)}{_why(event)}", False
        if event.event_type == _Type.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
            asked = True
        elif event.event_type == _Type.EVENT_TYPE_WORKFLOW_TASK_COMPLETED and asked:
            event_id = event.event_id
            break
    known = await asyncio.to_thread(DatabaseRecords(engine).last, number)
    if condition == "failed" and known is None:
        return Diagnosis(number, condition, f"{detail}; it never began, so take another number")
    if event_id is None:
        return Diagnosis(number, condition, f"{detail}; its history has no event to reset to")
    way = (
        f"reset to event {event_id}; signals and updates after it are applied again, requests to "
        "cancel are not, and no recipient gets a message twice"
    )
    return Diagnosis(number, condition, detail, way, run_id, event_id)


async def _go(client: DefectsClient, found: Diagnosis) -> None:
    """Reset to the event, or begin anew; a repeat does the same only once."""
    if found.start is not None:
        start = found.start
        await client.start(start.workflow, found.number, start.payload)
        if start.attach:
            for command, payload in attaching(start.attach, ACTOR, f"{ACTOR}-{found.number}"):
                await client.update(found.number, command, payload)
        for place, said in enumerate(start.feedback):
            about = {"actor": ACTOR, "key": f"{ACTOR}-{found.number}-{place}"}
            await client.update(found.number, "record_severity_feedback", {**about, **said})
        return
    await client.temporal.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.temporal.namespace,
            workflow_execution=WorkflowExecution(
                workflow_id=found.number, run_id=found.run_id or ""
            ),
            reason=f"recover: {found.condition}",
            request_id=f"recover-{found.run_id}-{found.event_id}",
            workflow_task_finish_event_id=found.event_id or 0,
            reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_ALL_ELIGIBLE,
            reset_reapply_exclude_types=[
                ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_CANCEL_REQUEST
            ],
            identity=ACTOR,
        )
    )


def _at(event: HistoryEvent) -> str:
    return iso(event.event_time.ToDatetime(tzinfo=UTC)) or ""


def _why(event: HistoryEvent) -> str:
    """What the last event says of the end, on one line."""
    terminated = event.workflow_execution_terminated_event_attributes
    failed = event.workflow_execution_failed_event_attributes
    said = [terminated.identity, terminated.reason, failed.failure.message]
    words = "; ".join(" ".join(part.split())[:200] for part in said if part)
    return f" ({words})" if words else ""


def _show(found: Diagnosis, done: bool) -> None:
    typer.echo(f"{found.number}: {found.detail}")
    for part in found.lost:
        typer.echo(f"  not in the record: {part}")
    if done:
        typer.echo(f"Done: {found.way}.")
    elif found.way is not None:
        typer.echo(f"Proposed: {found.way}. Run this again with --yes to do so.")
    elif not found.is_well:
        typer.echo("This command cannot set it right.")
