"""Workflows whose runs are short and leave soon, so that a test need not wait for either."""

from datetime import timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contract.status import Status
    from workflows.defect import DefectWorkflow
    from workflows.leaving import Limits
    from workflows.webhook import WebhookWorkflow


@workflow.defn(name="DefectWorkflow")
class HurriedDefectWorkflow(DefectWorkflow):
    """As the product's, but for its patience."""

    limits = Limits(commands=10, most_commands=20, patience=timedelta(milliseconds=500))

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> Status:
        """As the product's."""
        return await self._run_loop()


@workflow.defn(name="WebhookWorkflow")
class HurriedWebhookWorkflow(WebhookWorkflow):
    """As the product's, but for its patience."""

    limits = Limits(patience=timedelta(milliseconds=500), abandoned_for=timedelta(seconds=1))

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> Status:
        """As the product's."""
        return await self._run_loop()
