"""Workflows that stand still since their tasks fail: Temporal marks them after some tries."""

from collections.abc import Sequence

from temporalio.client import Client

_REPORTED = "TemporalReportedProblems"
"""Search attribute of the server: `category=…` and `cause=…` of the last failures in a row."""


async def failing_tasks(client: Client, limit: int) -> Sequence[str]:
    """Number and cause of the first `limit` of them.

    Raises:
        RPCError: the server does not answer, or does not know the attribute.
    """
    found = []
    query = f"{_REPORTED} IS NOT NULL AND ExecutionStatus = 'Running'"
    async for here in client.list_workflows(query, limit=limit):
        said = [str(value) for value in here.search_attributes.get(_REPORTED, [])]
        causes = [value.partition("=")[2] for value in said if value.startswith("cause=")]
        why = ", ".join(cause.removeprefix("WorkflowTaskFailedCause") for cause in causes)
        found.append(f"{here.id}: its workflow tasks fail ({why or 'see its history'})")
    return found
