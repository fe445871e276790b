"""Talks to cases, defects and releases over the contract, as any other program would."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.errordetails.v1 import WorkflowNotReadyFailure
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.contract.identity import DEFECTS_QUEUE
from runtime.connection import NoServer

RPC_TIMEOUT = timedelta(seconds=30)
BEGINNING = 10.0
"""Seconds anything may take until its policy is pinned and it can be asked."""
LEAVING = 30.0
"""Seconds it may take to continue as new, on a busy machine, while something is said to it."""
POLL = 0.05
_NOBODY = {RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.UNAVAILABLE}


class CommandRefused(Exception):  # noqa: N818 - it is an answer
    """The case, defect or release said no; the message names field and reason."""


class NoSuchNumber(Exception):  # noqa: N818 - it is an answer
    """Nothing of that number runs here."""


class NoAnswer(NoServer):
    """Nobody answers for a number: no worker runs, or the server has gone."""


@dataclass(frozen=True)
class DefectsClient:
    """A client that knows the contract's start policy, updates and queries."""

    temporal: Client

    async def start(self, workflow: str, number: str, payload: dict[str, Any]) -> None:
        """Start a case, defect or release; a repeated start is harmless.

        Raises:
            CommandRefused: the number has been used and its workflow is closed.
        """
        try:
            await self.temporal.start_workflow(
                workflow,
                payload,
                id=number,
                task_queue=DEFECTS_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            raise CommandRefused(f"number: {number} was used before and is closed") from None

    async def start_if_absent(self, workflow: str, number: str, payload: dict[str, Any]) -> bool:
        """Start something unless the number was ever used; whether this call started it.

        To the server it is the same as `start`, but whoever must know hears what came of it.
        """
        try:
            await self.temporal.start_workflow(
                workflow,
                payload,
                id=number,
                task_queue=DEFECTS_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def exists(self, number: str) -> bool:
        """Whether the number was ever used here: a look, where `start_if_absent` would be a try."""
        return await self.describe(number) is not None

    async def describe(self, number: str) -> WorkflowExecutionInfo | None:
        """What the server knows of a number's last run; None where it was never used here."""
        try:
            # Not the handle's `describe`: it cannot read a date the time-skipping server has unset.
            answer = await self.temporal.workflow_service.describe_workflow_execution(
                DescribeWorkflowExecutionRequest(
                    namespace=self.temporal.namespace,
                    execution=WorkflowExecution(workflow_id=number),
                ),
                timeout=RPC_TIMEOUT,
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None
        return answer.workflow_execution_info

    async def update(self, number: str, command: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send an update and wait for the new status.

        Raises:
            CommandRefused: naming field and reason.
            NoSuchNumber: nothing of that number runs.
            NoAnswer: nobody works on it.
        """
        given = {name: value for name, value in payload.items() if value is not None}
        handle, update_id = self.temporal.get_workflow_handle(number), str(uuid.uuid4())
        give_up_at = time.monotonic() + LEAVING
        while True:
            try:
                answer: dict[str, Any] = await handle.execute_update(
                    command, given, id=update_id, rpc_timeout=RPC_TIMEOUT
                )
            except WorkflowUpdateFailedError as error:
                raise _refused(error.cause) from None
            except WorkflowUpdateRPCTimeoutOrCancelledError:
                raise _nobody(number) from None
            except RPCError as error:
                if not _is_leaving(error) or time.monotonic() > give_up_at:
                    raise _missing(number, error) from None
            else:
                return answer
            await asyncio.sleep(POLL)

    async def query(self, number: str, query: str) -> Any:
        """Ask a case or defect something; one that is only beginning is given a moment.

        Raises:
            CommandRefused: it never began, its start was refused.
            NoSuchNumber: nothing of that number is known.
            NoAnswer: nobody works on it.
        """
        handle = self.temporal.get_workflow_handle(number)
        give_up_at = time.monotonic() + BEGINNING
        while True:
            try:
                return await handle.query(query, rpc_timeout=RPC_TIMEOUT)
            except WorkflowQueryFailedError:
                await _must_be_beginning(handle)
            except WorkflowQueryRejectedError as error:
                raise NoSuchNumber(f"{number}: {error}") from None
            except RPCError as error:
                raise _missing(number, error) from None
            if time.monotonic() > give_up_at:
                raise _nobody(number)
            await asyncio.sleep(POLL)


async def _must_be_beginning(handle: WorkflowHandle[Any, Any]) -> None:
    """A query fails until the policy is pinned, and for ever where it never will be."""
    if (await handle.describe()).status is WorkflowExecutionStatus.FAILED:
        try:
            await handle.result()
        except WorkflowFailureError as error:
            raise _refused(error.cause) from None


def _refused(cause: BaseException | None) -> CommandRefused:
    return CommandRefused(cause.message if isinstance(cause, ApplicationError) else str(cause))


def _nobody(number: str) -> NoAnswer:
    return NoAnswer(f"nobody answers for {number}: does a worker run? Try `python worker.py`")


def _is_leaving(error: RPCError) -> bool:
    """Whether it came just as the workflow continued as new: nothing happened, ask the next run."""
    details = error.grpc_status.details
    return any(detail.Is(WorkflowNotReadyFailure.DESCRIPTOR) for detail in details)


def _missing(number: str, error: RPCError) -> Exception:
    if error.status is RPCStatusCode.NOT_FOUND:
        return NoSuchNumber(f"no open case, defect or release {number} runs here ({error.message})")
    return _nobody(number) if error.status in _NOBODY else error
