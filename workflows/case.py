"""`CaseWorkflow`: one contact from its receipt to its end; its id is the case's number."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import messages
    from domain.case import Case
    from domain.effects import Effect
    from domain.policy import PinnedPolicy
    from workflows.entity import Entity, command


@workflow.defn(name="CaseWorkflow")
class CaseWorkflow(Entity[Case]):
    """One case: receipt, what is missing, first response, answer or defect, calls (C1-C11)."""

    signals = {model.name: model for model in (messages.DefectResolved, messages.DefectMerged)}

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> dict[str, Any]:
        """Live until the case is closed; answers the last status."""
        return await self._live()

    respond = command(messages.Respond)
    request_information = command(messages.RequestInformation)
    provide_information = command(messages.ProvideInformation)
    assess_critical = command(messages.AssessCritical)
    confirm_defect = command(messages.ConfirmDefect, asks=True)
    answer = command(messages.Answer)
    book_call = command(messages.BookCall, asks=True)
    cancel_call = command(messages.CancelCall)
    set_preferences = command(messages.SetPreferences)
    close = command(messages.CloseCase)
    retry_deliveries = command(messages.RetryDeliveries)

    def _restored(self, state: dict[str, Any]) -> Case:
        return Case.model_validate(state)

    def _policy_name(self) -> str:
        return messages.parse(messages.CaseStart, self._start).policy

    def _opened(self, policy: PinnedPolicy, now: datetime) -> tuple[Case, list[Effect]]:
        start = messages.parse(messages.CaseStart, self._start)
        return Case.open(workflow.info().workflow_id, start, policy, now)
