"""Waits and does, nothing else: the least a workflow can be that brings the same messages about.

It knows its life beforehand, starts everything due at one instant in one workflow task, and has one
timer, for what is due next. It keeps no state, checks nothing, publishes nothing, survives no
outage and never continues as new.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from bench.scenarios import COMMANDS, STEPS, Step, addressed
    from domain.contract.effects import Effect
    from workflows import options


class _Listener:
    """Counts what it is told."""

    heard = 0


def _command(name: str) -> Any:
    async def hear(self: _Listener, _payload: Any = None) -> dict[str, Any]:
        self.heard += 1
        return {}

    hear.__qualname__ = hear.__name__ = name
    return workflow.update(name=name)(hear)


# A handler for every update a defect has.
for _name in COMMANDS:
    setattr(_Listener, _name, _command(_name))


@workflow.defn(name="BareWorkflow")
class BareWorkflow(_Listener):
    """One life, as told by `bench.scenarios.STEPS`."""

    @workflow.init
    def __init__(self, start: dict[str, Any]) -> None:
        self._number = workflow.info().workflow_id
        self._confirmed = workflow.info().workflow_start_time
        self._life: str = start["life"]
        self._due: timedelta | None = None
        self._timer: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, start: dict[str, Any]) -> None:  # noqa: ARG002 - Temporal's signature
        """Do what is due at each instant."""
        for step in STEPS[self._life]:
            await self._until(step)
            self._set_timer(step.due)
            now = workflow.now()
            await asyncio.gather(*(self._do(effect, now) for effect in step.effects))

    async def _until(self, step: Step) -> None:
        if step.answers is not None:
            count = step.answers
            await workflow.wait_condition(lambda: self.heard >= count)
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

    async def _do(self, effect: Effect, now: datetime) -> None:
        await workflow.execute_activity(
            effect.type,
            addressed(effect, self._number, now),
            summary=effect.key,
            **options.for_lane(effect.lane),
        )
