"""The worker as a next version might be: it counts holds, and offers a way round with each.

It is our code with interceptors around it, so that it stays another version whatever becomes of the
code: each run begins with a command that no history of the first version has, and what a run hands
to the next has a field that the first version does not know.
"""

import asyncio
import sys
from functools import partial
from typing import Any, NoReturn

from pydantic_core import to_jsonable_python
from temporalio import workflow
from temporalio.worker import (
    ContinueAsNewInput,
    ExecuteWorkflowInput,
    HandleQueryInput,
    HandleUpdateInput,
    Interceptor,
    Worker,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

COUNT = "holds_begun"
STATE = "entity"
"""The part of what is carried that is the entity's own."""
WHILE_HELD = {"description": "Use the side door while it is held.", "effort": "easy"}


class SecondVersion(Interceptor):
    """What the second version does otherwise."""

    def workflow_interceptor_class(
        self, given: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor]:
        """One for each workflow."""
        return _Inbound


class _Inbound(WorkflowInboundInterceptor):
    holds = 0

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Outbound(outbound, self))

    async def execute_workflow(self, given: ExecuteWorkflowInput) -> Any:
        (start,) = given.args
        self.holds = start.get(STATE, {}).get(COUNT, 0)
        workflow.upsert_memo({"version": "second"})
        return await super().execute_workflow(given)

    async def handle_update_handler(self, given: HandleUpdateInput) -> Any:
        answer = await super().handle_update_handler(given)
        if given.update == "hold":
            self.holds += 1
            offer = workflow.get_update_handler("offer_workaround")
            assert offer is not None
            await offer(WHILE_HELD | {"actor": "second-version"})
        return answer

    async def handle_query(self, given: HandleQueryInput) -> Any:
        answer = await super().handle_query(given)
        is_a_status = given.query == "status" and workflow.info().workflow_type == "DefectWorkflow"
        return to_jsonable_python(answer) | {COUNT: self.holds} if is_a_status else answer


class _Outbound(WorkflowOutboundInterceptor):
    def __init__(self, following: WorkflowOutboundInterceptor, inbound: _Inbound) -> None:
        super().__init__(following)
        self._inbound = inbound

    def continue_as_new(self, given: ContinueAsNewInput) -> NoReturn:
        (carried,) = given.args
        handed = to_jsonable_python(carried)
        handed[STATE][COUNT] = self._inbound.holds
        given.args = [handed]
        super().continue_as_new(given)


if __name__ == "__main__":
    import worker

    vars(worker).update(Worker=partial(Worker, interceptors=[SecondVersion()]))
    sys.exit(asyncio.run(worker.main()))
