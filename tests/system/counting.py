"""A workflow that stands for a defect of before: a request to cancel ends it."""

from temporalio import workflow


@workflow.defn(name="DefectWorkflow")
class Counting:
    """Counts signals, and lets a cancel request end it."""

    def __init__(self) -> None:
        self.heard = 0

    @workflow.run
    async def run(self) -> int:
        """Wait for the end."""
        await workflow.wait_condition(lambda: False)
        return self.heard

    @workflow.signal
    def count(self) -> None:
        """One more."""
        self.heard += 1

    @workflow.query
    def how_many(self) -> int:
        """So far."""
        return self.heard

    @workflow.signal
    def fail(self) -> None:
        """A bug: the task fails, again and again."""
        raise RuntimeError("nobody foresaw this")

    @workflow.signal
    def swell(self) -> None:
        """Write more than the server takes."""
        workflow.upsert_memo({"all": "x" * 3_000_000})
