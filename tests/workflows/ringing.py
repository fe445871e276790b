"""A workflow with nothing but an alarm, which is set twice."""

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.alarm import Alarm


@workflow.defn
class RingingWorkflow:
    """Sets an alarm and, a tenth of a second later, sets it to something else."""

    def __init__(self) -> None:
        self._rang_at: list[datetime] = []
        self._alarm = Alarm(lambda: self._rang_at.append(workflow.now()))

    @workflow.run
    async def run(self, first: float, second: float) -> list[int]:
        """The seconds after which it has rung, a minute after the later one."""
        began = workflow.now()
        self._alarm.set(began + timedelta(seconds=first), "first")
        await workflow.sleep(0.1)
        self._alarm.set(began + timedelta(seconds=second), "second")
        await workflow.sleep(max(first, second) + 60)
        return [int((at - began).total_seconds()) for at in self._rang_at]
