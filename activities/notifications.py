"""Tells people: one activity per effect, however many recipients."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.delivery import Tally, content_of, deliver, hand_to_staff, note_told, present
from activities.digest import put_by
from activities.digest_ports import Digests
from activities.heartbeat import BEAT_SECONDS, Heartbeater
from activities.joint_letters import JointLetters
from activities.joint_ports import JointMessages, JointPart
from activities.ports import (
    APPRISE,
    EMAIL,
    TELEPHONE,
    Audience,
    Delivery,
    Ledger,
    Letter,
    Mailbox,
    MailSession,
    Places,
    Policies,
    Preference,
    Preferences,
    Spoken,
    shared_key,
)
from activities.rendering import Renderer
from domain.addresses import recipient_key
from domain.contract.effects import Lane, NotifyClients, NotifyStaff, Person
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.receipts import DeliveryReceipt
from domain.policy import Policy
from domain.staff_places import place_name

ONE_FOR_ALL = {Lane.CLIENTS, Lane.STATUS_PAGE, Lane.READ_MODEL}
"""Lanes whose destination is the same for all: where it is down, all that write there notice."""
PAGE = 200
"""Recipients read from the database at a time."""
_LOOKED_UP = 200
"""Numbers of one letter of which is asked what they are about."""
PATIENCE = timedelta(minutes=30)
"""For so long a place that is down holds up what staff are told after this, elsewhere too."""


class Notifications:
    """The activities `tell_clients` and `tell_staff`.

    `portal_url` is where people reach the portal: mails they may opt out of lead there. Without
    `digests` nothing waits for one.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        ledger: Ledger,
        audience: Audience,
        policies: Policies,
        mail_from: str,
        preferences: Preferences,
        places: Places,
        joint_messages: JointMessages,
        portal_url: str | None = None,
        beat_seconds: float = BEAT_SECONDS,
        digests: Digests | None = None,
    ) -> None:
        self._mailbox = mailbox
        self._ledger = ledger
        self._audience = audience
        self._policies = policies
        self._mail_from = mail_from
        self._preferences = preferences
        self._places = places
        self._joint = JointLetters(joint_messages, ledger)
        self._portal_url = portal_url
        self._beat_seconds = beat_seconds
        self._digests = digests
        self._renderer = cache(self._make_renderer)

    @activity.defn(name="tell_clients")
    def tell_clients(self, effect: NotifyClients) -> DeliveryReceipt:
        """One message to each person who wants it, as far as the policy asks what they want.

        Staff tell those who have no e-mail address.
        Goes on behind the last one where an attempt broke off.
        """
        renderer = self._renderer(effect.policy, effect.at.year)
        with Heartbeater(self._beat_seconds) as pulse, self._mailbox.open() as session:
            after, tally = pulse.resumed()
            for person, preference in self._people(effect, after):
                if renderer.is_wanted(effect.kind, preference):
                    self._tell(session, renderer, effect, tally, person, preference)
                else:
                    tally.opted_out += 1
                pulse.beat(person.recipient, tally)
        self._ledger.overtake(effect, present())
        return tally.receipt(effect.key).model_copy(update={"cases": self._cases(effect)})

    @activity.defn(name="tell_staff")
    def tell_staff(self, effect: NotifyStaff) -> DeliveryReceipt:
        """One message to each place that the policy names for the role.

        All are tried before one that is down is tried again, and support hears, where it can, of
        each that refused. An outage is told once, whatever meets it within an hour.

        Raises:
            ApplicationError: some of them may take it later.
        """
        policy = self._policies.load(effect.policy, effect.at.year)
        tally, later = Tally(), list[ApplicationError]()
        with Heartbeater(self._beat_seconds), self._mailbox.open() as session:

            def tell(notice: NotifyStaff, recipient: str) -> Tally:
                told = Tally()
                try:
                    self._tell_at(session, notice, recipient, told)
                except ApplicationError as reason:
                    later.append(reason)
                return told

            came_of_it = {to: tell(effect, to) for to in policy.recipients(effect.role)}
            for told in came_of_it.values():
                tally.add(told)
            for notice, recipient in _about_failing(effect, came_of_it, policy):
                tell(notice, recipient)
        if later:
            raise min(later, key=lambda reason: reason.next_retry_delay or timedelta())
        self._ledger.overtake(effect, present())
        return tally.receipt(effect.key)

    def _tell_at(
        self, session: MailSession, notice: NotifyStaff, recipient: str, tally: Tally
    ) -> None:
        renderer = self._renderer(notice.policy, notice.at.year)
        letter = renderer.staff_letter(notice, recipient, present())
        cases, place = [notice.case] if notice.case else [], place_name(recipient)
        to, channel = (place, APPRISE) if place else (recipient_key(recipient), EMAIL)
        delivery = self._delivery(notice, letter.message_id, cases, to, channel)
        about, since = _shared(notice) or ("", None)
        if since is not None:
            delivery = replace(delivery, effect_key=shared_key(about, since), content=None)
        deliver(
            self._ledger,
            delivery,
            lambda: self._places.tell(place, letter) if place else session.send(letter),
            tally,
            shared_since=since,
            gives_up_at=notice.at + PATIENCE if place else None,
        )

    def _tell(
        self,
        session: MailSession,
        renderer: Renderer,
        effect: NotifyClients,
        tally: Tally,
        person: Person,
        preference: Preference,
    ) -> None:
        write, joint = partial(self._write, renderer, effect, person, preference), effect.joint
        due_at = self._digest_due(renderer, effect, person, preference)
        email = person.contact.email
        if email is None:
            self._hand_to_staff(effect, write(), tally, person)
            return

        def addressed(part: JointPart | None = None) -> Delivery:
            ident = renderer.id_of(effect, email, part)
            return self._delivery(effect, ident, person.cases, recipient_key(email), EMAIL)

        if joint and effect.kind is not ClientEvent.RELEASE_NOTICE:
            self._joint.tell(session, joint, addressed, write, tally)
        elif joint and self._joint.is_reminded(joint, addressed()):
            # By their defect, at the same instant and with the same news (R2, R5).
            note_told(self._ledger, addressed(JointPart(1)), tally)
        else:
            self._send(session, effect, addressed(), write, tally, person, due_at)

    def _cases(self, effect: NotifyClients) -> int | None:
        """The cases on account of which everyone attached was told, for the entity to compare."""
        if not effect.is_to_all_attached:
            return None
        return self._audience.count(effect.entity, effect.sequence)

    def _people(
        self, effect: NotifyClients, after: str | None
    ) -> Iterator[tuple[Person, Preference]]:
        """Those it is for, behind `after`, with what they chose: asked once for each page."""
        for page in self._pages(effect, after):
            addresses = [person.recipient for person in page]
            chosen = self._preferences.of(addresses)
            yield from ((p, chosen[a]) for p, a in zip(page, addresses, strict=True))

    def _pages(self, effect: NotifyClients, after: str | None) -> Iterator[Sequence[Person]]:
        if effect.people is not None:
            behind = _behind(effect.people, after)
            yield from (behind[n : n + PAGE] for n in range(0, len(behind), PAGE))
            return
        while page := self._audience.people(
            effect.entity, effect.sequence, after, PAGE, effect.whom
        ):
            yield page
            if len(page) < PAGE and effect.whom.kind != "newsletter":
                return  # The last. Readers may move while a page is read: theirs may be short.
            after = page[-1].recipient

    def _write(
        self,
        renderer: Renderer,
        effect: NotifyClients,
        person: Person,
        preference: Preference,
        part: JointPart | None = None,
    ) -> Letter:
        numbers = [*filter(None, [effect.defect, effect.entity]), *person.cases]
        words = self._audience.in_words([*numbers, *(part.cases if part else ())][:_LOOKED_UP])
        reminds, news = ClientEvent.DEFECT_RELEASE_REMINDER, ClientEvent.RELEASE_NOTICE
        if effect.kind is reminds and effect.release and renderer.is_wanted(news, preference):
            announcement = self._audience.announcement(effect.release)
            effect = effect.model_copy(update={"facts": effect.facts | {"news": announcement}})
        return renderer.client_letter(effect, person, present(), preference, part, words)

    def _send(
        self,
        session: MailSession,
        effect: NotifyClients,
        delivery: Delivery,
        write: Callable[[], Letter],
        tally: Tally,
        person: Person,
        due_at: datetime | None,
    ) -> None:
        letter = write()
        if not self._put_by(delivery, effect, person, due_at, tally):
            deliver(self._ledger, delivery, lambda: session.send(letter), tally)

    def _digest_due(
        self, renderer: Renderer, effect: NotifyClients, person: Person, preference: Preference
    ) -> datetime | None:
        if self._digests is None:
            return None
        return renderer.digest_due(effect, person.contact, preference, present())

    def _put_by(
        self,
        delivery: Delivery,
        effect: NotifyClients,
        person: Person,
        due_at: datetime | None,
        tally: Tally,
    ) -> bool:
        """Whether it waits for the digest that they want, or went out with one."""
        if self._digests is None or due_at is None:
            return False
        return put_by(self._digests, delivery, effect, person, due_at, tally)

    def _hand_to_staff(
        self, effect: NotifyClients, letter: Letter, tally: Tally, person: Person
    ) -> None:
        who = person.contact
        spoken = Spoken(who.name, who.phone, letter.subject, letter.text)
        delivery = self._delivery(
            effect, letter.message_id, person.cases, person.recipient, TELEPHONE
        )
        hand_to_staff(self._ledger, delivery, spoken, tally)

    @staticmethod
    def _delivery(
        effect: NotifyClients | NotifyStaff,
        ident: str,
        cases: list[str],
        recipient: str,
        channel: str,
    ) -> Delivery:
        return Delivery(
            effect_key=effect.key,
            recipient=recipient,
            channel=channel,
            entity=effect.entity,
            event=effect.kind.value,
            message_id=ident,
            decided_at=effect.at,
            cases=tuple(cases),
            lane=effect.lane,
            content=content_of(effect),
        )

    def _make_renderer(self, policy: str, year: int) -> Renderer:
        loaded = self._policies.load(policy, year)
        return Renderer(loaded, self._mail_from, portal_url=self._portal_url)


def _shared(notice: NotifyStaff) -> tuple[str, datetime] | None:
    """What all who meet an outage tell alike, and when that began; None for anything else."""
    facts = notice.facts
    lane, place, since = facts.get("lane"), facts.get("place"), facts.get("since")
    if notice.kind is not StaffEvent.DELIVERY_FAILING or not isinstance(since, str):
        return None
    if place:
        return f"{notice.kind}/{lane}/{place}/", datetime.fromisoformat(since)
    if facts.get("failed") or lane not in ONE_FOR_ALL:
        return None
    return f"{notice.kind}/{lane}/", datetime.fromisoformat(since)


def _about_failing(
    effect: NotifyStaff, came_of_it: Mapping[str, Tally], policy: Policy
) -> Iterator[tuple[NotifyStaff, str]]:
    """What support is told, and where, of places that did not take an effect for good.

    Who has one address alone is left to the page for staff, where all that failed is listed.
    """
    failed = {place: told.problem for place, told in came_of_it.items() if told.failed}
    if len(came_of_it) == 1 and not any(map(place_name, failed)):
        return
    for place, problem in failed.items():
        facts = {
            "lane": effect.lane.value,
            "event": effect.event,
            "problem": problem,
            "failed": 1,
            "since": effect.at.isoformat(),
            "place": place,
        }
        for recipient in policy.recipients(Role.SUPPORT):
            if recipient not in failed:
                changed = {
                    "key": f"{effect.key}/{place}",
                    "kind": StaffEvent.DELIVERY_FAILING,
                    "role": Role.SUPPORT,
                    "facts": facts,
                }
                yield effect.model_copy(update=changed), recipient


def _behind(people: Sequence[Person], after: str | None) -> Sequence[Person]:
    """The people who come after that address, in the order they are named."""
    addresses = [person.recipient for person in people]
    return people[addresses.index(after) + 1 :] if after in addresses else people
