"""Lets one workflow reach others: a case its defect, a defect its cases or another defect."""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.ports import Audience, Numbers
from activities.signals import PAGE, RPC_TIMEOUT, Signals
from domain.contract.case import DefectMerged, DefectResolved
from domain.contract.defect import Absorb, AttachCase, GiveBack
from domain.contract.effects import CloseCases, MoveCases, OpenDefect, TellDefect
from domain.contract.receipts import CasesMoved, DefectOpened, Signalled
from domain.contract.values import Attachment

OPENED_BY = "opened_by"
"""Memo of a defect: the key of the effect that started it."""
_NOBODY = "does not run here"


class Entities:
    """The activities `open_defect`, `close_cases`, `tell_defect` and `move_cases`."""

    def __init__(
        self,
        client: Client,
        signals: Signals,
        numbers: Numbers,
        audience: Audience,
        task_queue: str,
    ) -> None:
        self._client = client
        self._signals = signals
        self._numbers = numbers
        self._audience = audience
        self._task_queue = task_queue

    @activity.defn(name="open_defect")
    async def open_defect(self, effect: OpenDefect) -> DefectOpened:
        """Start the defect, or attach the case to the one that runs; a repeat changes nothing."""
        if effect.defect is None:
            return DefectOpened(key=effect.key, defect=await self._started_anew(effect))
        if effect.fields is not None and await self._started(effect.defect, effect):
            return DefectOpened(key=effect.key, defect=effect.defect)
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

    async def _attached(self, number: str, effect: OpenDefect) -> DefectOpened:
        attachment = effect.attachment.model_dump(mode="json")
        command = {**attachment, "actor": effect.actor, "key": effect.key}
        refused = await self._ask(number, AttachCase.name, command)
        if refused == _NOBODY:
            return DefectOpened(key=effect.key, refused=f"there is no open defect {number}")
        if refused is not None:
            return DefectOpened(key=effect.key, refused=f"{number}: {refused}")
        return DefectOpened(key=effect.key, defect=number)

    @activity.defn(name="close_cases")
    async def close_cases(self, effect: CloseCases) -> Signalled:
        """Signal every case attached to the defect; goes on behind the last page after a break.

        A case that does not run here, because a CRM owns it or it is closed, is passed over.
        """
        details = activity.info().heartbeat_details
        after: str | None = details[0] if details else None
        payload = {
            "defect": effect.entity,
            "resolution": effect.resolution,
            "formerly": effect.formerly,
            "key": effect.key,
        }
        sent = 0
        while cases := await asyncio.to_thread(
            self._audience.cases, effect.entity, effect.sequence, after, PAGE
        ):
            told = await self._signals.tell_all(
                (case, (DefectResolved.name, payload)) for case in cases
            )
            sent += sum(told.values())
            after = cases[-1]
            activity.heartbeat(after)
        return Signalled(key=effect.key, sent=sent)

    @activity.defn(name="tell_defect")
    async def tell_defect(self, effect: TellDefect) -> Signalled:
        """Tell the defect a case is on how the case stands."""
        runs = await self._signals.tell(effect.defect, (effect.signal, effect.payload))
        return Signalled(key=effect.key, sent=int(runs))

    @activity.defn(name="move_cases")
    async def move_cases(self, effect: MoveCases) -> CasesMoved:
        """Move the cases of a defect to another one, or back; each page is harmless to repeat.

        The other defect may refuse, at the first page or, if it is resolved meanwhile, at a later
        one: then it gives back what it had taken, and nothing has moved.
        """
        details = activity.info().heartbeat_details
        after: str | None = details[0] if details else None
        moved = 0
        while True:
            page = await asyncio.to_thread(
                self._audience.attachments, effect.entity, effect.sequence, after, PAGE
            )
            if not page and (moved or after is not None):
                return CasesMoved(key=effect.key, sent=moved)
            refused = await self._hand_over(effect, page)
            if refused is not None:
                if after is not None:
                    await self._take_back(effect, after)
                return CasesMoved(key=effect.key, refused=refused)
            if not page:
                return CasesMoved(key=effect.key)
            moved, after = moved + len(page), page[-1].case
            activity.heartbeat(after)

    async def _hand_over(self, effect: MoveCases, page: Sequence[Attachment]) -> str | None:
        """One page to the other defect or back; answers why not, where it is refused."""
        first = page[0].case if page else "none"
        command: dict[str, Any] = {
            "actor": effect.actor,
            "key": f"{effect.key}/{first}",
            "defect": effect.entity,
        }
        if effect.back:
            name, command = GiveBack.name, command | {"cases": [a.case for a in page]}
        else:
            cases = [attachment.model_dump(mode="json") for attachment in page]
            feedback = [said.model_dump(mode="json") for said in effect.feedback]
            name = Absorb.name
            command |= {
                "cases": cases,
                "feedback": feedback,
                "severity": effect.severity,
                "formerly": effect.formerly,
            }
        refused = await self._ask(effect.other, name, command)
        if refused == _NOBODY and effect.back:
            refused = None  # The other defect has ended: there is nobody to take them from.
        if refused is not None:
            return f"{effect.other}: {refused}"
        before, now = effect.entity, effect.other
        if effect.back:
            before, now = now, before
        said = {"defect": before, "into": now, "key": f"{effect.key}/{first}"}
        await self._signals.tell_all((a.case, (DefectMerged.name, said)) for a in page)
        return None

    async def _take_back(self, effect: MoveCases, until: str) -> None:
        back = effect.model_copy(update={"back": not effect.back, "key": f"{effect.key}/undone"})
        after: str | None = None
        while after != until and (
            page := await asyncio.to_thread(
                self._audience.attachments, effect.entity, effect.sequence, after, PAGE
            )
        ):
            page = [attachment for attachment in page if attachment.case <= until]
            await self._hand_over(back, page)
            after = page[-1].case
            activity.heartbeat(until)

    async def _ask(self, number: str, update: str, command: dict[str, Any]) -> str | None:
        """Send an update another defect may refuse; answers why, None where it obeyed."""
        try:
            await self._client.get_workflow_handle(number).execute_update(
                update, command, id=command["key"], rpc_timeout=RPC_TIMEOUT
            )
        except WorkflowUpdateFailedError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.type == "InvalidCommand":
                return error.cause.message
            raise
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return _NOBODY
        return None
