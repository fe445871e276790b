"""Digests: what people may opt out of, once a day in one mail, for those who want it so.

`tell_clients` puts such messages by. Whoever waits for a mail holds up nothing and nobody else.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, partial

from temporalio import activity
from temporalio.client import Client

from activities.delivery import Tally, came_back, present, was_sent
from activities.digest_letters import DigestLetters
from activities.digest_ports import LANE, Digest, DigestPart, Digests
from activities.heartbeat import BEAT_SECONDS, Heartbeater
from activities.many_mails import begin, deliver_or_give_up
from activities.ports import (
    EMAIL,
    Audience,
    Delivery,
    DeliveryState,
    Ledger,
    Letter,
    Mailbox,
    MailSession,
    NotNow,
    Policies,
    Preference,
    Preferences,
)
from domain.contract.effects import NotifyClients, Person
from domain.contract.events import DIGEST
from domain.contract.identity import DIGEST_MAIL

PAGE = 200
"""Readers read from the database at a time."""
MOST_PARTS = 50
"""Messages in one mail: who has more gets another."""
_CASES = 10
"""Of each message, of which it is looked up what they are about."""


async def begin_digest_mail(client: Client) -> None:
    """Have the digests sent that are due, unless that is under way.

    Raises:
        RPCError: the server does not take it now.
    """
    await begin(client, "DigestMailWorkflow", DIGEST_MAIL, "digests")


def put_by(
    digests: Digests,
    delivery: Delivery,
    effect: NotifyClients,
    person: Person,
    due_at: datetime,
    tally: Tally,
) -> bool:
    """Have a message wait for the digest; False where it is on its way by itself."""
    before = digests.put_by(delivery, effect, person, due_at, present())
    if before.state in (DeliveryState.SENDING, DeliveryState.UNKNOWN):
        return False
    if not (came_back(before, tally) or was_sent(before, delivery, tally)):
        tally.in_digest += 1
    return True


class MailDigests:
    """The activity `mail_digests`; `portal_url` is where links lead."""

    def __init__(
        self,
        mailbox: Mailbox,
        ledger: Ledger,
        audience: Audience,
        digests: Digests,
        preferences: Preferences,
        policies: Policies,
        mail_from: str,
        portal_url: str | None = None,
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._mailbox = mailbox
        self._ledger = ledger
        self._audience = audience
        self._digests = digests
        self._preferences = preferences
        self._beat_seconds = beat_seconds
        self._letters = cache(
            lambda policy, year: DigestLetters(policies.load(policy, year), mail_from, portal_url)
        )

    @activity.defn(name="mail_digests")
    def mail_digests(self) -> int:
        """Send what is due; answers how many mails went out in this attempt.

        Raises:
            NotNow: some wait, for the mail system or because the worker ends. What was sent is in
                the ledger: the next attempt goes on with whoever is left.
        """
        tally, waiting = Tally(), 0
        with Heartbeater(self._beat_seconds) as pulse, self._mailbox.open() as session:
            for page in self._pages(present()):
                chosen = self._preferences.of(page)
                for recipient in page:
                    waiting += not self._tell(session, recipient, chosen[recipient.lower()], tally)
                    pulse.beat(recipient, tally)
        if waiting:
            raise NotNow(f"{waiting} recipients are not accepted now")
        return tally.sent

    def _pages(self, at: datetime) -> Iterator[Sequence[str]]:
        after = None
        while page := self._digests.readers(at, after, PAGE):
            yield page
            after = page[-1]

    def _tell(
        self, session: MailSession, recipient: str, preference: Preference, tally: Tally
    ) -> bool:
        """Whether all of one reader's mails that are due are over."""
        at = present()
        while parts := self._digests.due(recipient, at, MOST_PARTS):
            if activity.is_worker_shutdown():
                raise NotNow("the worker ends")
            letters = self._letters(parts[-1].effect.policy, at.year)
            digest = self._digest(letters, recipient, parts, preference, at)
            if digest is None:
                continue
            outdated = self._digests.outdated(parts)
            left_out = [
                part
                for part in parts
                if part.delivery in outdated or not letters.is_wanted(part.effect.kind, preference)
            ]
            if left_out:
                self._digests.leave_out(digest, left_out, at)
                continue
            letter = letters.letter(digest, preference, at, self._words(parts))
            if not self._send(session, digest, letter, tally):
                return False
        return True

    def _words(self, parts: Sequence[DigestPart]) -> Mapping[str, str]:
        """What the numbers of a mail are about."""
        numbers = {
            number
            for part in parts
            for number in (part.effect.entity, part.effect.defect, *part.person.cases[:_CASES])
            if number
        }
        return self._audience.in_words(numbers)

    def _digest(
        self,
        letters: DigestLetters,
        recipient: str,
        parts: Sequence[DigestPart],
        preference: Preference,
        at: datetime,
    ) -> Digest | None:
        """The mail that these parts are in, which was tried or is now; None where others are."""
        key = parts[0].digest
        if key is not None:
            return Digest(key, recipient, parts)
        zone = letters.zone(parts[-1].person.contact, preference)
        return self._digests.begin(recipient, f"digest/{at.astimezone(zone).date()}", parts)

    def _send(self, session: MailSession, digest: Digest, letter: Letter, tally: Tally) -> bool:
        """Whether it is over; an outage of the mail system ends the attempt."""
        cases = {case for part in digest.parts for case in part.person.cases}
        delivery = Delivery(
            effect_key=digest.key,
            recipient=digest.recipient,
            channel=EMAIL,
            entity=LANE,
            event=DIGEST,
            message_id=letter.message_id,
            decided_at=min(part.due_at for part in digest.parts),
            cases=tuple(sorted(cases)),
            lane=LANE,
        )
        told = Tally()
        if not deliver_or_give_up(self._ledger, delivery, partial(session.send, letter), told):
            return False
        state = DeliveryState.FAILED if told.failed else DeliveryState.SENT
        self._digests.over(digest, letter.message_id, state, told.problem, present())
        tally.add(told)
        return True
