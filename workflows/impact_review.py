"""`ImpactReviewWorkflow`: one review, started by the Temporal Schedule `impact-review`."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contract.defect import RetryDeliveries
    from domain.contract.status import Status
    from domain.impact_review import REVIEW, Review
    from workflows.entity import EntityWorkflow, command


@workflow.defn(name="ImpactReviewWorkflow")
class ImpactReviewWorkflow(EntityWorkflow[Review]):
    """Open defects ranked by their impact on clients, and a digest to engineering (S3 row)."""

    behaviour = REVIEW

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> Status:
        """Live until the digest is on its way; answers the last status."""
        return await self._run_loop()

    retry_deliveries = command(RetryDeliveries)

    def _check_number(self, workflow_id: str) -> None:
        """A schedule makes ids of its own, which people do not use as numbers."""
