"""Mails the subscribers of the status page what was posted of incidents, each post once.

Posts wait in the database. Whoever waits for a mail holds up nothing: not the status page, where it
was posted before, not the mails that entities decide, and no other subscriber.
"""

from collections.abc import Iterator
from functools import cache, partial

from temporalio import activity
from temporalio.client import Client

from activities.delivery import Tally, present
from activities.heartbeat import BEAT_SECONDS, Heartbeater
from activities.many_mails import begin, deliver_or_give_up
from activities.ports import Delivery, Ledger, Mailbox, MailSession, NotNow, Policies
from activities.subscriber_letters import SubscriberLetters
from activities.subscriber_ports import LANE, IncidentPost, Subscriber, Subscribers
from domain.contract.identity import STATUS_MAIL

PAGE = 200
"""Subscribers, and posts, read from the database at a time."""
POLICY = "eto"


async def begin_status_mail(client: Client) -> None:
    """Have them told what was posted, unless that is under way.

    Raises:
        RPCError: the server does not take it now.
    """
    summary = "mails to subscribers of the status page"
    await begin(client, "StatusMailWorkflow", STATUS_MAIL, summary)


class MailSubscribers:
    """The activity `mail_subscribers`; `portal_url` is where links lead."""

    def __init__(
        self,
        mailbox: Mailbox,
        ledger: Ledger,
        subscribers: Subscribers,
        policies: Policies,
        mail_from: str,
        portal_url: str,
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._mailbox = mailbox
        self._ledger = ledger
        self._subscribers = subscribers
        self._beat_seconds = beat_seconds
        self._letters = cache(
            lambda year: SubscriberLetters(policies.load(POLICY, year), mail_from, portal_url)
        )

    @activity.defn(name="mail_subscribers")
    def mail_subscribers(self) -> int:
        """Tell what is untold, the oldest first; answers how many mails went out in this attempt.

        Who has a mail that is not accepted now gets no later one before it; the others do.

        Raises:
            NotNow: some wait, for the mail system or because the worker ends. What was sent is in
                the ledger: the next attempt goes on with whoever is left.
        """
        tally, waiting = Tally(), set[str]()
        with Heartbeater(self._beat_seconds) as pulse, self._mailbox.open() as session:
            for post in self._posts():
                for subscriber in self._due(post):
                    if activity.is_worker_shutdown():
                        raise NotNow("the worker ends")
                    if subscriber.address in waiting:
                        continue
                    if not self._tell(session, post, subscriber, tally):
                        waiting.add(subscriber.address)
                    pulse.beat(subscriber.address, tally)
                if not waiting or not any(s.address in waiting for s in self._due(post)):
                    self._subscribers.told(post, present())
        if waiting:
            raise NotNow(f"{len(waiting)} recipients are not accepted now")
        return tally.sent

    def _posts(self) -> Iterator[IncidentPost]:
        after = None
        while page := self._subscribers.untold(after, PAGE):
            yield from page
            after = page[-1]

    def _due(self, post: IncidentPost) -> Iterator[Subscriber]:
        after = None
        while page := self._subscribers.due(post, after, PAGE):
            yield from page
            after = page[-1].address

    def _tell(self, session: MailSession, post: IncidentPost, to: Subscriber, tally: Tally) -> bool:
        """Whether it is over with this one; an outage of the mail system ends the attempt."""
        at = present()
        letter = self._letters(at.year).incident(post, to, at)
        delivery = Delivery(
            effect_key=post.key,
            recipient=to.address,
            channel="email",
            entity=post.incident,
            event=f"status.{post.stage}",
            message_id=letter.message_id,
            decided_at=post.at,
            lane=LANE,
        )
        send = partial(session.send, letter)
        return deliver_or_give_up(self._ledger, delivery, send, tally)
