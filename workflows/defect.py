"""`DefectWorkflow`: one confirmed defect for as long as it lives; its id is the defect's number."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contract.defect import (
        Absorb,
        AdoptPolicy,
        AreaWorkStarted,
        AttachCase,
        ChangeSeverity,
        DecideReclassification,
        DefectStart,
        DetachCase,
        GiveBack,
        Hold,
        MergeInto,
        OfferWorkaround,
        PostProgress,
        RecordSeverityFeedback,
        ReleaseDeployed,
        Reopen,
        RequestReclassification,
        Resolve,
        Resume,
        RetryDeliveries,
        ScheduleRelease,
        StopWaiting,
        UndoMerge,
        WaitForClient,
        WithdrawRelease,
    )
    from domain.contract.effects import Effect
    from domain.contract.parsing import InvalidCommand, parse
    from domain.defect.lifecycle import Defect
    from domain.policy import PinnedPolicy
    from domain.views.explain import explain
    from workflows.entity import Entity, command, refuse


@workflow.defn(name="DefectWorkflow")
class DefectWorkflow(Entity[Defect]):
    """The policy of one defect, carried out by itself (D1-D8, R3-R5)."""

    signals = {
        model.name: model
        for model in (
            ChangeSeverity,
            ScheduleRelease,
            WithdrawRelease,
            ReleaseDeployed,
            AreaWorkStarted,
            WaitForClient,
            StopWaiting,
        )
    }

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> dict[str, Any]:
        """Live until the reopen window of the resolution is over; answers the last status."""
        return await self._live()

    change_severity = command(ChangeSeverity)
    attach_case = command(AttachCase)
    detach_case = command(DetachCase)
    post_progress = command(PostProgress)
    offer_workaround = command(OfferWorkaround)
    schedule_release = command(ScheduleRelease)
    withdraw_release = command(WithdrawRelease)
    release_deployed = command(ReleaseDeployed)
    hold = command(Hold)
    resume = command(Resume)
    record_severity_feedback = command(RecordSeverityFeedback)
    request_reclassification = command(RequestReclassification)
    decide_reclassification = command(DecideReclassification)
    area_work_started = command(AreaWorkStarted)
    wait_for_client = command(WaitForClient)
    stop_waiting = command(StopWaiting)
    merge_into = command(MergeInto, asks=True)
    undo_merge = command(UndoMerge, asks=True)
    absorb = command(Absorb)
    give_back = command(GiveBack)
    resolve = command(Resolve)
    reopen = command(Reopen)
    retry_deliveries = command(RetryDeliveries)

    @workflow.update
    async def adopt_policy(self, payload: Any = None) -> dict[str, Any]:
        """Move to the present version of a policy: the one command whose answer needs a look-up."""
        await self._ready()
        try:
            said = parse(AdoptPolicy, payload)
            policy = await self._load_policy(said.policy, workflow.now())
        except InvalidCommand as error:
            refuse(error)
        self._put(self.machine.fire(workflow.now()))
        self._put(self.machine.adopt(policy, said, workflow.now()))
        self._wake()
        return self._status()

    @adopt_policy.validator
    def _check_adopt_policy(self, payload: Any = None) -> None:
        self._check(AdoptPolicy, payload)

    @workflow.query(description="What produced every due instant, as data and as a paragraph")
    def explain(self) -> dict[str, Any]:
        """The contract's `explain`."""
        return explain(self.machine, workflow.now())

    def _restored(self, state: dict[str, Any]) -> Defect:
        return Defect.model_validate(state)

    def _policy_name(self) -> str:
        return parse(DefectStart, self._start).policy

    def _opened(self, policy: PinnedPolicy, now: datetime) -> tuple[Defect, list[Effect]]:
        start = parse(DefectStart, self._start)
        accepted = workflow.unsafe.is_replaying()  # A refused start has no history to replay.
        return Defect.open(workflow.info().workflow_id, start, policy, now, accepted=accepted)
