"""`ReleaseWorkflow`: one release from its plan to its end; its id is the release's number."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contract import release as said
    from domain.contract.defect import RetryDeliveries
    from domain.contract.staff_notices import Acknowledge, Snooze
    from domain.contract.status import Status
    from domain.release import RELEASE
    from domain.release.state import Release
    from workflows.entity import EntityWorkflow, command


@workflow.defn(name="ReleaseWorkflow")
class ReleaseWorkflow(EntityWorkflow[Release]):
    """The truth about a release's date, for every defect in it (R1-R5)."""

    behaviour = RELEASE

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> Status:
        """Live until every defect that has to be told was told; answers the last status."""
        return await self._run_loop()

    attach_defect = command(said.AttachDefect)
    attach_defects = command(said.AttachDefects)
    detach_defect = command(said.DetachDefect)
    reschedule = command(said.Reschedule)
    announce = command(said.Announce)
    freeze = command(said.Freeze)
    unfreeze = command(said.Unfreeze)
    deploy = command(said.Deploy)
    cancel = command(said.CancelRelease)
    acknowledge = command(Acknowledge)
    snooze = command(Snooze)
    retry_deliveries = command(RetryDeliveries)
