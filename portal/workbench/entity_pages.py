"""A case, a defect and a release as staff work with them: how it stands, and what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseLedger,
    DatabaseReadModel,
    DatabaseStaffPeople,
)
from activities.adapters.database.attachments import DatabaseAttachments
from activities.adapters.database.audience import BEYOND_ALL
from activities.adapters.database.members import DatabaseMembers
from activities.ports import Delivery, DeliveryState
from domain.contract.values import Attachment
from portal.api.command_service import CommandService
from portal.api.contract import DEFECTS, Kind
from portal.api.problems import Problem
from portal.pages.auth import NotHere, Staff, StaffMember
from portal.pages.folded import Folded, folded
from portal.pages.page_renderer import context_of, look_of
from portal.pages.staff import workflow_links
from portal.workbench.actions import KIND_OF, Action, action_of, offered

router = APIRouter()

_FACTS = 200
_PEOPLE = 200
_DELIVERIES = 100
_DEFECTS = 100
_NOT_DELIVERED = (DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Happened:
    """One fact, with what people wrote."""

    event: str
    at: datetime
    actor: str | None
    public: str | None
    internal: Folded | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How something stands, as the database has it."""

    status: Mapping[str, Any]
    happened: Sequence[Happened]
    older: int
    """Facts that are not shown."""
    deliveries: Sequence[Delivery]
    actions: Sequence[Action]


@router.get("/staff/numbers/{number}")
def number_page(request: Request, staff: Staff, number: str) -> Response:
    """The page of whatever has the number.

    Raises:
        NotHere: nothing has.
    """
    del staff
    read_model = DatabaseReadModel(context_of(request).engine)
    for kind in KIND_OF.values():
        if read_model.entity(kind.name, number) is not None:
            return RedirectResponse(f"/staff/{kind.plural}/{number}", 303)
    raise NotHere


@router.get("/staff/cases/{number}")
def case_page(request: Request, staff: Staff, number: str) -> Response:
    """What the client wrote, what is missing, and everything on record, the newest first."""
    standing = _standing(request, staff, KIND_OF["cases"], number)
    attached = DatabaseAttachments(context_of(request).engine).of_case(number)
    people = _people(request, number)
    contact = people[0].contact if people else None
    return _show(request, staff, "cases", standing, attached=attached, contact=contact)


@router.get("/staff/defects/{number}")
async def defect_page(request: Request, staff: Staff, number: str) -> Response:
    """Its obligations with what produced them, everyone attached, and what they were sent."""
    standing = await run_in_threadpool(_standing, request, staff, DEFECTS, number)
    try:
        service = CommandService(context_of(request), staff.actor)
        explained = await service.query(DEFECTS, number, "explain")
    except Problem:
        explained = None  # It has ended, or nobody answers: the page shows what is on record.
    people = await run_in_threadpool(_people, request, number)
    return await run_in_threadpool(
        _show, request, staff, "defects", standing, explained=explained, people=people
    )


@router.get("/staff/releases/{number}")
def release_page(request: Request, staff: Staff, number: str) -> Response:
    """Its plan, what is in it, and how far it has told people."""
    standing = _standing(request, staff, KIND_OF["releases"], number)
    engine = context_of(request).engine
    members = DatabaseMembers(engine).attached(number)
    known = DatabaseReadModel(engine).entities("defect", members[:_DEFECTS])
    defects = [known.get(defect, {"number": defect}) for defect in members[:_DEFECTS]]
    more = max(0, len(members) - _DEFECTS)
    return _show(request, staff, "releases", standing, defects=defects, more=more)


def _standing(request: Request, staff: StaffMember, kind: Kind, number: str) -> Standing:
    engine = context_of(request).engine
    read_model = DatabaseReadModel(engine)
    status = read_model.entity(kind.name, number)
    if status is None:
        raise NotHere
    facts, count = read_model.newest_facts(number, _FACTS)
    names = DatabaseStaffPeople(engine).names({str(fact["actor"]) for fact in facts})
    ledger = DatabaseLedger(engine)
    known = {**status, "failed_deliveries": ledger.count(number, _NOT_DELIVERED)}
    return Standing(
        status=known,
        happened=[_happened(fact, names) for fact in facts],
        older=count - len(facts),
        deliveries=ledger.newest(number, _DELIVERIES),
        actions=offered(kind, known, staff.scopes),
    )


def _people(request: Request, number: str) -> Sequence[Attachment]:
    audience = DatabaseAudience(context_of(request).engine)
    return audience.attachments(number, BEYOND_ALL, None, _PEOPLE)


def _show(
    request: Request, staff: StaffMember, plural: str, standing: Standing, **values: Any
) -> Response:
    kind = KIND_OF[plural]
    done = action_of(kind, request.query_params.get("done", ""))
    return look_of(request).show(
        request,
        f"workbench/{kind.name}.html.j2",
        area="staff",
        staff=staff,
        kind=kind,
        standing=standing,
        it=standing.status,
        done=done.title if done else "",
        begun=request.query_params.get("done") == "begin",
        workflow=workflow_links(context_of(request)),
        **values,
    )


def _happened(fact: Mapping[str, Any], names: Mapping[str, str]) -> Happened:
    internal, actor = fact["internal_text"], fact["actor"]
    return Happened(
        event=fact["event"],
        at=fact["at"],
        actor=f"{names[actor]} ({actor})" if actor in names else actor,
        public=fact["public_text"],
        internal=folded(internal) if internal else None,
    )
