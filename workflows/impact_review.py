"""`ImpactReviewWorkflow`: one review, started by the Temporal Schedule `impact-review`."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contract.defect import RetryDeliveries
    from domain.contract.effects import Effect
    from domain.contract.parsing import parse
    from domain.contract.release import ReviewStart
    from domain.impact_review import Review
    from domain.policy import PinnedPolicy
    from workflows.entity import Entity, command


@workflow.defn(name="ImpactReviewWorkflow")
class ImpactReviewWorkflow(Entity[Review]):
    """Open defects ranked by their impact on clients, and a digest to engineering (S3 row)."""

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> dict[str, Any]:
        """Live until the digest is on its way; answers the last status."""
        return await self._live()

    retry_deliveries = command(RetryDeliveries)

    def _check_number(self, workflow_id: str) -> None:
        """A schedule makes ids of its own: nobody uses them as a number."""

    def _restored(self, state: dict[str, Any]) -> Review:
        return Review.model_validate(state)

    def _policy_name(self) -> str:
        return parse(ReviewStart, self._start).policy

    def _opened(self, policy: PinnedPolicy, now: datetime) -> tuple[Review, list[Effect]]:
        start = parse(ReviewStart, self._start)
        return Review.open(workflow.info().workflow_id, start, policy, now)
