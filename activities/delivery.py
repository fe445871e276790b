"""What every delivery shares: the ledger around it, and outside errors in Temporal's words."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Delivery, DeliveryState, Ledger, NotNow, Refused
from domain.contract.receipts import DeliveryReceipt

log = structlog.get_logger()


@dataclass
class Tally:
    """What came of one effect so far, over all its recipients."""

    sent: int = 0
    already: int = 0
    failed: int = 0
    opted_out: int = 0
    problem: str | None = None

    def receipt(self, key: str) -> DeliveryReceipt:
        """The answer to the workflow."""
        return DeliveryReceipt(key=key, **asdict(self))


def deliver(ledger: Ledger, delivery: Delivery, send: Callable[[], None], tally: Tally) -> None:
    """Send one message to one recipient, unless the ledger says it was sent, or came back.

    The row says `sending` before and `sent` after: a sender that dies in between leaves a row
    whose outcome is unknown, and the repeat carries the same idempotency key (`Message-ID`).

    Raises:
        ApplicationError: the other side may take it later.
    """
    before = ledger.claim(delivery, present())
    if before.state is DeliveryState.SENT:
        tally.already += 1
        return
    if before.state is DeliveryState.BOUNCED:
        tally.failed += 1
        tally.problem = tally.problem or before.problem
        return
    if before.state is DeliveryState.UNKNOWN:
        log.warning("delivery.outcome_unknown", key=delivery.effect_key, attempts=before.attempts)
    try:
        with activity.shield_thread_cancel_exception():  # half a letter would be of unknown outcome
            send()
    except Refused as refusal:
        ledger.settle(delivery, DeliveryState.FAILED, present(), refusal.code)
        tally.failed += 1
        tally.problem = refusal.code
        log.warning("delivery.refused", key=delivery.effect_key, problem=refusal.code)
    except NotNow as reason:
        ledger.settle(delivery, DeliveryState.PLANNED, present(), "later")
        raise ApplicationError(
            "the other side does not take it now",
            type="NotNow",
            next_retry_delay=reason.retry_after,
            non_retryable=reason.retry_after is not None,  # the lane rests for as long
        ) from reason
    else:
        ledger.settle(delivery, DeliveryState.SENT, present())
        tally.sent += 1


def present() -> datetime:
    """The server's clock as this attempt began: the one clock there is, virtual in tests."""
    return activity.info().started_time
