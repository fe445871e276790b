"""Posts to the status page, once per effect."""

from temporalio import activity

from activities.delivery import Tally, content_of, deliver, present
from activities.ports import Delivery, Ledger, StatusPage
from domain.contract.effects import PostStatus
from domain.contract.receipts import DeliveryReceipt


class PostToStatusPage:
    """The activity `post_status`."""

    def __init__(self, page: StatusPage, ledger: Ledger) -> None:
        self._page = page
        self._ledger = ledger

    @activity.defn(name="post_status")
    def post_status(self, effect: PostStatus) -> DeliveryReceipt:
        """Create, update or resolve the incident."""
        tally = Tally()
        delivery = Delivery(
            effect_key=effect.key,
            recipient=effect.incident,
            channel="status_page",
            entity=effect.entity,
            event=f"status.{effect.stage}",
            message_id=effect.key,
            decided_at=effect.at,
            lane=effect.lane,
            content=content_of(effect),
        )
        deliver(self._ledger, delivery, lambda: self._page.post(effect, present()), tally)
        self._ledger.overtake(effect, present())
        return tally.receipt(effect.key)
