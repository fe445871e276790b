"""`CaseWorkflow`: one contact from its receipt to its end; its id is the case's number."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.case import CASE
    from domain.case.state import Case
    from domain.contract import case as said
    from domain.contract.contacts import CorrectContact, DeliveryBounced, RecordNotification
    from domain.contract.defect import Assign, RetryDeliveries
    from domain.contract.staff_notices import Acknowledge, Snooze
    from domain.contract.status import Status
    from workflows.entity import EntityWorkflow, command


@workflow.defn(name="CaseWorkflow")
class CaseWorkflow(EntityWorkflow[Case]):
    """One case: receipt, what is missing, first response, answer or defect, calls (C1-C11)."""

    behaviour = CASE
    signals = {
        model.name: model for model in (said.DefectResolved, said.DefectMerged, DeliveryBounced)
    }

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> Status:
        """Live until the case is closed; answers the last status."""
        return await self._run_loop()

    respond = command(said.Respond)
    request_information = command(said.RequestInformation)
    provide_information = command(said.ProvideInformation)
    assess_critical = command(said.AssessCritical)
    confirm_defect = command(said.ConfirmDefect)
    answer = command(said.Answer)
    book_call = command(said.BookCall)
    cancel_call = command(said.CancelCall)
    set_preferences = command(said.SetPreferences)
    correct_contact = command(CorrectContact)
    record_notification = command(RecordNotification)
    close = command(said.CloseCase)
    assign = command(Assign)
    acknowledge = command(Acknowledge)
    snooze = command(Snooze)
    retry_deliveries = command(RetryDeliveries)
