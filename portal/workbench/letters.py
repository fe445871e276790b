"""Who would get a message that is not sent yet, and the mail as each of them would read it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from activities.adapters.database import DatabaseAudience, DatabasePreferences
from activities.languages import TEMPLATES, known_languages, preferred
from activities.ports import Letter, Preference
from activities.rendering import Renderer
from domain.contract.effects import AudienceChange, NotifyClients, NotifyStaff, Person, each_once
from domain.policy import Policy
from portal.security import public_url
from runtime.settings import Settings

MOST_ASKED = 1_000
"""People read for one message; that there are more is said."""
NAMED = 10
_LANGUAGES = known_languages(TEMPLATES)


@dataclass(frozen=True, slots=True)
class InLanguage:
    """The mail in one language, as one of those who get it reads it."""

    language: str
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
    opted_out: int
    letters: Sequence[InLanguage]


@dataclass(frozen=True, slots=True)
class ToStaff:
    """One message to a role."""

    event: str
    role: str
    places: Sequence[str]
    """All of them, as the policy has them."""
    letter: Letter


class Letters:
    """The letters of one policy, with the people that the database knows."""

    def __init__(self, engine: Engine, policy: Policy, settings: Settings) -> None:
        self._engine = engine
        self._policy = policy
        self._renderer = Renderer(policy, settings.mail_from, portal_url=public_url(settings))

    def to_clients(
        self, effect: NotifyClients, joining: Sequence[AudienceChange], at: datetime
    ) -> ToClients:
        """Who gets it, and its words per language; `joining` are changes that nobody wrote yet."""
        people = self._people(effect, joining)
        chosen = DatabasePreferences(self._engine).of([person.recipient for person in people])
        wanting = [
            (person, chosen[person.recipient])
            for person in people
            if self._renderer.is_wanted(effect.kind, chosen[person.recipient])
        ]
        mailed = [(person, choice) for person, choice in wanting if person.contact.email]
        return ToClients(
            event=effect.kind.value,
            people=[_called(person) for person, _ in wanting[:NAMED]],
            count=len(mailed),
            more=len(people) >= MOST_ASKED,
            by_telephone=len(wanting) - len(mailed),
            opted_out=len(people) - len(wanting),
            letters=[*self._by_language(effect, wanting, at)],
        )

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
            letter = self._renderer.client_letter(effect, person, at, choice)
            yield InLanguage(tag, len(those), letter)

    def _people(self, effect: NotifyClients, joining: Sequence[AudienceChange]) -> Sequence[Person]:
        if effect.people is not None:
            return effect.people
        if effect.whom.kind == "joined":
            attached = [one for change in joining for one in change.attach]
            return each_once(Person(contact=one.contact, cases=[one.case]) for one in attached)
        leaving = {gone.case for change in joining for gone in change.detach}
        whom = effect.whom
        if whom.kind == "left":
            whom = whom.model_copy(update={"kind": "attached"})
        known = DatabaseAudience(self._engine).people(
            effect.entity, effect.sequence, None, MOST_ASKED, whom
        )
        if effect.whom.kind == "left":
            return [person for person in known if leaving & {*person.cases}]
        return [person for person in known if not person.cases or {*person.cases} - leaving]


def _called(person: Person) -> str:
    contact = person.contact
    return contact.email or contact.name or contact.phone or person.recipient
