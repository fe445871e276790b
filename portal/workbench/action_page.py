"""One action: its form, what it will do, and the button that does it once somebody has seen that.

Without scripts a form is sent to be looked at, and sent again to be done; what is done is what was
looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseAudience, DatabaseReadModel
from activities.adapters.database.audience import BEYOND_ALL
from domain.contract.defect import AttachCase
from portal.api.command_service import CommandService
from portal.api.contract import Kind
from portal.api.problems import Problem
from portal.api.security import Scope
from portal.pages.auth import NotHere, Staff, StaffMember
from portal.pages.forms import Form, OurForm, Trouble
from portal.pages.page_renderer import context_of, look_of
from portal.pages.read_your_writes import until
from portal.workbench.actions import KIND_OF, Action, action_of
from portal.workbench.fields import payload_of
from portal.workbench.follow_ons import Told
from portal.workbench.foresight import Foreseer, Foresight
from portal.workbench.form_page import FormPage, looked_at
from portal.workbench.hints import Hints, hints_for
from runtime.client import CommandRefused, NoSuchNumber
from runtime.connection import NoServer

router = APIRouter()
log = structlog.get_logger(__name__)

_ADDRESS = "/staff/{plural}/{number}/do/{name}"
_AWAY = "Nobody answers for it now, so what would happen is not known. Try again in a minute."
_ENDED = "It has ended: nothing can be done with it any more."


@dataclass(frozen=True)
class _Asked:
    """An action on something, and the person who looks at it."""

    request: Request
    staff: StaffMember
    kind: Kind
    number: str
    action: Action
    snapshot: Mapping[str, Any]

    @property
    def home(self) -> str:
        """Where it was chosen."""
        return f"/staff/{self.kind.plural}/{self.number}"

    @property
    def lacking(self) -> Scope | None:
        """What they would need to do it, and do not have."""
        return self.kind.lacking(self.action.command, self.staff.scopes)

    def page(self) -> FormPage:
        """Its form."""
        return FormPage(
            request=self.request,
            staff=self.staff,
            title=self.action.title,
            words=self.action.words,
            fields=self.action.fields,
            address=f"{self.home}/do/{self.action.name}",
            may=self.lacking is None,
            hints=self._hints,
            number=self.number,
            home=self.home,
            about=self.snapshot.get("title") or self.snapshot.get("subject") or "",
        )

    def _hints(self) -> Hints:
        return hints_for(self.action, self.snapshot, self.request, look_of(self.request))

    def payload(self, form: Form) -> dict[str, Any]:
        """What was typed, and what the database knows that nobody should have to type."""
        payload = payload_of(self.action.fields, form, look_of(self.request).vendor_times())
        if self.action.command is AttachCase and "case" in payload:
            audience = DatabaseAudience(context_of(self.request).engine)
            for known in audience.attachments(payload["case"], BEYOND_ALL, None, 1):
                contact = known.contact.model_dump(mode="json", exclude_none=True)
                payload |= {"client": known.client, "contact": contact}
        return payload


@router.get(_ADDRESS)
async def action_page(
    request: Request, staff: Staff, plural: str, number: str, name: str
) -> Response:
    """The form, filled in as far as the address says; one that asks for nothing is foreseen.

    Only for who may do it: others would learn whom a newsletter reaches, and cost as much.
    """
    asked = await run_in_threadpool(_asked, request, staff, plural, number, name)
    fields, given = asked.action.fields, request.query_params
    typed = {field.name: said for field in fields if (said := given.get(field.name))}
    is_open = any(field.required and field.name not in typed for field in fields)
    page = asked.page()
    if not page.may or is_open or (fields and not typed):
        return await run_in_threadpool(page.shown, Form(typed))
    if seconds := context_of(request).pace.wait(staff.ident):
        return await run_in_threadpool(page.too_often, Form(typed), seconds)
    payload = await run_in_threadpool(asked.payload, Form(typed))
    return await _foreseen(asked, Form(typed), payload)


@router.post(_ADDRESS)
async def take(
    request: Request, staff: Staff, plural: str, number: str, name: str, form: OurForm
) -> Response:
    """Say what it will do, or do it where that was seen and is so still."""
    asked = await run_in_threadpool(_asked, request, staff, plural, number, name)
    page = asked.page()
    if asked.lacking is not None:
        return await run_in_threadpool(page.turned_away, form, asked.lacking.value)
    if seconds := context_of(request).pace.wait(staff.ident):
        return await run_in_threadpool(page.too_often, form, seconds)
    context, command = context_of(request), asked.action.command.name
    payload = await run_in_threadpool(asked.payload, form)
    at = looked_at(form, context.now())
    if at is None or not await _is_as_seen(asked, form, payload, at):
        return await _foreseen(asked, form, payload)
    service = CommandService(context, staff.actor, "staff-form")
    said = payload | {"actor": staff.actor, "key": form.text("key") or None}
    try:
        await service.update(asked.kind, number, command, said)
    except Problem as problem:
        trouble = page.trouble(problem.detail, problem.field, form, problem.status)
        return await run_in_threadpool(page.shown, form, None, trouble)
    log.info("workbench.done", command=command, number=number, **staff.logged)
    read_model = DatabaseReadModel(context.engine)
    await until(lambda: read_model.entity(asked.kind.name, number) != asked.snapshot)
    return RedirectResponse(f"{asked.home}?done={name}", 303)


def _asked(request: Request, staff: StaffMember, plural: str, number: str, name: str) -> _Asked:
    """Raises NotHere where there is no such thing, or nothing of the kind can be done with it."""
    kind = KIND_OF.get(plural)
    action = action_of(kind, name) if kind else None
    if kind is None or action is None:
        raise NotHere
    snapshot = DatabaseReadModel(context_of(request).engine).entity(kind.name, number)
    if snapshot is None:
        raise NotHere
    return _Asked(request, staff, kind, number, action, snapshot)


async def _ahead(asked: _Asked, payload: Mapping[str, Any], at: datetime) -> Foresight:
    said = {**payload, "actor": asked.staff.actor}
    told = Told(asked.number, asked.action.command.name, said)
    return await Foreseer(context_of(asked.request), at).of_command(told)


async def _is_as_seen(asked: _Asked, form: Form, payload: Mapping[str, Any], at: datetime) -> bool:
    """Whether as of then it would do what somebody was shown then."""
    try:
        ahead = await _ahead(asked, payload, at)
    except (NoSuchNumber, CommandRefused, NoServer):
        ahead = None
    return await run_in_threadpool(asked.page().has_seen, form, payload, ahead, at)


async def _foreseen(asked: _Asked, form: Form, payload: Mapping[str, Any]) -> Response:
    """The form with what it will do beside it, or with why it would be refused."""
    page, now = asked.page(), context_of(asked.request).now()
    try:
        ahead = await _ahead(asked, payload, now)
    except (NoSuchNumber, CommandRefused) as problem:
        words = _ENDED if isinstance(problem, NoSuchNumber) else str(problem)
        trouble = Trouble("action", words, None, form.fields)
        return await run_in_threadpool(page.shown, form, None, trouble)
    except NoServer:
        trouble = Trouble("action", _AWAY, None, form.fields, 503)
        return await run_in_threadpool(page.shown, form, None, trouble)
    return await run_in_threadpool(page.foreseen, form, payload, ahead, now)
