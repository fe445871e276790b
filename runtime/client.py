"""Talks to cases, defects and releases over the contract, as any other program would."""

import asyncio
import itertools
import time
import uuid
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.errordetails.v1 import WorkflowNotReadyFailure
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
)
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
from domain.contract.parsing import Busy
from runtime.client_records import Records
from runtime.connection import NoServer
from runtime.histories import Beginning, beginning
from runtime.pollers import serving

T = TypeVar("T")

RPC_TIMEOUT = timedelta(seconds=30)
BEGINNING = 10.0
"""Seconds anything may take until its policy is pinned and it can be asked."""
LEAVING = 30.0
"""Seconds it may take to continue as new, on a busy machine, while something is said to it."""
PATIENCE = 10.0
"""Seconds: workers that start, or find a server that restarted, have asked for work by then."""
POLL = 0.05
STARTED_FOR = "opened_by"
"""Memo of what was started under the next number: the key of that start."""
_NOBODY = {RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.UNAVAILABLE}


class CommandRefused(Exception):  # noqa: N818 - it is an answer
    """The case, defect or release said no; the message names field and reason.

    `kind` is the type of the `ApplicationError` that said so, if it was one.
    """

    def __init__(self, message: str, kind: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind


class QueueFull(CommandRefused):
    """Too much of the number waits to be carried out; the same command can be applied later."""


class NumberUsed(CommandRefused):
    """A number is not begun again by accident: it was used before."""


class IdTaken(CommandRefused):
    """Another workflow runs under an id that is kept for one of ours: it got the signal."""


class NoSuchNumber(Exception):  # noqa: N818 - it is an answer
    """Nothing of that number runs here."""


class NoAnswer(NoServer):
    """No worker answers for a number, or the server has gone."""


class Numbers(Protocol):
    """Issues numbers, each once."""

    def issue(self, prefix: str, key: str) -> str:
        """The next number such as `DEF-000045`; the same `key` always gets the same one."""


@dataclass(frozen=True)
class DefectsClient:
    """A client that knows the contract's start policy, updates and queries."""

    temporal: Client
    patience: float = PATIENCE
    """Seconds without an answer, after which the server is asked whether any worker runs."""
    records: Records | None = None
    """Where starts ask for numbers that Temporal has forgotten; None leaves that to the worker."""

    async def start(self, workflow: str, number: str, payload: dict[str, Any]) -> None:
        """Start a case, defect or release; a repeated start is harmless.

        Raises:
            NumberUsed: the number has been used and its workflow is closed or gone.
        """
        try:
            await self._start(workflow, number, payload, WorkflowIDConflictPolicy.USE_EXISTING)
        except WorkflowAlreadyStartedError:
            raise NumberUsed(f"number: {number} was used before and is closed") from None

    async def start_if_absent(
        self,
        workflow: str,
        number: str,
        payload: dict[str, Any],
        *,
        key: str | None = None,
        summary: str | None = None,
    ) -> bool:
        """Start something unless its number was ever used; whether this call started it.

        `key` is kept in the memo, and tells a repeat of this start from another one under the
        same number; `summary` is shown in Temporal's UI.
        """
        memo = None if key is None else {STARTED_FOR: key}
        try:
            await self._start(
                workflow,
                number,
                payload,
                WorkflowIDConflictPolicy.FAIL,
                memo=memo,
                static_summary=summary,
            )
        except (WorkflowAlreadyStartedError, NumberUsed):
            return False
        return True

    async def start_numbered(
        self,
        workflow: str,
        prefix: str,
        payload: dict[str, Any],
        numbers: Numbers,
        key: str,
        *,
        summary: str | None = None,
    ) -> tuple[str, bool]:
        """Start something under the next free number; which it is, and whether this call did it.

        A repeat with the same key gets the same number and starts nothing. An import may have
        brought numbers that look like ours: those are passed over.
        """
        for attempt in itertools.count(1):
            asked = key if attempt == 1 else f"{key}#{attempt}"
            number = await asyncio.to_thread(numbers.issue, prefix, asked)
            new = await self.start_if_absent(workflow, number, payload, key=key, summary=summary)
            if new or await self.started_for(number) == key:
                return number, new
        raise AssertionError("unreachable: numbers do not end")

    async def start_and_signal(
        self,
        workflow: str,
        number: str,
        payload: dict[str, Any],
        signal: str,
        signalled: dict[str, Any],
        *,
        summary: str,
    ) -> None:
        """Signal what runs under an id; start it first where nothing does, or nothing any more.

        Raises:
            RPCError: the server does not take it now.
            IdTaken: something of another type runs there.
        """
        await self.temporal.start_workflow(
            workflow,
            payload,
            id=number,
            task_queue=DEFECTS_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary=summary,
            start_signal=signal,
            start_signal_args=[signalled],
            rpc_timeout=RPC_TIMEOUT,
        )
        here = await self.describe(number)
        if here is not None and here.type.name != workflow:
            raise IdTaken(f"number: {number} is taken by a {here.type.name}, not a {workflow}")

    async def _start(
        self,
        workflow: str,
        number: str,
        payload: dict[str, Any],
        conflict: WorkflowIDConflictPolicy,
        **shown: Any,
    ) -> None:
        if self.records is not None:
            known = await asyncio.to_thread(self.records.last, number)
            reason = known and known.reason_against(number, payload)
            if reason and not await self.exists(number):
                raise NumberUsed(reason)
        await self.temporal.start_workflow(
            workflow,
            payload,
            id=number,
            task_queue=DEFECTS_QUEUE,
            id_conflict_policy=conflict,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            rpc_timeout=RPC_TIMEOUT,
            **shown,
        )

    async def started_for(self, number: str) -> str | None:
        """The key that a number was started for, if it was started for one."""
        here = await self.describe(number)
        if here is None or STARTED_FOR not in here.memo.fields:
            return None
        (key,) = await self.temporal.data_converter.decode([here.memo.fields[STARTED_FOR]])
        return str(key)

    async def exists(self, number: str) -> bool:
        """Whether the number was ever used here: a look, where `start_if_absent` would be a try."""
        return await self.describe(number) is not None

    async def describe(self, number: str) -> WorkflowExecutionInfo | None:
        """What the server knows of a number's last run; None where it was never used here."""
        found = await self.look_up(number)
        return None if found is None else found.workflow_execution_info

    async def look_up(self, number: str) -> DescribeWorkflowExecutionResponse | None:
        """The same with what is pending."""
        try:
            # Not the handle's `describe`: it cannot read a date the time-skipping server has unset.
            return await self.temporal.workflow_service.describe_workflow_execution(
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

    async def beginning(self, number: str, run_id: str) -> Beginning:
        """How a run began, from the first event of its history.

        Raises:
            RPCError: the server does not tell.
        """
        return await beginning(self.temporal, number, run_id, RPC_TIMEOUT)

    async def update(
        self,
        number: str,
        command: str,
        payload: dict[str, Any],
        *,
        update_id: str | None = None,
    ) -> dict[str, Any]:
        """Send an update and wait for the new status.

        `update_id` lets a repeat join the update that is under way; without one each is another.

        Raises:
            CommandRefused: naming field and reason; `QueueFull` where it can be sent again.
            NoSuchNumber: nothing of that number runs.
            NoAnswer: no worker answers.
        """
        given = {name: value for name, value in payload.items() if value is not None}
        updated = self._update(number, command, given, update_id or str(uuid.uuid4()))
        return await self._answered(number, updated, self.patience)

    async def _update(
        self, number: str, command: str, given: dict[str, Any], update_id: str
    ) -> dict[str, Any]:
        handle = self.temporal.get_workflow_handle(number)
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
                if error.status is RPCStatusCode.RESOURCE_EXHAUSTED:
                    raise QueueFull(f"queue: is full, for Temporal: {error.message}") from None
                if not _is_leaving(error) or time.monotonic() > give_up_at:
                    raise _missing(number, error) from None
            else:
                return answer
            await asyncio.sleep(POLL)

    async def query(
        self,
        number: str,
        query: str,
        payload: dict[str, Any] | None = None,
        *,
        patience: float | None = None,
    ) -> Any:
        """Ask a case or defect something; one that is only beginning is given a moment.

        `payload` is what a few queries take; `patience` takes the place of the client's own.

        Raises:
            CommandRefused: it never began, its start was refused.
            NoSuchNumber: nothing of that number is known.
            NoAnswer: no worker answers.
        """
        patience = self.patience if patience is None else patience
        return await self._answered(number, self._query(number, query, payload), patience)

    async def _query(self, number: str, query: str, payload: dict[str, Any] | None) -> Any:
        given = [] if payload is None else [payload]
        handle = self.temporal.get_workflow_handle(number)
        give_up_at = time.monotonic() + BEGINNING
        while True:
            try:
                return await handle.query(query, args=given, rpc_timeout=RPC_TIMEOUT)
            except WorkflowQueryFailedError:
                await _must_be_beginning(handle)
            except WorkflowQueryRejectedError as error:
                raise NoSuchNumber(f"{number}: {error}") from None
            except RPCError as error:
                raise _missing(number, error) from None
            if time.monotonic() > give_up_at:
                raise _nobody(number)
            await asyncio.sleep(POLL)

    async def _answered(self, number: str, asked: Coroutine[Any, Any, T], patience: float) -> T:
        """What a worker answers; the server would hold the question where there is none."""
        answer = asyncio.create_task(asked)
        # Given up, it fails with an error of the SDK's when nobody waits for it any more.
        answer.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    return await asyncio.shield(answer)
            if not await self._has_workers():
                raise _nobody(number)
            return await answer
        finally:
            answer.cancel()

    async def _has_workers(self) -> bool:
        """Whether a worker was seen lately; a server that does not tell may have some."""
        try:
            return bool(await serving(self.temporal))
        except RPCError:
            return True


async def _must_be_beginning(handle: WorkflowHandle[Any, Any]) -> None:
    """A query fails until the policy is pinned, and for ever where it never will be."""
    if (await handle.describe()).status is WorkflowExecutionStatus.FAILED:
        try:
            await handle.result()
        except WorkflowFailureError as error:
            raise _refused(error.cause) from None


def _refused(cause: BaseException | None) -> CommandRefused:
    if isinstance(cause, ApplicationError) and cause.type == Busy.__name__:
        return QueueFull(cause.message, cause.type)
    if isinstance(cause, ApplicationError):
        return CommandRefused(cause.message, cause.type)
    return CommandRefused(str(cause))


def _nobody(number: str) -> NoAnswer:
    return NoAnswer(f"no worker answers for {number}; is one running? Try `python worker.py`")


def _is_leaving(error: RPCError) -> bool:
    """Whether it came just as the workflow continued as new: nothing happened, ask the next run."""
    details = error.grpc_status.details
    return any(detail.Is(WorkflowNotReadyFailure.DESCRIPTOR) for detail in details)


def _missing(number: str, error: RPCError) -> Exception:
    if error.status is RPCStatusCode.NOT_FOUND:
        return NoSuchNumber(f"no open case, defect or release {number} runs here ({error.message})")
    return _nobody(number) if error.status in _NOBODY else error
