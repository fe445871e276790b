"""`CaseWorkflow`: one contact from its receipt to its end; its id is the case's number."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.case.lifecycle import Case
    from domain.contract.case import (
        Answer,
        AssessCritical,
        BookCall,
        CancelCall,
        CaseStart,
        CloseCase,
        ConfirmDefect,
        DefectMerged,
        DefectResolved,
        ProvideInformation,
        RequestInformation,
        Respond,
        SetPreferences,
    )
    from domain.contract.defect import RetryDeliveries
    from domain.contract.effects import Effect
    from domain.contract.parsing import parse
    from domain.policy import PinnedPolicy
    from workflows.entity import Entity, command


@workflow.defn(name="CaseWorkflow")
class CaseWorkflow(Entity[Case]):
    """One case: receipt, what is missing, first response, answer or defect, calls (C1-C11)."""

    signals = {model.name: model for model in (DefectResolved, DefectMerged)}

    @workflow.init
    def __init__(self, start: Any) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Any) -> dict[str, Any]:
        """Live until the case is closed; answers the last status."""
        return await self._live()

    respond = command(Respond)
    request_information = command(RequestInformation)
    provide_information = command(ProvideInformation)
    assess_critical = command(AssessCritical)
    confirm_defect = command(ConfirmDefect, asks=True)
    answer = command(Answer)
    book_call = command(BookCall, asks=True)
    cancel_call = command(CancelCall)
    set_preferences = command(SetPreferences)
    close = command(CloseCase)
    retry_deliveries = command(RetryDeliveries)

    def _restored(self, state: dict[str, Any]) -> Case:
        return Case.model_validate(state)

    def _policy_name(self) -> str:
        return parse(CaseStart, self._start).policy

    def _opened(self, policy: PinnedPolicy, now: datetime) -> tuple[Case, list[Effect]]:
        start = parse(CaseStart, self._start)
        return Case.open(workflow.info().workflow_id, start, policy, now)
