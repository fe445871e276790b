"""`RetentionWorkflow`: removes what is kept no longer; a Temporal Schedule starts it."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import options


@workflow.defn(name="RetentionWorkflow")
class RetentionWorkflow:
    """One activity, which goes on where a try before it ended. No entity: it has no number."""

    @workflow.run
    async def run(self, _start: Any = None) -> dict[str, int]:
        """Answers how many rows of each kind were removed."""
        removed: dict[str, int] = await workflow.execute_activity(
            "prune_rows", result_type=dict[str, int], **options.for_retention()
        )
        return removed
