"""`AreaWorkWorkflow`: work begins in a functional area; its id is a number of the caller's."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.area_work import AREA_WORK, AreaWork
    from domain.contract.defect import RetryDeliveries
    from domain.contract.status import Status
    from workflows.entity import EntityWorkflow, command


@workflow.defn(name="AreaWorkWorkflow")
class AreaWorkWorkflow(EntityWorkflow[AreaWork]):
    """The open S3 and S4 defects of one area are marked as being worked on (R6)."""

    behaviour = AREA_WORK

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> Status:
        """Live until every defect that has to be told was told; answers the last status."""
        return await self._run_loop()

    retry_deliveries = command(RetryDeliveries)
