"""The baseline workflow: the least that runs the same activities at the same instants.

It knows its schedule beforehand, starts everything due at one instant in one workflow task, and has
one timer, for what is due next. It keeps no state, checks nothing, publishes nothing, survives no
outage and never continues as new.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from bench.scenarios import DEFECT_COMMANDS, STEPS, Step, addressed
    from domain.contract.effects import Effect
    from workflows import options


class _Handlers:
    """Counts the updates it gets."""

    received = 0


def _handler(name: str) -> Any:
    async def receive(self: _Handlers, _payload: Any = None) -> dict[str, Any]:
        self.received += 1
        return {}

    receive.__qualname__ = receive.__name__ = name
    return workflow.update(name=name)(receive)


# A defect has a handler for each of these, and handlers take memory.
for _name in DEFECT_COMMANDS:
    setattr(_Handlers, _name, _handler(_name))


@workflow.defn(name="BaselineWorkflow")
class BaselineWorkflow(_Handlers):
    """One scenario, as scheduled in `bench.scenarios.STEPS`."""

    @workflow.init
    def __init__(self, start: dict[str, Any]) -> None:
        self._number = workflow.info().workflow_id
        self._confirmed = workflow.info().workflow_start_time
        self._scenario: str = start["scenario"]
        self._due: timedelta | None = None
        self._timer: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, start: dict[str, Any]) -> None:  # noqa: ARG002 - Temporal's signature
        """Start what is due at each instant."""
        for step in STEPS[self._scenario]:
            await self._wait_for(step)
            self._set_timer(step.due)
            now = workflow.now()
            await asyncio.gather(*(self._execute(effect, now) for effect in step.effects))

    async def _wait_for(self, step: Step) -> None:
        if step.answers is not None:
            count = step.answers
            await workflow.wait_condition(lambda: self.received >= count)
        elif self._timer is not None:
            await self._timer

    def _set_timer(self, due: timedelta | None) -> None:
        if due == self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due, self._timer = due, None
        if due is not None:
            left = self._confirmed + due - workflow.now()
            self._timer = asyncio.create_task(workflow.sleep(left))

    async def _execute(self, effect: Effect, now: datetime) -> None:
        await workflow.execute_activity(
            effect.type,
            addressed(effect, self._number, now),
            summary=effect.key,
            **options.for_lane(effect.lane),
        )
