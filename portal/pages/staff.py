"""The page for staff: what is owed and overdue, what fails, and how well promises were kept.

Staff sign in with a token that has the scope `staff:read`. These pages show and change nothing.
"""

from datetime import timedelta

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseAttempts, DatabaseSessions
from activities.adapters.database.tokens import DatabaseTokens, id_in
from portal.context import PortalContext
from portal.pages.auth import Staff, may_look
from portal.pages.compliance import Compliance, charts_of, compliance_of
from portal.pages.forms import NO_TROUBLE, OurForm, Trouble
from portal.pages.obligations import staff_dashboard
from portal.pages.page_renderer import context_of, look_of
from portal.pages.sign_in import rough_browser_of, too_often
from portal.refusals import refused
from portal.security import computer

router = APIRouter()
log = structlog.get_logger(__name__)

PER_COMPUTER = (10, timedelta(minutes=15))
_SHOWN = 100


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


@router.get("/staff")
def desk_page(request: Request, staff: Staff) -> Response:
    """What is owed, overdue and failing."""
    context = context_of(request)
    return look_of(request).show(
        request,
        "staff.html.j2",
        area="staff",
        staff=staff,
        desk=staff_dashboard(context.engine, context.now()),
        shown=_SHOWN,
        workflow=workflow_links(context),
        compared=context.watch.last,
    )


@router.get("/staff/compliance")
def compliance_page(request: Request, staff: Staff) -> Response:
    """A year of promises, kept or not."""
    compliance = _compliance(request)
    return look_of(request).show(
        request,
        "compliance.html.j2",
        area="staff",
        staff=staff,
        compliance=compliance,
        charts=charts_of(compliance),
    )


@router.get("/staff/compliance.csv")
def compliance_csv(request: Request, staff: Staff) -> Response:
    """The same numbers for a spreadsheet."""
    del staff
    return Response(
        _compliance(request).as_csv(),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="compliance.csv"'},
    )


class WorkflowLinks:
    """Where Temporal's UI shows a workflow, if the installation says where its UI is."""

    def __init__(self, ui: str | None, namespace: str) -> None:
        self._ui = ui
        self._namespace = namespace

    def __call__(self, number: str) -> str | None:
        """The page of a number."""
        if self._ui is None:
            return None
        return f"{self._ui}/namespaces/{self._namespace}/workflows/{number}"


def workflow_links(context: PortalContext) -> WorkflowLinks:
    """Those of an installation."""
    ui = context.settings.temporal_ui_url
    return WorkflowLinks(ui, context.client.temporal.namespace)


def _compliance(request: Request) -> Compliance:
    context, look = context_of(request), look_of(request)
    return compliance_of(context.engine, look.policy(), look.vendor_times(), context.now())


def _ask(request: Request, trouble: Trouble) -> Response:
    return look_of(request).show(
        request,
        "staff_sign_in.html.j2",
        status=trouble.status,
        area="staff",
        staff=None,
        trouble=trouble,
    )
