"""`WebhookWorkflow`: one receiver of webhooks, for as long as it is enabled: `webhook-<receiver>`.

What it sends waits in the database, not in its outbox: a round of an activity takes what is due
there, and the receiver says when the next one begins. Its outbox has only mails to staff.
"""

from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from domain.contract.defect import RetryDeliveries
    from domain.contract.status import Status
    from domain.webhooks.receiver import (
        RECEIVER,
        Receiver,
        Report,
        Round,
        Wake,
    )
    from workflows import options
    from workflows.entity import EntityWorkflow, command
    from workflows.run import ReceiverRun


@workflow.defn(name="WebhookWorkflow")
class WebhookWorkflow(EntityWorkflow[Receiver]):
    """Sends what waits for one receiver; another one that fails is another workflow."""

    behaviour = RECEIVER
    signals = {model.name: model for model in (Wake, RetryDeliveries)}

    kind_of_run = ReceiverRun
    _run: ReceiverRun

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> Status:
        """Live until the receiver is disabled or removed; answers the last status."""
        return await self._run_loop()

    retry_deliveries = command(RetryDeliveries)

    def _carry_out(self, now: datetime) -> None:
        super()._carry_out(now)
        asked = self._run.begin_round(now)
        if asked is not None:
            self._spawn(self._hold_round(asked))

    async def _hold_round(self, asked: Round) -> None:
        """One activity for everything that is due, however many messages."""
        report: Report | None
        try:
            report = await workflow.execute_activity(
                "send_webhooks",
                asked,
                result_type=Report,
                summary="what is due",
                **options.for_webhooks(),
            )
        except ActivityError:
            report = None
        self._run.end_round(report, workflow.now())

    def _status(self) -> Status:
        status = super()._status()
        receiver = self.runner.entity
        under_way = self._run.round or receiver.wanted or receiver.abandoned_until
        pending = status.pending_deliveries + int(bool(under_way))
        return status.model_copy(update={"pending_deliveries": pending})
