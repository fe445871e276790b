"""`DefectWorkflow`: one confirmed defect for as long as it lives; its id is the defect's number."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contract import defect as said
    from domain.contract.contacts import CorrectContact, DeliveryBounced, RecordNotification
    from domain.contract.parsing import InvalidCommand, parse
    from domain.contract.staff_notices import Acknowledge, Snooze
    from domain.contract.status import Status
    from domain.defect import DEFECT
    from domain.defect.policy_change import AdoptPinnedPolicy
    from domain.defect.state import Defect
    from domain.views.explain import explain
    from domain.views.policy_preview import PreviewPolicy, preview
    from workflows.entity import EntityWorkflow, command, refuse


@workflow.defn(name="DefectWorkflow")
class DefectWorkflow(EntityWorkflow[Defect]):
    """The policy of one defect, carried out by itself (D1-D8, R3-R5)."""

    behaviour = DEFECT
    signals = {
        model.name: model
        for model in (
            said.ChangeSeverity,
            said.ScheduleRelease,
            said.WithdrawRelease,
            said.ReleaseDeployed,
            said.AreaWorkStarted,
            said.WaitForClient,
            said.StopWaiting,
            CorrectContact,
            DeliveryBounced,
        )
    }

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> Status:
        """Live until the reopen window of the resolution is over; answers the last status."""
        return await self._run_loop()

    change_severity = command(said.ChangeSeverity)
    attach_case = command(said.AttachCase)
    detach_case = command(said.DetachCase)
    correct_contact = command(CorrectContact)
    record_notification = command(RecordNotification)
    post_progress = command(said.PostProgress)
    draft_update = command(said.DraftUpdate)
    offer_workaround = command(said.OfferWorkaround)
    schedule_release = command(said.ScheduleRelease)
    withdraw_release = command(said.WithdrawRelease)
    release_deployed = command(said.ReleaseDeployed)
    hold = command(said.Hold)
    resume = command(said.Resume)
    record_severity_feedback = command(said.RecordSeverityFeedback)
    request_reclassification = command(said.RequestReclassification)
    decide_reclassification = command(said.DecideReclassification)
    area_work_started = command(said.AreaWorkStarted)
    wait_for_client = command(said.WaitForClient)
    stop_waiting = command(said.StopWaiting)
    merge_into = command(said.MergeInto)
    undo_merge = command(said.UndoMerge)
    absorb = command(said.Absorb)
    give_back = command(said.GiveBack)
    assign = command(said.Assign)
    resolve = command(said.Resolve)
    reopen = command(said.Reopen)
    acknowledge = command(Acknowledge)
    snooze = command(Snooze)
    retry_deliveries = command(said.RetryDeliveries)

    @workflow.update
    async def adopt_policy(self, payload: Any = None) -> Status:
        """Move to the present version of a policy: the one command that needs a look-up first."""
        await self._ready()
        try:
            asked = parse(said.AdoptPolicy, payload)
            policy = await self._pin_policy(asked.policy, workflow.now())
            self._apply(AdoptPinnedPolicy(**asked.model_dump(), pinned=policy))
        except InvalidCommand as error:
            refuse(error)
        return self._status()

    @adopt_policy.validator
    def _check_adopt_policy(self, payload: Any = None) -> None:
        self._check(said.AdoptPolicy, payload)

    @workflow.query(description="Which due instants another policy would move, and to when")
    def preview_policy(self, payload: Any = None) -> dict[str, Any]:
        """The contract's `preview_policy`."""
        return preview(self.runner, parse(PreviewPolicy, payload), workflow.now())

    @workflow.query(description="What produced every due instant, as data and as a paragraph")
    def explain(self) -> dict[str, Any]:
        """The contract's `explain`."""
        return explain(self.runner, workflow.now())
