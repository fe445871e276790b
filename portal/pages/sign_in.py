"""Clients sign in by a link that is mailed to them: no passwords, and no word on who is known.

The answer to an unknown address is the same, takes as long, and is counted alike. The link
leads to a page with a button, since mail programs open links before people do.
"""

from datetime import timedelta

import structlog
from fastapi import APIRouter, BackgroundTasks, Request, Response
from fastapi.responses import RedirectResponse

from activities.adapters.database import (
    DatabaseAttempts,
    DatabaseReadModel,
    DatabaseSessions,
    DatabaseSignInLinks,
)
from activities.adapters.database.sessions import hashed
from domain.addresses import recipient_key, refuse_unusable_address
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Contact
from portal.pages.auth import SignInNeeded, person, signed_in_client
from portal.pages.client_views import public_banners
from portal.pages.forms import NO_TROUBLE, OurForm, Trouble
from portal.pages.letters import send_link
from portal.pages.page_renderer import context_of, look_of

router = APIRouter()
log = structlog.get_logger(__name__)

PER_ADDRESS = (5, timedelta(hours=1))
"""Letters one address gets."""
PER_COMPUTER = (20, timedelta(minutes=15))
"""Tries from one computer."""


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
    address = recipient_key(email)
    attempts = DatabaseAttempts(context.engine)
    if not attempts.allows("sign-in from", computer(request), *PER_COMPUTER, now):
        return too_often(request)
    token = DatabaseSignInLinks(context.engine).make(address, now)
    if attempts.allows("sign-in to", address, *PER_ADDRESS, now):
        look = look_of(request)
        after.add_task(send_link, context, look, address, token, look.wanted(request))
    return look_of(request).show(request, "link_sent.html.j2", address=form.text("email"))


@router.get("/sign-in/{token}")
def link_page(request: Request, token: str) -> Response:
    """The page a link leads to: it looks nothing up, so opening it uses nothing up."""
    response = look_of(request).show(request, "link.html.j2", token=token)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@router.post("/sign-in/{token}")
def use_link(request: Request, token: str, form: OurForm) -> Response:
    """Sign in, once; the session is a new one whatever the browser had."""
    del form
    context, look, now = context_of(request), look_of(request), context_of(request).now()
    attempts = DatabaseAttempts(context.engine)
    if not attempts.allows("link from", computer(request), *PER_COMPUTER, now):
        return too_often(request)
    address = DatabaseSignInLinks(context.engine).use(token, now)
    if address is None:
        return look.show(request, "link_void.html.j2", status=410)
    sessions = DatabaseSessions(context.engine)
    if before := look.cookies.read(request, "client"):
        sessions.end(before)
    response = RedirectResponse("/cases", 303)
    look.cookies.set(response, "client", sessions.begin("client", address, now))
    # Pages that know nobody, such as the status page, speak their language too.
    look.cookies.set(response, "language", person(request, address).words.tag)
    look.cookies.clear(response, "visitor")
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
            sessions.end_all("client", session.subject)
        sessions.end(token)
    response = RedirectResponse("/sign-in?signed_out=1", 303)
    look.cookies.clear(response, "client")
    return response


def computer(request: Request) -> str:
    """Where a request comes from, as far as the server knows; counted by its hash only."""
    return request.client.host if request.client else "unknown"


def too_often(request: Request) -> Response:
    """The answer to too many tries; the same for every address."""
    return look_of(request).show(
        request,
        "problem.html.j2",
        status=429,
        what="too_often",
        back="/sign-in",
    )


def _page(request: Request, trouble: Trouble) -> Response:
    context = context_of(request)
    return look_of(request).show(
        request,
        "sign_in.html.j2",
        status=200 if trouble is NO_TROUBLE else 422,
        trouble=trouble,
        banners=public_banners(DatabaseReadModel(context.engine).banners(), context.now()),
        signed_out="signed_out" in request.query_params,
    )
