"""The public status page, its feed, and JSON for programs that read Statuspage.

It says what was posted for the public and nothing else. That an update is overdue is for staff.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from portal.pages.auth import NotHere
from portal.pages.page_renderer import context_of, look_of
from portal.pages.status_feeds import Shape, atom, incidents_json, status_json, summary_json
from portal.pages.status_history import History, history_of
from portal.security import public_url

router = APIRouter()

_KEPT = "public, max-age=30"
"""Readers come in crowds when something is wrong."""


@router.get("/status")
def status_page(request: Request) -> Response:
    """What is going on now, what is ahead, and ninety days back."""
    history = _history(request)
    days = [day for day in history.days if day.incidents or day.releases]
    return _public(
        look_of(request).show(
            request, "status.html.j2", area="status", history=history, eventful=days
        )
    )


@router.get("/status/incidents/{ident}")
def incident_page(request: Request, ident: str) -> Response:
    """One incident, to link to."""
    for incident in _history(request).recent:
        if incident.ident == ident:
            return _public(
                look_of(request).show(request, "incident.html.j2", area="status", incident=incident)
            )
    raise NotHere


@router.get("/status/feed.atom")
def feed(request: Request) -> Response:
    """Incidents and what was said of them, for feed readers."""
    look, context = look_of(request), context_of(request)
    text = atom(_history(request), look.texts(), public_url(context.settings), context.now())
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


def _json(request: Request, shape: Shape) -> Response:
    look, context = look_of(request), context_of(request)
    said = shape(
        _history(request),
        look.texts(),
        look.vendor_times(),
        public_url(context.settings),
        context.now(),
    )
    return _public(JSONResponse(said), for_programs=True)


def _history(request: Request) -> History:
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
