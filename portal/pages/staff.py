"""The page for staff: what is owed and overdue, what fails, and how well promises were kept.

These pages show and change nothing.
"""

from typing import Any

from fastapi import APIRouter, Request, Response

from portal.context import PortalContext
from portal.pages.auth import Staff
from portal.pages.compliance import Compliance, charts_of, compliance_of
from portal.pages.obligations import described, staff_dashboard
from portal.pages.page_renderer import context_of, look_of

router = APIRouter()

_SHOWN = 100
_NOTICES_SHOWN = 50
"""The files have all of them."""


@router.get("/staff")
def desk_page(request: Request, staff: Staff) -> Response:
    """What is owed, overdue and failing."""
    context = context_of(request)
    desk = staff_dashboard(context.engine, context.now())
    return look_of(request).show(
        request,
        "staff.html.j2",
        area="staff",
        staff=staff,
        desk=desk,
        overdue=described(context.engine, desk.overdue[:_SHOWN]),
        due=described(context.engine, desk.due[:_SHOWN]),
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
        shown=_NOTICES_SHOWN,
        charts=charts_of(compliance),
    )


@router.get("/staff/compliance.csv")
def compliance_csv(request: Request, staff: Staff) -> Response:
    """The same numbers for a spreadsheet."""
    del staff
    return _sheet(_compliance(request).as_csv(), "compliance.csv")


@router.get("/staff/compliance/notices.csv")
def notices_csv(request: Request, staff: Staff) -> Response:
    """Who acknowledged which urgent notice, and when."""
    del staff
    return _sheet(_compliance(request).notices_as_csv(), "notices.csv")


@router.get("/staff/compliance/notices.json")
def notices_json(request: Request, staff: Staff) -> list[dict[str, Any]]:
    """The same for programs."""
    del staff
    return _compliance(request).notices_as_rows()


def _sheet(content: str, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(content, media_type="text/csv", headers={"Content-Disposition": disposition})


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
