"""Talks to cases and defects over the contract, as any other program would."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowQueryRejectedError, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from workflows.options import DEFECTS_QUEUE

RPC_TIMEOUT = timedelta(seconds=30)


class CommandRefused(Exception):  # noqa: N818 - it is an answer
    """The case or defect said no; the message names field and reason."""


class NoSuchNumber(Exception):  # noqa: N818 - it is an answer
    """Nothing of that number runs here."""


@dataclass(frozen=True)
class Line:
    """A client that knows the contract's start policy, updates and queries."""

    client: Client

    async def start(self, workflow: str, number: str, payload: dict[str, Any]) -> None:
        """Start a case or defect; a repeated start is harmless.

        Raises:
            CommandRefused: the number has been used and its workflow is closed.
        """
        try:
            await self.client.start_workflow(
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

    async def tell(self, number: str, command: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send an update and wait for the new status.

        Raises:
            CommandRefused: naming field and reason.
            NoSuchNumber: nothing of that number runs.
        """
        given = {name: value for name, value in payload.items() if value is not None}
        try:
            answer: dict[str, Any] = await self.client.get_workflow_handle(number).execute_update(
                command, given, id=str(uuid.uuid4()), rpc_timeout=RPC_TIMEOUT
            )
        except WorkflowUpdateFailedError as error:
            cause = error.cause
            reason = cause.message if isinstance(cause, ApplicationError) else str(cause)
            raise CommandRefused(reason) from None
        except RPCError as error:
            raise _missing(number, error) from None
        return answer

    async def exists(self, number: str) -> bool:
        """Whether something of that number was ever started here."""
        try:
            await self.ask(number, "status")
        except NoSuchNumber:
            return False
        return True

    async def ask(self, number: str, query: str) -> Any:
        """Ask a case or defect something.

        Raises:
            NoSuchNumber: nothing of that number is known.
        """
        try:
            return await self.client.get_workflow_handle(number).query(
                query, rpc_timeout=RPC_TIMEOUT
            )
        except WorkflowQueryRejectedError as error:
            raise NoSuchNumber(f"{number}: {error}") from None
        except RPCError as error:
            raise _missing(number, error) from None


def _missing(number: str, error: RPCError) -> Exception:
    if error.status is RPCStatusCode.NOT_FOUND:
        return NoSuchNumber(f"no open case or defect {number} runs here")
    return error
