"""Activities that mail many people by themselves: begun where there is work, an outage sat out.

Each is alone in a workflow that is no entity, so whoever waits for a mail holds up nothing else.
"""

from collections.abc import Callable
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError

from activities.delivery import Tally, deliver, present
from activities.ports import Delivery, DeliveryState, Ledger, NotNow
from domain.contract.identity import DEFECTS_QUEUE
from runtime.client import RPC_TIMEOUT

PATIENCE = timedelta(days=5)
"""For so long one recipient may not be accepted while others are (RFC 5321, 4.5.4.1)."""
GIVEN_UP = "given-up"
"""The problem of a mail to whom was not accepted for longer."""

log = structlog.get_logger()


async def begin(client: Client, workflow: str, ident: str, summary: str) -> None:
    """Start the workflow, unless it runs.

    Raises:
        RPCError: the server does not take it now.
    """
    await client.start_workflow(
        workflow,
        id=ident,
        task_queue=DEFECTS_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        static_summary=summary,
        rpc_timeout=RPC_TIMEOUT,
    )


def deliver_or_give_up(
    ledger: Ledger, delivery: Delivery, send: Callable[[], None], tally: Tally
) -> bool:
    """Whether it is over: sent, refused, or not accepted for longer than `PATIENCE`.

    Raises:
        NotNow: the mail system takes nothing now, which ends the attempt.
    """
    try:
        deliver(ledger, delivery, send, tally)
    except ApplicationError as error:
        reason = error.__cause__
        if not isinstance(reason, NotNow) or not reason.of_recipient:
            raise NotNow("the mail system does not take it now") from None
        at = present()
        if delivery.decided_at is None or at - delivery.decided_at < PATIENCE:
            return False
        ledger.settle(delivery, DeliveryState.FAILED, at, GIVEN_UP)
        tally.failed, tally.problem = tally.failed + 1, GIVEN_UP
        log.warning("mail.given_up", lane=delivery.lane, key=delivery.effect_key)
    return True
