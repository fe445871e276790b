"""Which workers ask the server for work, as it has seen them lately."""

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from domain.contract.identity import DEFECTS_QUEUE

UNVERSIONED = "unversioned"
"""Stands for workers without a build id, and for what they run."""
RECENTLY = timedelta(minutes=2)
"""A worker that lives asks for work at least once a minute."""
_TIMEOUT = timedelta(seconds=10)


async def serving(client: Client, now: datetime | None = None) -> dict[str, set[str]]:
    """Identities of worker processes by the version of their code.

    Raises:
        RPCError: the server does not answer, or does not know.
    """
    since = (now or datetime.now(UTC)) - RECENTLY
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=DEFECTS_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        ),
        timeout=_TIMEOUT,
    )
    seen: dict[str, set[str]] = {}
    for poller in answer.pollers:
        if poller.last_access_time.ToDatetime(UTC) > since:
            build_id = poller.deployment_options.build_id or UNVERSIONED
            seen.setdefault(build_id, set()).add(poller.identity)
    return seen
