"""Staff sign in at an identity provider: there by a button, and back with a code that is good once.

The button's answer is a page that leads on, no redirect: a form of ours may lead to this host only
(`form-action`), and that holds for where its answer redirects. What comes back counts only in the
browser that asked, so nobody can be made to sign in as somebody else.
"""

from datetime import timedelta
from secrets import token_urlsafe

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from activities.adapters.database import (
    DatabaseAttempts,
    DatabaseBegunSignIns,
    DatabaseStaffPeople,
)
from activities.adapters.database.begun_sign_ins import LASTS, BegunSignIn
from activities.adapters.database.sessions import hashed
from portal.context import COME_BACK
from portal.identity.answers import NoAnswer
from portal.identity.person import NotLetIn, StaffPerson, staff_person
from portal.identity.provider import NotProved, Provider
from portal.pages.auth import NotHere, staff_page
from portal.pages.forms import OurForm
from portal.pages.page_renderer import context_of, look_of
from portal.pages.sign_in import too_often
from portal.pages.staff_sign_in import signed_in
from portal.refusals import refused
from portal.security import computer
from runtime.oidc import OpenIdConnect

router = APIRouter()
log = structlog.get_logger(__name__)

PER_COMPUTER = (60, timedelta(minutes=15))
"""Each asks the provider for something; a whole office may be one computer."""
_LONGEST = 4_096
"""Characters of what comes back: codes of some providers are long."""


@router.post(COME_BACK)
async def go_there(request: Request, form: OurForm) -> Response:
    """Go on to the provider.

    Raises:
        NotHere: none is named.
    """
    provider, named = _provider(request)
    begun = await run_in_threadpool(_begin, request, staff_page(form.text("to")))
    if begun is None:
        return await run_in_threadpool(too_often, request)
    try:
        url = await provider.sign_in_url(begun)
    except NoAnswer as problem:
        return await _away(request, problem)
    response = await run_in_threadpool(
        look_of(request).show,
        request,
        "staff_go_on.html.j2",
        area="staff",
        staff=None,
        url=url,
        provider=named.host,
    )
    look_of(request).cookies.set(response, "begun", begun.browser, LASTS)
    return response


@router.get(COME_BACK)
async def come_back(request: Request) -> Response:
    """Sign in by what the provider sends the browser back with.

    Raises:
        NotHere: none is named.
    """
    provider, named = _provider(request)
    begun = await run_in_threadpool(_taken, request)
    if begun is None:
        return await _refused(request, "not_begun")
    if _said(request, "iss") not in {"", named.issuer}:
        return await _refused(request, "not_proved", "another-issuer")
    code = _said(request, "code")
    if not code:
        return await _refused(request, "declined")
    try:
        claims = await provider.claims(code, begun, context_of(request).now())
        person = staff_person(claims, named)
    except NoAnswer as problem:
        return await _away(request, problem)
    except NotProved as problem:
        return await _refused(request, "not_proved", problem.why)
    except NotLetIn as problem:
        refused("role", request.scope, why=problem.why)
        return await _not_signed_in(request, problem.why, 403)
    if not await run_in_threadpool(_is_the_same, request, person, named.issuer):
        return await _refused(request, "another_person")
    return await run_in_threadpool(_let_in, request, person, begun.back_to)


def _provider(request: Request) -> tuple[Provider, OpenIdConnect]:
    context = context_of(request)
    if context.provider is None or context.settings.oidc is None:
        raise NotHere
    return context.provider, context.settings.oidc


def _begin(request: Request, to: str) -> BegunSignIn | None:
    """A sign-in for this browser; None where too many were begun."""
    context, now = context_of(request), context_of(request).now()
    attempts = DatabaseAttempts(context.engine)
    if not attempts.allows("provider from", computer(request.scope), *PER_COMPUTER, now):
        return None
    browser = look_of(request).cookies.read(request, "begun") or token_urlsafe(32)
    return DatabaseBegunSignIns(context.engine).begin(browser, to, now)


def _taken(request: Request) -> BegunSignIn | None:
    context = context_of(request)
    state, browser = _said(request, "state"), look_of(request).cookies.read(request, "begun")
    if not state or browser is None:
        return None
    return DatabaseBegunSignIns(context.engine).take(state, browser, context.now())


def _said(request: Request, name: str) -> str:
    """What came back under a name; nothing where it came twice, or is no such thing."""
    values = request.query_params.getlist(name)
    sound = len(values) == 1 and len(values[0]) <= _LONGEST
    return values[0] if sound and values[0].isascii() and values[0].isprintable() else ""


def _is_the_same(request: Request, person: StaffPerson, issuer: str) -> bool:
    """Whether this is who has that name on record."""
    people, now = DatabaseStaffPeople(context_of(request).engine), context_of(request).now()
    return people.met(person.actor, issuer, person.subject, person.name, now)


def _let_in(request: Request, person: StaffPerson, to: str) -> Response:
    response = signed_in(request, person.actor, to, name=person.name, roles=person.roles)
    look_of(request).cookies.clear(response, "begun")
    known = hashed(person.actor)[:16]
    log.info("portal.staff_signed_in", person=known, roles=sorted(person.roles))
    return response


async def _refused(request: Request, what: str, why: str | None = None) -> Response:
    refused("identity", request.scope, why=why or what)
    return await _not_signed_in(request, what, 403)


async def _away(request: Request, problem: NoAnswer) -> Response:
    log.warning("portal.provider_away", why=problem.why)
    return await _not_signed_in(request, "away", 502)


async def _not_signed_in(request: Request, what: str, status: int) -> Response:
    _, named = _provider(request)
    return await run_in_threadpool(
        look_of(request).show,
        request,
        "staff_not_signed_in.html.j2",
        status=status,
        area="staff",
        staff=None,
        what=what,
        named=named,
    )
