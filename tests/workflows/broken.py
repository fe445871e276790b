"""A defect workflow that does not do what its histories say: the guard must find it out."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contract.status import Status
    from workflows.defect import DefectWorkflow


@workflow.defn(name="DefectWorkflow")
class BrokenDefectWorkflow(DefectWorkflow):
    """Waits a second before it begins, which its histories know nothing of."""

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> Status:
        """One timer too many."""
        await workflow.sleep(1)
        return await self._run_loop()
