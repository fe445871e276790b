"""Lets one workflow reach others: a case opens its defect, a resolved defect closes its cases."""

import asyncio
import itertools
from datetime import timedelta

from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.ports import Audience, Numbers
from domain.effects import CloseCases, OpenDefect, Receipt

PAGE = 200
AT_ONCE = 20
"""Signals under way at the same time."""
OPENED_BY = "opened_by"
"""Memo of a defect: the key of the effect that started it."""
RPC_TIMEOUT = timedelta(seconds=30)


class Entities:
    """The activities `open_defect` and `close_cases`."""

    def __init__(
        self, client: Client, numbers: Numbers, audience: Audience, task_queue: str
    ) -> None:
        self._client = client
        self._numbers = numbers
        self._audience = audience
        self._task_queue = task_queue

    @activity.defn(name="open_defect")
    async def open_defect(self, effect: OpenDefect) -> Receipt:
        """Start the defect, or attach the case to the one that runs; a repeat changes nothing."""
        if effect.defect is None:
            return Receipt(key=effect.key, defect=await self._started_anew(effect))
        if effect.fields is not None and await self._started(effect.defect, effect):
            return Receipt(key=effect.key, defect=effect.defect)
        return await self._attached(effect.defect, effect)

    async def _started_anew(self, effect: OpenDefect) -> str:
        """Start it under the next number of ours that nobody has used for something else."""
        for attempt in itertools.count(1):
            key = effect.key if attempt == 1 else f"{effect.key}#{attempt}"
            number = await asyncio.to_thread(self._numbers.issue, "DEF", key)
            if await self._started(number, effect) or await self._is_ours(number, effect):
                return number
        raise AssertionError("numbers do not run out")

    async def _started(self, number: str, effect: OpenDefect) -> bool:
        start = {
            **(effect.fields or {}),
            "actor": effect.actor,
            "policy": effect.policy,
            "cases": [effect.attachment.model_dump(mode="json")],
        }
        try:
            await self._client.start_workflow(
                "DefectWorkflow",
                start,
                id=number,
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                static_summary=f"defect, confirmed as {start['severity']}",
                memo={OPENED_BY: effect.key},
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def _is_ours(self, number: str, effect: OpenDefect) -> bool:
        """Whether the workflow of that number was started by an earlier try of this effect."""
        answer = await self._client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(
                namespace=self._client.namespace, execution=WorkflowExecution(workflow_id=number)
            )
        )
        memo = answer.workflow_execution_info.memo.fields
        if OPENED_BY not in memo:
            return False
        decoded = await self._client.data_converter.decode([memo[OPENED_BY]])
        return bool(decoded == [effect.key])

    async def _attached(self, number: str, effect: OpenDefect) -> Receipt:
        attachment = effect.attachment.model_dump(mode="json")
        command = {**attachment, "actor": effect.actor, "key": effect.key}
        try:
            await self._client.get_workflow_handle(number).execute_update(
                "attach_case", command, id=effect.key, rpc_timeout=RPC_TIMEOUT
            )
        except WorkflowUpdateFailedError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.type == "InvalidCommand":
                return Receipt(key=effect.key, refused=f"{number}: {error.cause.message}")
            raise
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return Receipt(key=effect.key, refused=f"there is no open defect {number}")
        return Receipt(key=effect.key, defect=number)

    @activity.defn(name="close_cases")
    async def close_cases(self, effect: CloseCases) -> Receipt:
        """Signal every case attached to the defect; goes on behind the last page after a break.

        A case that does not run here, because a CRM owns it or it is closed, is passed over.
        """
        details = activity.info().heartbeat_details
        after: str | None = details[0] if details else None
        sent = 0
        while cases := await asyncio.to_thread(
            self._audience.cases, effect.entity, effect.sequence, after, PAGE
        ):
            limit = asyncio.Semaphore(AT_ONCE)
            told = await asyncio.gather(*(self._tell_case(case, effect, limit) for case in cases))
            sent += sum(told)
            after = cases[-1]
            activity.heartbeat(after)
        return Receipt(key=effect.key, sent=sent)

    async def _tell_case(self, case: str, effect: CloseCases, limit: asyncio.Semaphore) -> bool:
        payload = {"defect": effect.entity, "resolution": effect.resolution, "key": effect.key}
        async with limit:
            try:
                await self._client.get_workflow_handle(case).signal(
                    "defect_resolved", payload, rpc_timeout=RPC_TIMEOUT
                )
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                return False
        return True
