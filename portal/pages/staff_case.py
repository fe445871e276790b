"""One case as staff read it: how it stands, and everything on its record, internal texts too."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from activities.adapters.database import DatabaseReadModel
from activities.adapters.database.attachments import DatabaseAttachments
from portal.pages.auth import NotHere, Staff
from portal.pages.folded import Folded, folded
from portal.pages.page_renderer import context_of, look_of
from portal.pages.staff import workflow_links

router = APIRouter()

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Happened:
    """One fact, with what people wrote."""

    event: str
    at: datetime
    actor: str | None
    public: str | None
    internal: Folded | None


@router.get("/staff/cases/{number}")
def case_page(request: Request, staff: Staff, number: str) -> Response:
    """Its record, the newest first.

    Raises:
        NotHere: the database knows no case of that number.
    """
    context = context_of(request)
    read_model = DatabaseReadModel(context.engine)
    case = read_model.entity("case", number)
    if case is None:
        raise NotHere
    facts = list(read_model.timeline(number, public_only=False))
    return look_of(request).show(
        request,
        "staff_case.html.j2",
        area="staff",
        staff=staff,
        case=case,
        attached=DatabaseAttachments(context.engine).of_case(number),
        happened=[_happened(fact) for fact in facts[::-1][:_SHOWN]],
        more=max(0, len(facts) - _SHOWN),
        workflow=workflow_links(context),
    )


def _happened(fact: dict[str, Any]) -> Happened:
    internal = fact["internal_text"]
    return Happened(
        event=fact["event"],
        at=fact["at"],
        actor=fact["actor"],
        public=fact["public_text"],
        internal=folded(internal) if internal else None,
    )
