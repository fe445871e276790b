"""`ReleaseWorkflow`: one release from its plan to its end; its id is the release's number."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contract.defect import RetryDeliveries
    from domain.contract.effects import Effect
    from domain.contract.parsing import parse
    from domain.contract.release import (
        Announce,
        AttachDefect,
        AttachDefects,
        CancelRelease,
        Deploy,
        DetachDefect,
        Freeze,
        ReleaseStart,
        Reschedule,
        Unfreeze,
    )
    from domain.policy import PinnedPolicy
    from domain.release.lifecycle import Release
    from workflows.entity import Entity, command


@workflow.defn(name="ReleaseWorkflow")
class ReleaseWorkflow(Entity[Release]):
    """The truth about a release's date, for every defect in it (R1-R5)."""

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> dict[str, Any]:
        """Live until every defect that has to be told was told; answers the last status."""
        return await self._live()

    attach_defect = command(AttachDefect)
    attach_defects = command(AttachDefects)
    detach_defect = command(DetachDefect)
    reschedule = command(Reschedule)
    announce = command(Announce)
    freeze = command(Freeze)
    unfreeze = command(Unfreeze)
    deploy = command(Deploy)
    cancel = command(CancelRelease)
    retry_deliveries = command(RetryDeliveries)

    def _restored(self, state: dict[str, Any]) -> Release:
        return Release.model_validate(state)

    def _policy_name(self) -> str:
        return parse(ReleaseStart, self._start).policy

    def _opened(self, policy: PinnedPolicy, now: datetime) -> tuple[Release, list[Effect]]:
        start = parse(ReleaseStart, self._start)
        accepted = workflow.unsafe.is_replaying()  # A refused start has no history to replay.
        return Release.open(workflow.info().workflow_id, start, policy, now, accepted=accepted)
