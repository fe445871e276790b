"""Who would get a message that is not sent yet, and the mail as each of them would read it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseLedger,
    DatabasePreferences,
)
from activities.languages import TEMPLATES, known_languages, preferred
from activities.ports import Letter, Preference
from activities.rendering import Renderer
from domain.contract.effects import (
    AudienceChange,
    NotifyClients,
    NotifyStaff,
    Person,
    Whom,
    each_once,
)
from domain.contract.receipts import DeliveryReceipt
from domain.policy import Policy
from runtime.settings import Settings

MOST_ASKED = 1_000
"""People read for one message; that there are more is said."""
NAMED = 10
THEIR_OWN = "THEIR-OWN"
"""Stands for what lets a person opt out."""
_LANGUAGES = known_languages(TEMPLATES)


@dataclass(frozen=True, slots=True)
class InLanguage:
    """The mail in one language, as one of those who get it reads it."""

    language: str
    """Its name in English, which staff read."""
    count: int
    letter: Letter


@dataclass(frozen=True, slots=True)
class ToClients:
    """One message to clients."""

    event: str
    people: Sequence[str]
    """Addresses or names of the first."""
    count: int
    more: bool
    """There are more than were counted."""
    by_telephone: int
    in_digest: int
    """Of those counted, who get it later, with their digest."""
    opted_out: int
    letters: Sequence[InLanguage]
    jointly: bool
    """Who is on several defects of the release gets one message that names them all."""


@dataclass(frozen=True, slots=True)
class ToStaff:
    """One message to a role."""

    event: str
    role: str
    places: Sequence[str]
    """All of them, as the policy has them."""
    letter: Letter


@dataclass(frozen=True, slots=True)
class Readers:
    """The people whom one message is for."""

    wanting: Sequence[tuple[Person, Preference]]
    opted_out: int
    more: bool
    """There are more than were read."""

    @property
    def by_telephone(self) -> list[str]:
        """A case of each whom staff tell."""
        return [person.cases[0] for person, _ in self.wanting if person.contact.email is None]

    def receipt(self, key: str) -> DeliveryReceipt:
        """What would come of the message."""
        spoken = self.by_telephone
        return DeliveryReceipt(
            key=key,
            sent=len(self.wanting) - len(spoken),
            opted_out=self.opted_out,
            by_telephone=spoken,
        )


class Letters:
    """The letters of one policy, with the people that the database knows."""

    def __init__(self, engine: Engine, policy: Policy, settings: Settings) -> None:
        self._engine = engine
        self._policy = policy
        self._renderer = Renderer(policy, settings.mail_from, portal_url=settings.portal_url)

    def to_clients(
        self, effect: NotifyClients, joining: Sequence[AudienceChange], at: datetime
    ) -> ToClients:
        """Who gets it, and its words per language; `joining` are changes that nobody wrote yet."""
        readers = self.readers(effect, joining)
        spoken = len(readers.by_telephone)
        return ToClients(
            event=effect.kind.value,
            people=[_called(person) for person, _ in readers.wanting[:NAMED]],
            count=len(readers.wanting) - spoken,
            more=readers.more,
            by_telephone=spoken,
            in_digest=sum(
                self._renderer.digest_due(effect, person.contact, choice, at) is not None
                for person, choice in readers.wanting
                if person.contact.email is not None
            ),
            opted_out=readers.opted_out,
            letters=[*self._by_language(effect, readers.wanting, at)],
            jointly=effect.joint is not None and effect.people is None,
        )

    def readers(self, effect: NotifyClients, joining: Sequence[AudienceChange]) -> "Readers":
        """Who gets it, but for those who have it already."""
        people = self._people(effect, joining)
        told = DatabaseLedger(self._engine).told(effect.key)
        chosen = DatabasePreferences(self._engine).of([person.recipient for person in people])
        left = [person for person in people if person.recipient not in told]
        wanting = [
            (person, chosen[person.recipient])
            for person in left
            if self._renderer.is_wanted(effect.kind, chosen[person.recipient])
        ]
        return Readers(wanting, len(left) - len(wanting), len(people) >= MOST_ASKED)

    def to_staff(self, effect: NotifyStaff, at: datetime) -> ToStaff:
        """Where it goes, and what it says."""
        places = self._policy.recipients(effect.role)
        letter = self._renderer.staff_letter(effect, places[0], at)
        return ToStaff(effect.kind.value, effect.role.value, places, letter)

    def _by_language(
        self, effect: NotifyClients, people: Sequence[tuple[Person, Preference]], at: datetime
    ) -> Iterable[InLanguage]:
        readers: dict[str, list[tuple[Person, Preference]]] = {}
        for person, choice in people:
            language = preferred(_LANGUAGES, choice.language, person.contact.language)
            readers.setdefault(language.tag, []).append((person, choice))
        for tag, those in sorted(readers.items()):
            person, choice = those[0]
            # Whoever has a token can opt its owner out: it is for their eyes.
            unsigned = replace(choice, token=THEIR_OWN)
            words = DatabaseAudience(self._engine).in_words([effect.entity, *person.cases])
            letter = self._renderer.client_letter(effect, person, at, unsigned, words=words)
            yield InLanguage(
                _LANGUAGES[tag].locale.get_language_name("en") or tag, len(those), letter
            )

    def _people(self, effect: NotifyClients, joining: Sequence[AudienceChange]) -> Sequence[Person]:
        """Those the database has once it knows who joins and leaves."""
        if effect.people is not None:
            return effect.people
        whom = effect.whom
        joined = [one for change in joining for one in change.attach]
        leaving = {gone.case for change in joining for gone in change.detach}
        new = each_once(Person(contact=one.contact, cases=[one.case]) for one in joined)
        if whom.kind == "joined":
            known = self._known(effect, new)
            return [person for person in new if person.recipient not in known]
        if whom.kind == "left":
            people = self._asked(effect, Whom())
            return [person for person in people if {*person.cases} <= leaving]
        moved = {one.case for one in joined}
        gone = leaving | moved
        people = [
            person
            for person in self._asked(effect, whom)
            if not person.cases or {*person.cases} - gone
        ]
        return each_once([*people, *new]) if whom.kind == "attached" else people

    def _asked(self, effect: NotifyClients, whom: Whom) -> Sequence[Person]:
        audience = DatabaseAudience(self._engine)
        return audience.people(effect.entity, effect.sequence, None, MOST_ASKED, whom)

    def _known(self, effect: NotifyClients, among: Sequence[Person]) -> set[str]:
        """Those of these people who are attached already."""
        addresses = [person.recipient for person in among]
        return DatabaseAudience(self._engine).attached_among(effect.entity, addresses)


def _called(person: Person) -> str:
    contact = person.contact
    return contact.email or contact.name or contact.phone or person.recipient
