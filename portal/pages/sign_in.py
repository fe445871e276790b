"""Clients sign in by a link that is mailed to them: no passwords, and no word on who is known.

The answer to an unknown address is the same, takes as long, and is counted alike. The link
leads to a page with a button, since mail programs open links before people do. It is good in the
browser that asked for it only: whoever gets hold of the mail, or has one sent, has nothing.
"""

import re
from datetime import datetime, timedelta
from secrets import token_urlsafe

import structlog
from fastapi import APIRouter, BackgroundTasks, Request, Response
from fastapi.responses import RedirectResponse

from activities.adapters.database import (
    DatabaseAttempts,
    DatabaseKnownBrowsers,
    DatabaseReadModel,
    DatabaseSessions,
    DatabaseSignInLinks,
)
from activities.adapters.database.attempts import BROWSER_KNOWN
from activities.adapters.database.sessions import OtherBrowser, hashed
from domain.addresses import recipient_key, refuse_unusable_address
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Contact
from portal.pages.auth import SignInNeeded, begin_session, person, signed_in_client
from portal.pages.client_views import public_banners
from portal.pages.forms import NO_TROUBLE, OurForm, Trouble
from portal.pages.letters import send_link
from portal.pages.page_renderer import context_of, look_of
from portal.refusals import refused
from portal.security import computer

router = APIRouter()
log = structlog.get_logger(__name__)

PER_ADDRESS = (15, timedelta(hours=1))
"""Letters one address gets that browsers asked for which it does not know."""
PER_ADDRESS_AND_COMPUTER = (5, timedelta(hours=1))
"""Of these those that one computer asked for: it cannot use up what others may ask for."""
PER_KNOWN_BROWSER = (5, timedelta(hours=1))
"""Letters one address gets by a browser it has signed in from, whatever others ask for."""
PER_COMPUTER = (20, timedelta(minutes=15))
"""Tries from one computer."""


_WANTED = re.compile(r"/(?:cases|defects)/[\w.-]{1,100}", re.ASCII)
"""Pages that emails lead to."""
_WANTED_FOR = timedelta(hours=1)


def remember_wanted(request: Request, response: Response) -> None:
    """Have the browser come back, once its client is signed in, to where an email has led it."""
    if request.method == "GET" and _WANTED.fullmatch(request.url.path):
        look_of(request).cookies.set(response, "wanted", request.url.path, _WANTED_FOR)


@router.get("/")
def front(request: Request) -> Response:
    """Where to go from the bare address of the portal."""
    try:
        signed_in_client(request)
    except SignInNeeded:
        return RedirectResponse("/sign-in", 303)
    return RedirectResponse("/cases", 303)


@router.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    """The login page, with what is ahead (R2)."""
    return _page(request, NO_TROUBLE)


@router.post("/sign-in")
def ask_for_link(request: Request, after: BackgroundTasks, form: OurForm) -> Response:
    """Send a link, if the address is a contact's; the answer does not tell whether it is."""
    context, now = context_of(request), context_of(request).now()
    try:
        email = parse(Contact, {"email": form.text("email")}).email or ""
        refuse_unusable_address("email", email)
    except InvalidCommand:
        wrong = look_of(request).words(request).refused("sign-in", "email")
        return _page(request, Trouble("sign-in", wrong, "email", form.fields))
    address, look = recipient_key(email), look_of(request)
    browser = look.cookies.read(request, "browser") or token_urlsafe(32)
    if not _may_ask(request, address, browser, now):
        return too_often(request, address)
    after.add_task(send_link, context, look, address, browser, look.wanted(request))
    response = look.show(request, "link_sent.html.j2", address=form.text("email"))
    look.cookies.set(response, "browser", browser, BROWSER_KNOWN)
    return response


def _may_ask(request: Request, address: str, browser: str, now: datetime) -> bool:
    """Whether a letter may be sent, which does not depend on who is known.

    Strangers can neither flood somebody with letters nor, by asking for too many, keep them from
    signing in: a browser that the person has signed in from is counted by itself.
    """
    engine, here = context_of(request).engine, computer(request.scope)
    attempts = DatabaseAttempts(engine)
    if DatabaseKnownBrowsers(engine).knows(browser, address, now):
        return attempts.allows("sign-in by", f"{browser} {address}", *PER_KNOWN_BROWSER, now)
    return (
        attempts.allows("sign-in from", here, *PER_COMPUTER, now)
        and attempts.allows("sign-in", f"{here} {address}", *PER_ADDRESS_AND_COMPUTER, now)
        and attempts.allows("sign-in to", address, *PER_ADDRESS, now)
    )


@router.get("/sign-in/{token}")
def link_page(request: Request, token: str) -> Response:
    """The page a link leads to: it looks nothing up, so opening it uses nothing up.

    A browser that has never asked for a link is told so at once.
    """
    look = look_of(request)
    asked = look.cookies.read(request, "browser") is not None
    page = "link.html.j2" if asked else "link_elsewhere.html.j2"
    response = look.show(request, page, token=token)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@router.post("/sign-in/{token}")
def use_link(request: Request, token: str, form: OurForm) -> Response:
    """Sign in, once; the session is a new one whatever the browser had."""
    del form
    context, look, now = context_of(request), look_of(request), context_of(request).now()
    attempts = DatabaseAttempts(context.engine)
    if not attempts.allows("link from", computer(request.scope), *PER_COMPUTER, now):
        return too_often(request)
    browser = look.cookies.read(request, "browser") or ""
    try:
        address = DatabaseSignInLinks(context.engine).use(token, browser, now)
    except OtherBrowser:
        refused("link", request.scope)
        return look.show(request, "link_elsewhere.html.j2", status=403)
    if address is None:
        refused("link", request.scope)
        return look.show(request, "link_void.html.j2", status=410)
    DatabaseKnownBrowsers(context.engine).remember(browser, address, now)
    wanted = look.cookies.read(request, "wanted") or ""
    response = RedirectResponse(wanted if _WANTED.fullmatch(wanted) else "/cases", 303)
    begin_session(request, response, "client", address)
    look.cookies.clear(response, "wanted")
    look.cookies.set(response, "browser", browser, BROWSER_KNOWN)
    # Pages that know nobody, such as the status page, speak their language too.
    look.cookies.set(response, "language", person(request, address).words.tag)
    log.info("portal.signed_in", contact=hashed(address)[:16])
    return response


@router.post("/sign-out")
def sign_out(request: Request, form: OurForm) -> Response:
    """Sign out here, or wherever one is signed in."""
    context, look = context_of(request), look_of(request)
    if token := look.cookies.read(request, "client"):
        sessions = DatabaseSessions(context.engine)
        session = sessions.find("client", token, context.now())
        if session and form.text("everywhere"):
            sessions.end_all("client", session.subject, context.now())
        sessions.end(token)
    response = RedirectResponse("/sign-in?signed_out=1", 303)
    look.cookies.clear(response, "client")
    look.cookies.clear(response, "visitor")
    return response


def too_often(request: Request, address: str | None = None) -> Response:
    """The answer to too many tries, or to too many letters; the same for every address."""
    refused("rate", request.scope, contact=address)
    return look_of(request).show(
        request,
        "problem.html.j2",
        status=429,
        what="too_often" if address is None else "too_many_links",
        back="/sign-in",
    )


def _page(request: Request, trouble: Trouble) -> Response:
    context = context_of(request)
    return look_of(request).show(
        request,
        "sign_in.html.j2",
        status=trouble.status,
        trouble=trouble,
        banners=public_banners(DatabaseReadModel(context.engine).banners(), context.now()),
        signed_out="signed_out" in request.query_params,
    )
