"""Staff sign in with a token that has the scope `staff:read`, and sign out."""

from datetime import timedelta

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseAttempts, DatabaseSessions
from activities.adapters.database.tokens import DatabaseTokens, id_in
from portal.pages.auth import may_look
from portal.pages.forms import NO_TROUBLE, OurForm, Trouble
from portal.pages.page_renderer import context_of, look_of
from portal.pages.sign_in import rough_browser_of, too_often
from portal.refusals import refused
from portal.security import computer

router = APIRouter()
log = structlog.get_logger(__name__)

PER_COMPUTER = (10, timedelta(minutes=15))


@router.get("/staff/sign-in")
def sign_in_page(request: Request) -> Response:
    """Where a token is asked for."""
    return _ask(request, NO_TROUBLE)


@router.post("/staff/sign-in")
def sign_in(request: Request, form: OurForm) -> Response:
    """Sign in with a token; the token itself is not kept."""
    context, look, now = context_of(request), look_of(request), context_of(request).now()
    attempts = DatabaseAttempts(context.engine)
    if not attempts.allows("staff from", computer(request.scope), *PER_COMPUTER, now):
        return too_often(request)
    token = DatabaseTokens(context.engine).known(form.text("token"), now)
    if token is None or not may_look(token):
        refused("staff_token", request.scope, token=id_in(form.text("token")))
        return _ask(request, Trouble("staff", "This token is not valid for this page.", "token"))
    sessions = DatabaseSessions(context.engine)
    if before := look.cookies.read(request, "staff"):
        sessions.end(before)
    begun = sessions.begin("staff", token.id, now, rough_browser_of(request))
    response = RedirectResponse("/staff", 303)
    look.cookies.set(response, "staff", begun)
    look.cookies.clear(response, "visitor")
    log.info("portal.staff_signed_in", token=token.id)
    return response


@router.post("/staff/sign-out")
def sign_out(request: Request, form: OurForm) -> Response:
    """Sign out here."""
    del form
    look = look_of(request)
    if cookie := look.cookies.read(request, "staff"):
        DatabaseSessions(context_of(request).engine).end(cookie)
    response = RedirectResponse("/staff/sign-in", 303)
    look.cookies.clear(response, "staff")
    return response


def _ask(request: Request, trouble: Trouble) -> Response:
    return look_of(request).show(
        request,
        "staff_sign_in.html.j2",
        status=trouble.status,
        area="staff",
        staff=None,
        trouble=trouble,
    )
