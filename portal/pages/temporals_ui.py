"""Tells a reverse proxy whether somebody may see Temporal's web interface, which asks nobody."""

from fastapi import APIRouter, Response

from portal.api.security import Scope
from portal.pages.auth import Staff

router = APIRouter()


@router.get("/staff/temporals-ui")
def may_see(staff: Staff) -> Response:
    """204 for who may read payloads, 403 for other staff; others are led to where they sign in."""
    return Response(status_code=204 if Scope.PAYLOADS_READ in staff.scopes else 403)
