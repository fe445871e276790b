"""`DefectWorkflow`: one confirmed defect for as long as it lives; its id is the defect's number."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import messages
    from domain.defect import Defect
    from domain.effects import Effect
    from domain.explain import explain
    from domain.policy import PinnedPolicy
    from workflows.entity import Entity, command, refuse


@workflow.defn(name="DefectWorkflow")
class DefectWorkflow(Entity[Defect]):
    """The policy of one defect, carried out by itself (D1-D8, R3-R5)."""

    signals = {
        model.name: model
        for model in (
            messages.ChangeSeverity,
            messages.ScheduleRelease,
            messages.WithdrawRelease,
            messages.ReleaseDeployed,
            messages.AreaWorkStarted,
            messages.WaitForClient,
            messages.StopWaiting,
        )
    }

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> dict[str, Any]:
        """Live until the reopen window of the resolution is over; answers the last status."""
        return await self._live()

    change_severity = command(messages.ChangeSeverity)
    attach_case = command(messages.AttachCase)
    detach_case = command(messages.DetachCase)
    post_progress = command(messages.PostProgress)
    offer_workaround = command(messages.OfferWorkaround)
    schedule_release = command(messages.ScheduleRelease)
    withdraw_release = command(messages.WithdrawRelease)
    release_deployed = command(messages.ReleaseDeployed)
    hold = command(messages.Hold)
    resume = command(messages.Resume)
    record_severity_feedback = command(messages.RecordSeverityFeedback)
    request_reclassification = command(messages.RequestReclassification)
    decide_reclassification = command(messages.DecideReclassification)
    area_work_started = command(messages.AreaWorkStarted)
    wait_for_client = command(messages.WaitForClient)
    stop_waiting = command(messages.StopWaiting)
    merge_into = command(messages.MergeInto, asks=True)
    undo_merge = command(messages.UndoMerge, asks=True)
    absorb = command(messages.Absorb)
    give_back = command(messages.GiveBack)
    resolve = command(messages.Resolve)
    reopen = command(messages.Reopen)
    retry_deliveries = command(messages.RetryDeliveries)

    @workflow.update
    async def adopt_policy(self, payload: Any = None) -> dict[str, Any]:
        """Move to the present version of a policy: the one command whose answer needs a look-up."""
        await self._ready()
        try:
            said = messages.parse(messages.AdoptPolicy, payload)
            policy = await self._load_policy(said.policy, workflow.now())
        except messages.InvalidCommand as error:
            refuse(error)
        self._put(self.machine.fire(workflow.now()))
        self._put(self.machine.adopt(policy, said, workflow.now()))
        self._wake()
        return self._status()

    @adopt_policy.validator
    def _check_adopt_policy(self, payload: Any = None) -> None:
        self._check(messages.AdoptPolicy, payload)

    @workflow.query(description="What produced every due instant, as data and as a paragraph")
    def explain(self) -> dict[str, Any]:
        """The contract's `explain`."""
        return explain(self.machine, workflow.now())

    def _restored(self, state: dict[str, Any]) -> Defect:
        return Defect.model_validate(state)

    def _policy_name(self) -> str:
        return messages.parse(messages.DefectStart, self._start).policy

    def _opened(self, policy: PinnedPolicy, now: datetime) -> tuple[Defect, list[Effect]]:
        start = messages.parse(messages.DefectStart, self._start)
        accepted = workflow.unsafe.is_replaying()  # A refused start has no history to replay.
        return Defect.open(workflow.info().workflow_id, start, policy, now, accepted=accepted)
