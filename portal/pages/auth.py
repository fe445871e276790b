"""Who is looking: a client's contact or a member of staff, by the session of their cookie."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Request, Response

from activities.adapters.database import DatabaseContacts, DatabasePreferences, DatabaseSessions
from activities.adapters.database.contacts import Attached
from activities.adapters.database.sessions import Session, Who, hashed
from activities.adapters.database.tokens import DatabaseTokens, Token
from activities.languages import preferred, zone_of
from activities.ports import Preference
from portal.api.security import granted
from portal.context import PortalContext
from portal.keys import key_of
from portal.pages.browsers import rough_browser
from portal.pages.i18n import TRANSLATIONS, Translations
from portal.pages.local_time import Times
from portal.pages.page_renderer import context_of, look_of
from portal.roles import scopes_of

STAFF_SCOPE = "staff:read"
ASKS_BY_ITSELF = "/staff/queue/changes"
"""What an open page asks for again and again, whether anybody looks at it or not."""
_STAFF_PAGE = re.compile(r"/staff(?!/sign-)(?:/[\w.%-]+)*(?:\?[\w.%=&+-]*)?", re.ASCII)
_LONGEST = 500


class SignInNeeded(Exception):  # noqa: N818 - it is an answer
    """No one is signed in, or not any more."""

    def __init__(self, kind: Who) -> None:
        super().__init__(kind)
        self.kind: Who = kind


class NotHere(Exception):  # noqa: N818 - it is an answer
    """No such page, or nothing of that number that this reader may see: the two look the same."""


@dataclass(frozen=True)
class Person:
    """A client's contact who is signed in."""

    context: PortalContext
    scope: Mapping[str, Any]
    """Of the request that they make."""
    address: str
    name: str | None
    language: str | None
    """Of the contact, as the newest case has it."""
    contact_zone: str | None
    preference: Preference
    times: Times

    @property
    def words(self) -> Translations:
        """What the pages say to them, in their language."""
        return self.times.words

    @property
    def actor(self) -> str:
        """Who they are in commands and logs: opaque, the same for ever."""
        return f"contact-{hashed(self.address)[:16]}"

    def key(self, form_key: str) -> str | None:
        """The key of a form, made when its page was: sent twice, it counts once, for them alone."""
        return key_of("form", self.actor, form_key) if form_key else None

    def contact(self) -> dict[str, Any]:
        """Themselves, for a new case."""
        return {
            "email": self.address,
            "name": self.name,
            "time_zone": self.contact_zone,
            "language": self.language,
        }

    def clients(self) -> list[str]:
        """The clients they are a contact of."""
        return list(DatabaseContacts(self.context.engine).clients(self.address))

    def case(self, number: str) -> Attached:
        """A case of theirs.

        Raises:
            NotHere: there is none, or another person is its contact.
        """
        return self._one(DatabaseContacts(self.context.engine).cases(self.address, number))

    def defect(self, number: str) -> Attached:
        """A defect they are attached to.

        Raises:
            NotHere: there is none, or none of their cases is on it.
        """
        return self._one(DatabaseContacts(self.context.engine).defects(self.address, number))

    @staticmethod
    def _one(found: Any) -> Attached:
        if not found:
            raise NotHere
        attached: Attached = found[0]
        return attached


def begin_session(
    request: Request,
    response: Response,
    kind: Who,
    subject: str,
    *,
    name: str | None = None,
    roles: Collection[str] | None = None,
) -> None:
    """Sign somebody in, by a new session whatever the browser had.

    Forms that the same person left open stay theirs: what their tokens were made of, and opens
    nothing any more, is kept for that alone.
    """
    context, cookies = context_of(request), look_of(request).cookies
    sessions = DatabaseSessions(context.engine)
    before = cookies.read(request, kind)
    theirs = before if before and sessions.subject(kind, before) == subject else None
    if before:
        sessions.end(before)
    browser = rough_browser(request.headers.get("user-agent", ""))
    begun = sessions.begin(kind, subject, context.now(), browser, name=name, roles=roles)
    cookies.set(response, kind, begun)
    if theirs:
        cookies.set(response, "visitor", theirs)
    else:
        cookies.clear(response, "visitor")


def is_known(request: Request, kind: Who) -> bool:
    """Whether it is known whose session the browser had, so that forms left open may be sent."""
    token = look_of(request).cookies.read(request, kind)
    return bool(token and DatabaseSessions(context_of(request).engine).subject(kind, token))


def signed_in_client(request: Request) -> Person:
    """The contact who is signed in.

    Raises:
        SignInNeeded: no client is.
    """
    context = context_of(request)
    token = look_of(request).cookies.read(request, "client")
    session = token and DatabaseSessions(context.engine).find("client", token, context.now())
    if not session:
        raise SignInNeeded("client")
    return person(request, session.subject)


SignedIn = Annotated[Person, Depends(signed_in_client)]


def person(request: Request, address: str) -> Person:
    """A person by their address: as they chose, as their contact says, or as we do.

    That goes for their zone and for their language, which are those of their mails. Who never said
    one reads what their browser asks for.
    """
    context, look = context_of(request), look_of(request)
    known = DatabaseContacts(context.engine).known(address)
    chosen = DatabasePreferences(context.engine).of([address])[address]
    contact_zone = known.time_zone if known else None
    zone = zone_of(chosen.time_zone) or zone_of(contact_zone)
    language = known.language if known else None
    words = preferred(TRANSLATIONS, chosen.language, language, *look.wanted(request))
    request.state.words = words  # For what is shown instead of a page of theirs.
    return Person(
        context=context,
        scope=request.scope,
        address=address,
        name=known.name if known else None,
        language=language,
        contact_zone=contact_zone,
        preference=chosen,
        times=Times(zone, words) if zone else look.vendor_times(words),
    )


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody of the vendor who is signed in: what every page for staff knows of them."""

    ident: str
    """Whose sessions are theirs: the token's id, or a person's actor."""
    actor: str
    """Who they are in commands and on record."""
    shown: str
    """How they are called on pages."""
    scopes: frozenset[str]
    """What they may do."""
    by: Literal["token", "person"] = "token"
    """Whether a token was shown, or an identity provider knows the person."""

    @property
    def logged(self) -> dict[str, str]:
        """How a line of the log names them."""
        return {self.by: self.ident if self.by == "token" else hashed(self.actor)[:16]}

    def lacks(self, scope: str) -> str:
        """What they are told who may not do something."""
        return f"Your {'token' if self.by == 'token' else 'role'} lacks the scope {scope}."


def signed_in_staff(request: Request) -> StaffMember:
    """Who is signed in: with a token, which must still be good, or at the identity provider.

    Raises:
        SignInNeeded: no one is, or the token was revoked or has expired, or there is no provider
            any more.
    """
    context = context_of(request)
    cookie = look_of(request).cookies.read(request, "staff")
    sessions, by_itself = DatabaseSessions(context.engine), request.url.path == ASKS_BY_ITSELF
    session = cookie and sessions.find("staff", cookie, context.now(), by_itself=by_itself)
    if not session:
        raise SignInNeeded("staff")
    if session.roles is not None:
        return _person_of(session, context)
    for token in DatabaseTokens(context.engine).all():
        if token.id == session.subject and may_look(token) and token.valid(context.now()):
            return StaffMember(token.id, token.name, token.name, granted(token))
    raise SignInNeeded("staff")


def _person_of(session: Session, context: PortalContext) -> StaffMember:
    scopes = scopes_of(session.roles or ())
    if context.settings.oidc is None or STAFF_SCOPE not in scopes:
        raise SignInNeeded("staff")
    shown = session.name or session.subject
    return StaffMember(session.subject, session.subject, shown, scopes, "person")


Staff = Annotated[StaffMember, Depends(signed_in_staff)]


def may_look(token: Token) -> bool:
    """Whether a token opens the page for staff."""
    return STAFF_SCOPE in token.scopes


def staff_page(path: str) -> str:
    """A page for staff to go on to, whatever was sent: the first one instead of anything else."""
    return path if _STAFF_PAGE.fullmatch(path) and len(path) <= _LONGEST else "/staff"
