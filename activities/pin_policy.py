"""Looks a policy up, so that a workflow can pin it in its state (T8), and whether it may begin."""

import asyncio

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Policies
from domain.contract.parsing import InvalidCommand
from domain.policy import PinnedPolicy, PolicyRequest
from domain.promise_guard.edge import refuse_promised
from runtime.client import DefectsClient

log = structlog.get_logger()

_PATIENCE = 10.0
"""Seconds the database has to say what it knows of a number."""


class PinPolicy:
    """The activity `load_policy`."""

    def __init__(self, policies: Policies, client: DefectsClient | None = None) -> None:
        self._policies = policies
        self._client = client

    @activity.defn(name="load_policy")
    async def load_policy(self, request: PolicyRequest) -> PinnedPolicy:
        """The pinned part of a policy, its holidays resolved to dates.

        The texts of the start payload that asks for it are judged on the way (D7): a workflow
        itself must not, since it would judge them again in every replay. A number that was used
        before is refused here, whoever starts it.
        """
        await self._refuse_used()
        return await asyncio.to_thread(self._pinned, request)

    async def _refuse_used(self) -> None:
        """Refuse a run that begins a number anew which the database knows, unless it says so.

        Where the database does not answer, it begins: no defect waits for this question.
        """
        about = activity.info()
        number, run = about.workflow_id, about.workflow_run_id
        if self._client is None or self._client.records is None or not number or not run:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                known = await asyncio.to_thread(self._client.records.last, number)
        except Exception as error:  # noqa: BLE001 - whatever keeps it from answering
            log.warning("number.not_looked_up", number=number, error=type(error).__name__)
            return
        if known is None:
            return
        began = await self._client.beginning(number, run)
        if not began.is_first or known.written_at >= began.at:
            return  # It is this life of it that the database knows.
        if reason := known.reason_against(number, began.payload):
            raise _refused(*reason.split(": ", 1))

    def _pinned(self, request: PolicyRequest) -> PinnedPolicy:
        try:
            policy = self._policies.load(request.name, request.year).pinned()
            if request.at is not None:
                written_on = policy.calendar.local_date(request.at)
                refuse_promised(request.texts, written_on, policy.next_update_within)
        except LookupError as error:
            raise _refused("policy", str(error)) from None
        except InvalidCommand as error:
            raise _refused(error.field, error.reason) from None
        return policy


def _refused(field: str, reason: str) -> ApplicationError:
    return ApplicationError(
        f"{field}: {reason}", field, reason, type="InvalidCommand", non_retryable=True
    )
