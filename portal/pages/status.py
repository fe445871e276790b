"""The public status page, its feed, and JSON for programs that read Statuspage.

It says what was posted for the public and nothing else. That an update is overdue is for staff.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from portal.pages.auth import NotHere
from portal.pages.forms import NO_TROUBLE, Trouble
from portal.pages.page_renderer import context_of, look_of
from portal.pages.status_feeds import (
    Shape,
    atom,
    incidents_json,
    maintenances_json,
    status_json,
    summary_json,
)
from portal.pages.status_history import History, PublicIncident, history_of
from portal.security import public_url

router = APIRouter()

_KEPT = "public, max-age=30"
"""Readers come in crowds when something is wrong."""


@router.get("/status")
def status_page(request: Request) -> Response:
    """What is going on now, what is ahead, and ninety days back."""
    return _public(show_status(request, NO_TROUBLE))


@router.get("/status/incidents/{ident}")
def incident_page(request: Request, ident: str) -> Response:
    """One incident, to link to."""
    return _public(show_incident(request, incident_of(request, ident), NO_TROUBLE))


@router.get("/status/feed.atom")
def feed(request: Request) -> Response:
    """Incidents and what was said of them, for feed readers."""
    look, context = look_of(request), context_of(request)
    text = atom(
        history_here(request),
        look.texts(),
        look.vendor_times(),
        public_url(context.settings),
        context.now(),
    )
    return _public(Response(text, media_type="application/atom+xml"), for_programs=True)


@router.get("/api/v2/summary.json")
@router.get("/status/api/v2/summary.json", include_in_schema=False)
def summary(request: Request) -> Response:
    """Everything, in the shape of Statuspage's `summary.json`."""
    return _json(request, summary_json)


@router.get("/api/v2/status.json")
@router.get("/status/api/v2/status.json", include_in_schema=False)
def status(request: Request) -> Response:
    """One word, in the shape of Statuspage's `status.json`."""
    return _json(request, status_json)


@router.get("/api/v2/incidents.json")
@router.get("/status/api/v2/incidents.json", include_in_schema=False)
def incidents(request: Request) -> Response:
    """Ninety days of incidents, in the shape of Statuspage's `incidents.json`."""
    return _json(request, incidents_json)


@router.get("/api/v2/scheduled-maintenances.json")
@router.get("/status/api/v2/scheduled-maintenances.json", include_in_schema=False)
def all_maintenances(request: Request) -> Response:
    """Releases and maintenance ahead and of ninety days, in the shape of Statuspage's."""
    return _json(request, maintenances_json())


@router.get("/api/v2/scheduled-maintenances/upcoming.json")
@router.get("/status/api/v2/scheduled-maintenances/upcoming.json", include_in_schema=False)
def upcoming_maintenances(request: Request) -> Response:
    """Those that have not begun."""
    return _json(request, maintenances_json("scheduled"))


@router.get("/api/v2/scheduled-maintenances/active.json")
@router.get("/status/api/v2/scheduled-maintenances/active.json", include_in_schema=False)
def active_maintenances(request: Request) -> Response:
    """Those whose window has opened, and that are not reported as completed."""
    return _json(request, maintenances_json("in_progress"))


def show_status(request: Request, trouble: Trouble) -> Response:
    """The page, and what is wrong with the address that was typed on it."""
    history = history_here(request)
    days = [day for day in history.days if day.incidents or day.releases]
    return look_of(request).show(
        request,
        "status.html.j2",
        status=trouble.status,
        area="status",
        history=history,
        eventful=days,
        trouble=trouble,
    )


def show_incident(request: Request, incident: PublicIncident, trouble: Trouble) -> Response:
    """The same of the page of one incident."""
    return look_of(request).show(
        request,
        "incident.html.j2",
        status=trouble.status,
        area="status",
        incident=incident,
        trouble=trouble,
    )


def incident_of(request: Request, ident: str) -> PublicIncident:
    """The incident that the public knows by that id.

    Raises:
        NotHere: there is none.
    """
    for incident in history_here(request).recent:
        if incident.ident == ident:
            return incident
    raise NotHere


def _json(request: Request, shape: Shape) -> Response:
    look, context = look_of(request), context_of(request)
    said = shape(
        history_here(request),
        look.texts(),
        look.vendor_times(),
        public_url(context.settings),
        context.now(),
    )
    return _public(JSONResponse(said), for_programs=True)


def history_here(request: Request) -> History:
    """What is known; an installation whose incidents go elsewhere must not say that all is well."""
    context, look = context_of(request), look_of(request)
    if context.settings.statuspage_url is not None:
        raise NotHere
    return history_of(context.engine, look.vendor_times(), context.now())


def _public(response: Response, *, for_programs: bool = False) -> Response:
    response.headers["Cache-Control"] = _KEPT
    if for_programs:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
