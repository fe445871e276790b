"""Staff sign in with a token that has the scope `staff:read`, and sign out.

Where an identity provider is named they sign in there instead: `provider_sign_in.py`.
"""

from collections.abc import Collection
from datetime import timedelta

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseAttempts, DatabaseSessions
from activities.adapters.database.tokens import DatabaseTokens, id_in
from portal.identity.answers import NoAnswer
from portal.pages.auth import begin_session, may_look, staff_page
from portal.pages.forms import NO_TROUBLE, OurForm, Trouble
from portal.pages.page_renderer import context_of, look_of
from portal.pages.sign_in import too_often
from portal.refusals import refused
from portal.security import computer, public_url

router = APIRouter()
log = structlog.get_logger(__name__)

PER_COMPUTER = (10, timedelta(minutes=15))


@router.get("/staff/sign-in")
def sign_in_page(request: Request) -> Response:
    """Where a token is asked for, or one goes on to the identity provider."""
    return _ask(request, NO_TROUBLE, request.query_params.get("to", ""))


@router.post("/staff/sign-in")
def sign_in(request: Request, form: OurForm) -> Response:
    """Sign in with a token; the token itself is not kept."""
    context, now = context_of(request), context_of(request).now()
    attempts = DatabaseAttempts(context.engine)
    if not attempts.allows("staff from", computer(request.scope), *PER_COMPUTER, now):
        return too_often(request)
    token = DatabaseTokens(context.engine).known(form.text("token"), now)
    if token is None or not may_look(token):
        refused("staff_token", request.scope, token=id_in(form.text("token")))
        return _ask(
            request,
            Trouble("staff", "This token is not valid for this page.", "token"),
            form.text("to"),
        )
    log.info("portal.staff_signed_in", token=token.id)
    return signed_in(request, token.id, form.text("to"))


def signed_in(
    request: Request,
    subject: str,
    to: str,
    *,
    name: str | None = None,
    roles: Collection[str] | None = None,
) -> Response:
    """Begin a session, and go to a page for staff."""
    response = RedirectResponse(staff_page(to), 303)
    begin_session(request, response, "staff", subject, name=name, roles=roles)
    return response


@router.post("/staff/sign-out")
async def sign_out(request: Request, form: OurForm) -> Response:
    """Sign out here, and at the identity provider where it was there that one signed in."""
    del form
    look = look_of(request)
    url = await _leaving(request) if await run_in_threadpool(_ended, request) else None
    if url is None:
        response: Response = RedirectResponse("/staff/sign-in", 303)
    else:
        response = look.show(request, "staff_leave.html.j2", area="staff", staff=None, url=url)
    look.cookies.clear(response, "staff")
    look.cookies.clear(response, "visitor")
    return response


def _ended(request: Request) -> bool:
    """End the session; answers whether it was that of a person whom the provider knows."""
    context = context_of(request)
    sessions = DatabaseSessions(context.engine)
    cookie = look_of(request).cookies.read(request, "staff")
    if cookie is None:
        return False
    session = sessions.find("staff", cookie, context.now())
    sessions.end(cookie)
    return session is not None and session.roles is not None


async def _leaving(request: Request) -> str | None:
    """Where to sign out of the provider; None where there is no such page, or no answer."""
    context = context_of(request)
    if context.provider is None:
        return None
    back = f"{public_url(context.settings)}/staff/sign-in"
    try:
        return await context.provider.sign_out_url(back)
    except NoAnswer as problem:
        log.warning("portal.provider_away", why=problem.why)
        return None


def _ask(request: Request, trouble: Trouble, to: str) -> Response:
    provider = context_of(request).settings.oidc
    return look_of(request).show(
        request,
        "staff_sign_in.html.j2",
        status=trouble.status,
        area="staff",
        staff=None,
        trouble=trouble,
        provider=provider and provider.host,
        to=staff_page(to),
    )
