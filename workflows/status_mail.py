"""`StatusMailWorkflow`: mails subscribers of the status page; workers start it where posts wait."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import options


@workflow.defn(name="StatusMailWorkflow")
class StatusMailWorkflow:
    """One activity, which sits an outage of the mail system out. No entity: it has no number.

    It holds up nothing, since nothing else is in it, and there is one at a time, by its id.
    """

    @workflow.run
    async def run(self, _start: Any = None) -> int:
        """Answers how many mails the last attempt has sent."""
        sent: int = await workflow.execute_activity(
            "mail_subscribers", result_type=int, **options.for_many_mails()
        )
        return sent
