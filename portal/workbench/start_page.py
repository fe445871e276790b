"""Begins something from the workbench: logs a case for somebody who calls, plans a release."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseReadModel
from domain.case import CASE
from domain.contract.parsing import InvalidCommand
from domain.entity import Behaviour
from domain.release import RELEASE
from portal.api.command_service import CommandService
from portal.api.contract import CASES, RELEASES, Kind
from portal.api.problems import Problem
from portal.pages.auth import NotHere, Staff, StaffMember
from portal.pages.forms import Form, OurForm
from portal.pages.page_renderer import context_of, look_of
from portal.pages.read_your_writes import until
from portal.workbench.fields import FormField, fields_of, payload_of
from portal.workbench.foresight import Foreseer, Foresight
from portal.workbench.form_page import FormPage, looked_at

router = APIRouter()
log = structlog.get_logger(__name__)

_ADDRESS = "/staff/new/{name}"


@dataclass(frozen=True)
class Beginning:
    """Something that can be begun."""

    kind: Kind
    behaviour: Behaviour[Any]
    title: str
    words: str
    without: frozenset[str] = frozenset()

    @property
    def fields(self) -> list[FormField]:
        """What its form asks for."""
        return fields_of(self.kind.begins, self.without)


BEGINNINGS: Mapping[str, Beginning] = {
    "case": Beginning(
        CASES,
        CASE,
        "Log a case",
        "One contact of a client, whatever its reason or channel. They get its number at once.",
        frozenset({"attachments_not_kept"}),
    ),
    "release": Beginning(
        RELEASES,
        RELEASE,
        "Plan a release",
        "Clients get notices ahead of it; defects are attached to it afterwards.",
    ),
}


@router.get(_ADDRESS)
def start_page(request: Request, staff: Staff, name: str) -> Response:
    """The form."""
    return _page(request, staff, _beginning(name)).shown(Form())


@router.post(_ADDRESS)
async def begin(request: Request, staff: Staff, name: str, form: OurForm) -> Response:
    """Say what it will do, or begin it where that was seen."""
    beginning = _beginning(name)
    page, kind = _page(request, staff, beginning), beginning.kind
    if not page.may:
        lacking = kind.lacking(kind.begins, staff.scopes) or kind.write
        return await run_in_threadpool(page.turned_away, form, lacking.value)
    typed = payload_of(beginning.fields, form, look_of(request).vendor_times())
    payload = typed | {"actor": staff.actor}
    if seconds := context_of(request).pace.wait(staff.ident):
        return await run_in_threadpool(page.too_often, form, seconds)
    context = context_of(request)
    now = context.now()
    ahead = await _ahead(request, beginning, payload, at := looked_at(form, now) or now)
    if not await run_in_threadpool(page.has_seen, form, payload, ahead, at):
        ahead = ahead if at == now else await _ahead(request, beginning, payload, now)
        return await run_in_threadpool(page.foreseen, form, payload, ahead, now)
    try:
        service = CommandService(context, staff.actor, "staff-form")
        begun = await service.start(kind, None, payload, form.text("key") or None)
    except Problem as problem:
        trouble = page.trouble(problem.detail, problem.field, form, problem.status)
        return await run_in_threadpool(page.shown, form, None, trouble)
    log.info("workbench.begun", kind=kind.name, number=begun.number, **staff.logged)
    read_model = DatabaseReadModel(context.engine)
    await until(lambda: read_model.entity(kind.name, begun.number) is not None)
    return RedirectResponse(f"/staff/{kind.plural}/{begun.number}?done=begin", 303)


async def _ahead(
    request: Request, beginning: Beginning, payload: dict[str, Any], at: datetime
) -> Foresight:
    context, kind = context_of(request), beginning.kind
    try:
        await run_in_threadpool(context.starts.check, kind.workflow, None, payload, at)
    except InvalidCommand as error:
        return Foresight(refused=str(error), field=error.field)
    number = f"{kind.prefix}-new"
    return await Foreseer(context, at).of_start(beginning.behaviour, number, payload)


def _page(request: Request, staff: StaffMember, beginning: Beginning) -> FormPage:
    return FormPage(
        request=request,
        staff=staff,
        title=beginning.title,
        words=beginning.words,
        fields=beginning.fields,
        address=f"/staff/new/{beginning.kind.name}",
        may=beginning.kind.lacking(beginning.kind.begins, staff.scopes) is None,
    )


def _beginning(name: str) -> Beginning:
    if name not in BEGINNINGS:
        raise NotHere
    return BEGINNINGS[name]
