"""`AreaWorkWorkflow`: work begins in a functional area; its id is a number of the caller's."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.area_work import AreaWork
    from domain.contract.defect import RetryDeliveries
    from domain.contract.effects import Effect
    from domain.contract.parsing import parse
    from domain.contract.release import AreaWorkStart
    from domain.policy import PinnedPolicy
    from workflows.entity import Entity, command


@workflow.defn(name="AreaWorkWorkflow")
class AreaWorkWorkflow(Entity[AreaWork]):
    """The open S3 and S4 defects of one area are marked as being worked on (R6)."""

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> dict[str, Any]:
        """Live until every defect that has to be told was told; answers the last status."""
        return await self._live()

    retry_deliveries = command(RetryDeliveries)

    def _restored(self, state: dict[str, Any]) -> AreaWork:
        return AreaWork.model_validate(state)

    def _policy_name(self) -> str:
        return parse(AreaWorkStart, self._start).policy

    def _opened(self, policy: PinnedPolicy, now: datetime) -> tuple[AreaWork, list[Effect]]:
        start = parse(AreaWorkStart, self._start)
        return AreaWork.open(workflow.info().workflow_id, start, policy, now)
