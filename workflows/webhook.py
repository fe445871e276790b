"""`WebhookWorkflow`: one receiver of webhooks, for as long as it is enabled: `webhook-<receiver>`.

What it sends waits in the database, not in its outbox: a round of an activity takes what is due
there, and the machine says when the next one begins. Its outbox has only mails to staff.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from domain.contract.defect import RetryDeliveries
    from domain.contract.effects import Effect
    from domain.contract.identity import WEBHOOKS_QUEUE
    from domain.contract.parsing import parse
    from domain.policy import PinnedPolicy
    from domain.webhooks.receiver import Receiver, Report, Wake, WebhookStart
    from workflows.entity import Entity, command


@workflow.defn(name="WebhookWorkflow")
class WebhookWorkflow(Entity[Receiver]):
    """Sends what waits for one receiver; another one that fails is another workflow."""

    signals = {model.name: model for model in (Wake, RetryDeliveries)}

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)
        self._sending = False

    @workflow.run
    async def run(self, start: Any) -> dict[str, Any]:
        """Live until the receiver is disabled or removed; answers the last status."""
        return await self._live()

    retry_deliveries = command(RetryDeliveries)

    def _restored(self, state: dict[str, Any]) -> Receiver:
        return Receiver.model_validate(state)

    def _policy_name(self) -> str:
        return parse(WebhookStart, self._start).policy

    def _opened(self, policy: PinnedPolicy, now: datetime) -> tuple[Receiver, list[Effect]]:
        start = parse(WebhookStart, self._start)
        return Receiver.open(workflow.info().workflow_id, start, policy), []

    def _dispatch(self, now: datetime) -> None:
        super()._dispatch(now)
        if self.machine.wanted and not self._sending and not self._wants_to_leave():
            self._sending = self._wrote = True
            asyncio.create_task(self._hold_round()).add_done_callback(self._lane_ended)

    async def _hold_round(self) -> None:
        """One activity for everything that is due, however many messages."""
        try:
            report = await workflow.execute_activity(
                "send_webhooks",
                self.machine.begin_round(),
                result_type=Report,
                summary="what is due",
                task_queue=WEBHOOKS_QUEUE,
                schedule_to_close_timeout=timedelta(minutes=30),
                start_to_close_timeout=timedelta(seconds=90),
                retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
            )
        except ActivityError:
            self.machine.round_failed(workflow.now())
        else:
            self._put(self.machine.end_round(report, workflow.now()))
        self._sending = False
        self._wake()

    def _may_leave(self) -> bool:
        return super()._may_leave() and not self._sending

    def _status(self, now: datetime | None = None) -> dict[str, Any]:
        status = super()._status(now)
        under_way = self._sending or self.machine.wanted
        return status | {"pending_deliveries": status["pending_deliveries"] + under_way}
