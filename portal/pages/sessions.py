"""Where people are signed in, and the buttons that end it: for clients, and for staff.

Clients see and end their own sessions. Staff see and end their own too; those of clients, and of
people who signed in at the identity provider, they end if they may write cases. Whoever signed in
with a token is signed out by revoking it.
"""

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseSessions
from activities.adapters.database.sessions import Session, Who, hashed
from portal.api.security import Scope
from portal.identity.person import STAFF
from portal.pages.auth import NotHere, SignedIn, Staff, StaffMember
from portal.pages.forms import NO_TROUBLE, OurForm, Trouble
from portal.pages.page_renderer import context_of, look_of

router = APIRouter()
log = structlog.get_logger(__name__)


def is_this(request: Request, session: Session) -> bool:
    """Whether a session is that of the browser that asks."""
    cookie = look_of(request).cookies.read(request, session.kind)
    return cookie is not None and hashed(cookie).startswith(session.ident)


@router.post("/sessions/end")
def end_own(person: SignedIn, form: OurForm) -> Response:
    """Sign a client out in one place, which may be here."""
    sessions = DatabaseSessions(person.context.engine)
    sessions.end_one("client", person.address, form.text("session"))
    return RedirectResponse("/preferences?done=session#sessions", 303)


@router.get("/staff/sessions")
def sessions_page(request: Request, staff: Staff) -> Response:
    """Who is signed in, the last used first."""
    return _page(request, staff, NO_TROUBLE)


@router.post("/staff/sessions/end")
def end(request: Request, staff: Staff, form: OurForm) -> Response:
    """Sign somebody out, in one place or everywhere.

    Raises:
        NotHere: a token is meant, which is to be revoked.
    """
    kind: Who = "staff" if form.text("kind") == "staff" else "client"
    subject = form.text("subject")
    if (kind, subject) != ("staff", staff.ident):
        if not _may_end_others(staff):
            trouble = Trouble("sessions", staff.lacks(Scope.CASES_WRITE), status=403)
            return _page(request, staff, trouble)
        if kind == "staff" and not subject.startswith(STAFF):
            raise NotHere
    sessions = DatabaseSessions(context_of(request).engine)
    if form.text("session"):
        sessions.end_one(kind, subject, form.text("session"))
    else:
        sessions.end_all(kind, subject, context_of(request).now())
    whose = {"contact": hashed(subject)[:16]} if kind == "client" else {}
    log.info("portal.sessions_ended", kind=kind, **staff.logged, **whose)
    return RedirectResponse("/staff/sessions", 303)


def _page(request: Request, staff: StaffMember, trouble: Trouble) -> Response:
    context = context_of(request)
    sessions, now = DatabaseSessions(context.engine), context.now()
    of_staff = sessions.live("staff", now)
    own = [session for session in of_staff if session.subject == staff.ident]
    return look_of(request).show(
        request,
        "staff_sessions.html.j2",
        status=trouble.status,
        area="staff",
        staff=staff,
        own=[(session, is_this(request, session)) for session in own],
        others=[each for each in of_staff if each.roles is not None and each not in own],
        clients=sessions.live("client", now),
        may_end=_may_end_others(staff),
        trouble=trouble,
    )


def _may_end_others(staff: StaffMember) -> bool:
    return Scope.CASES_WRITE in staff.scopes
