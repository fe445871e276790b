"""What every delivery shares: the ledger around it, and outside errors in Temporal's words."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import (
    Delivery,
    DeliveryState,
    Ledger,
    Message,
    NotNow,
    Refused,
    Spoken,
)
from domain.contract.content import content
from domain.contract.receipts import DeliveryReceipt

log = structlog.get_logger()

KEY_USED = "key_used"
"""The problem of a message whose key is that of another one, which was sent."""
GIVEN_UP = "not-now"
"""The problem of a message that a place did not take for so long that others must not wait."""
FEW_TRIES = 5
"""Before that: one that was late itself, as after an outage of ours, is not given up at once."""
MOST_BY_TELEPHONE = 500
"""People who are told one message by telephone: state and receipt name a case of each."""
TOO_MANY_CALLS = "telephone-full"
"""The problem of those who are more."""
_NOT_SAID = {
    *("key", "entity", "sequence", "at", "policy"),
    *("people", "whom", "joint", "replaceable", "replaces"),
}
"""Fields of an effect that say when, for whom and under which key."""
_OF_THE_CLOCK = {"since", "due_at", "last_text_at", "progress.at"}
"""Facts that follow from when something happened: after a reset it happens again, later."""


@dataclass
class Tally:
    """What came of one effect so far, over all its recipients."""

    sent: int = 0
    already: int = 0
    failed: int = 0
    opted_out: int = 0
    in_digest: int = 0
    by_telephone: tuple[str, ...] = ()
    problem: str | None = None

    def add(self, other: "Tally") -> None:
        """Count what came of it for further recipients, in part of the places of a role."""
        self.sent += other.sent
        self.already += other.already
        self.failed += other.failed
        self.problem = self.problem or other.problem

    def receipt(self, key: str) -> DeliveryReceipt:
        """The answer to the workflow."""
        return DeliveryReceipt(key=key, **asdict(self))


def deliver(
    ledger: Ledger,
    delivery: Delivery,
    send: Callable[[], None],
    tally: Tally,
    *,
    shared_since: datetime | None = None,
    gives_up_at: datetime | None = None,
) -> None:
    """Send one message to one recipient, unless the ledger says it was sent, or came back.

    The row says `sending` before and `sent` after: a sender that dies in between leaves a row
    whose outcome is unknown, and the repeat carries the same idempotency key (`Message-ID`).

    What was sent under the key may have said something else, since a reset takes back what was
    decided, and no mail. Then this one is refused as `key_used`, for support to say it otherwise.

    Of one that has a `shared_since`, several entities say the same under one key: whoever claims it
    first sends it, and keeps trying; for the others it counts as told.

    One that `gives_up_at` an instant counts from then on as refused, as `not-now`, once it was
    tried a few times.

    Raises:
        ApplicationError: the other side may take it later.
    """
    before = ledger.claim(delivery, present(), shared_since)
    is_anothers = shared_since is not None and before.message_id != delivery.message_id
    delivery = replace(delivery, effect_key=before.effect_key)
    if is_anothers and before.state is not DeliveryState.FAILED:
        tally.already += 1
        return
    if was_sent(before, delivery, tally) or came_back(before, tally):
        return
    if before.state is DeliveryState.DIGEST:
        tally.in_digest += 1
        return
    if before.state is DeliveryState.UNKNOWN:
        log.warning("delivery.outcome_unknown", key=delivery.effect_key, attempts=before.attempts)
    try:
        with activity.shield_thread_cancel_exception():  # half a letter would be of unknown outcome
            send()
    except Refused as refusal:
        _refused(ledger, delivery, tally, refusal.code)
    except NotNow as reason:
        if gives_up_at and present() >= gives_up_at and before.attempts >= FEW_TRIES:
            _refused(ledger, delivery, tally, GIVEN_UP)
            return
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


def note_told(ledger: Ledger, delivery: Delivery, tally: Tally) -> None:
    """Put on record that another message told the recipient the same."""
    before = ledger.claim(delivery, present())
    if came_back(before, tally):
        return
    if before.state is not DeliveryState.SENT:
        ledger.settle(delivery, DeliveryState.SENT, present())
    tally.already += 1


def _refused(ledger: Ledger, delivery: Delivery, tally: Tally, problem: str) -> None:
    ledger.settle(delivery, DeliveryState.FAILED, present(), problem)
    tally.failed += 1
    tally.problem = problem
    log.warning("delivery.refused", key=delivery.effect_key, problem=problem)


def hand_to_staff(ledger: Ledger, delivery: Delivery, spoken: Spoken, tally: Tally) -> None:
    """Have staff tell a person who has no e-mail address, unless they did."""
    if len(tally.by_telephone) >= MOST_BY_TELEPHONE:
        tally.failed += 1
        tally.problem = TOO_MANY_CALLS
        return
    before = ledger.hand_to_staff(delivery, spoken, present())
    if not was_sent(before, delivery, tally):
        tally.by_telephone = (*tally.by_telephone, delivery.cases[0])


def came_back(before: Delivery, tally: Tally) -> bool:
    """Whether a report said that it did not arrive: nothing is sent to that address again."""
    if before.state is not DeliveryState.BOUNCED:
        return False
    tally.failed += 1
    tally.problem = tally.problem or before.problem
    return True


def was_sent(before: Delivery, delivery: Delivery, tally: Tally) -> bool:
    """Whether the key was used, be it for this message or for another one."""
    if before.state is not DeliveryState.SENT:
        return False
    if before.content in (None, delivery.content):
        tally.already += 1
        return True
    tally.failed += 1
    tally.problem = KEY_USED
    log.warning("delivery.key_used", key=delivery.effect_key)
    return True


def content_of(effect: Message) -> str:
    """A hash of what an effect says, whatever the words and the language it is rendered in."""
    said = content(effect, exclude=_NOT_SAID, of_the_clock=_OF_THE_CLOCK)
    return hashlib.sha256(said.encode()).hexdigest()


def present() -> datetime:
    """The server's clock as this attempt began: the one clock there is, virtual in tests."""
    return activity.info().started_time
