"""`CaseWorkflow`: one contact from its receipt to its end; its id is the case's number."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import messages
    from domain.case import Case
    from domain.effects import Effect
    from domain.policy import PinnedPolicy
    from workflows.entity import Entity, command, refuse


@workflow.defn(name="CaseWorkflow")
class CaseWorkflow(Entity[Case]):
    """One case: receipt, what is missing, first response, answer or defect (C1-C10)."""

    signals = {messages.DefectResolved.name: messages.DefectResolved}

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
    answer = command(messages.Answer)
    close = command(messages.CloseCase)
    retry_deliveries = command(messages.RetryDeliveries)

    @workflow.update
    async def confirm_defect(self, payload: Any = None) -> dict[str, Any]:
        """Confirm a defect; waits for its number, the one answer only an activity can give."""
        tried = self._machine is not None
        await self._ready()
        await self._obey(messages.ConfirmDefect, payload, tried)
        await workflow.wait_condition(lambda: self.machine.confirming is None)
        if self.machine.refusal is not None:
            refuse(messages.InvalidCommand("defect", self.machine.refusal))
        return self._status()

    @confirm_defect.validator
    def _check_confirm_defect(self, payload: Any = None) -> None:
        self._check(messages.ConfirmDefect, payload)

    def _restored(self, state: dict[str, Any]) -> Case:
        return Case.model_validate(state)

    def _policy_name(self) -> str:
        return messages.parse(messages.CaseStart, self._start).policy

    def _opened(self, policy: PinnedPolicy, now: datetime) -> tuple[Case, list[Effect]]:
        start = messages.parse(messages.CaseStart, self._start)
        return Case.open(workflow.info().workflow_id, start, policy, now)
