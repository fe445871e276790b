"""A workflow whose signals take long in its first task, and no time in any later one."""

import time
from itertools import count

from temporalio import workflow

SIGNALS = 30
_handled = count()


def linger() -> None:
    """A tenth of a second and more, as long as it is the first task."""
    if next(_handled) < SIGNALS:
        time.sleep(0.15)


with workflow.unsafe.imports_passed_through():
    from tests.runtime import slow


@workflow.defn(name="Slow")
class SlowWorkflow:
    """Counts what it is told."""

    def __init__(self) -> None:
        self._told = 0

    @workflow.run
    async def run(self) -> int:
        """Until it was told everything."""
        await workflow.wait_condition(lambda: self._told == SIGNALS)
        return self._told

    @workflow.signal
    async def tell(self) -> None:
        """Take long about it."""
        slow.linger()
        self._told += 1
