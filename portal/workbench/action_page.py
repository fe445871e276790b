"""One action: its form, what it will do, and the button that does it once somebody has seen that.

Without scripts a form is sent to be looked at, and sent again to be done; what is done is what was
looked at.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseAudience, DatabaseReadModel
from domain.contract.defect import AttachCase
from portal.api.command_service import CommandService
from portal.api.contract import Kind
from portal.api.problems import Problem
from portal.pages.auth import NotHere, Staff, StaffMember
from portal.pages.forms import NO_TROUBLE, Form, OurForm, Trouble
from portal.pages.page_renderer import context_of, look_of
from portal.pages.read_your_writes import until
from portal.refusals import refused
from portal.workbench.actions import KIND_OF, Action, action_of
from portal.workbench.fields import payload_of
from portal.workbench.follow_ons import Told
from portal.workbench.foresight import Foreseer, Foresight
from portal.workbench.hints import Hints, hints_for
from runtime.client import CommandRefused, NoSuchNumber

router = APIRouter()
log = structlog.get_logger(__name__)

_ADDRESS = "/staff/{plural}/{number}/do/{name}"
_SEEN = "seen"
"""The field that says which payload somebody has seen the consequences of."""


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
    def may(self) -> bool:
        """Whether they may take it."""
        return self.kind.write.value in self.staff.scopes

    @property
    def home(self) -> str:
        """Where it was chosen."""
        return f"/staff/{self.kind.plural}/{self.number}"


@router.get(_ADDRESS)
async def action_page(
    request: Request, staff: Staff, plural: str, number: str, name: str
) -> Response:
    """The form, filled in as far as the address says; one that asks for nothing is foreseen."""
    asked = await run_in_threadpool(_asked, request, staff, plural, number, name)
    typed = {
        f.name: said for f in asked.action.fields if (said := request.query_params.get(f.name))
    }
    form = Form(typed)
    fields = asked.action.fields
    is_open = any(field.required and field.name not in typed for field in fields)
    if is_open or (fields and not typed):
        return await _page(asked, form, None)
    return await _foreseen(asked, form)


@router.post(_ADDRESS)
async def take(
    request: Request, staff: Staff, plural: str, number: str, name: str, form: OurForm
) -> Response:
    """Say what it will do, or do it where that was seen."""
    asked = await run_in_threadpool(_asked, request, staff, plural, number, name)
    if not asked.may:
        refused("scope", request.scope, **staff.logged)
        trouble = Trouble("action", staff.lacks(asked.kind.write.value), None, form.fields, 403)
        return await _page(asked, form, None, trouble)
    payload = await run_in_threadpool(_payload, asked, form)
    if form.text("step") != "do" or form.text(_SEEN) != _digest(payload):
        return await _foreseen(asked, form)
    context = context_of(request)
    service = CommandService(context, staff.actor, "staff-form")
    said = payload | {"actor": staff.actor, "key": form.text("key") or None}
    try:
        await service.update(asked.kind, number, asked.action.command.name, said)
    except Problem as problem:
        trouble = _trouble(asked, problem.detail, problem.field, form, problem.status)
        return await _page(asked, form, None, trouble)
    log.info("workbench.done", command=asked.action.command.name, number=number, **staff.logged)
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


def _payload(asked: _Asked, form: Form) -> dict[str, Any]:
    """What was typed, and what the database knows that nobody should have to type."""
    times = look_of(asked.request).vendor_times()
    payload = payload_of(asked.action.fields, form, times)
    if asked.action.command is AttachCase and "case" in payload:
        audience = DatabaseAudience(context_of(asked.request).engine)
        for known in audience.attachments(payload["case"], 1_000_000_000, None, 1):
            contact = known.contact.model_dump(mode="json", exclude_none=True)
            payload |= {"client": known.client, "contact": contact}
    return payload


async def _foreseen(asked: _Asked, form: Form) -> Response:
    """The form with what it will do beside it, or with why it would be refused."""
    context = context_of(asked.request)
    payload = await run_in_threadpool(_payload, asked, form)
    told = Told(asked.number, asked.action.command.name, payload | {"actor": asked.staff.actor})
    try:
        ahead = await Foreseer(context, context.now()).of_command(told)
    except (NoSuchNumber, CommandRefused) as problem:
        ended = "It has ended: nothing can be done with it any more."
        words = ended if isinstance(problem, NoSuchNumber) else str(problem)
        return await _page(asked, form, None, Trouble("action", words, None, form.fields))
    if ahead.refused is None:
        return await _page(asked, form, ahead, seen=_digest(payload))
    words = ahead.refused.partition(": ")[2] or ahead.refused
    trouble = _trouble(asked, words, ahead.field, form, 422)
    return await _page(asked, form, ahead, trouble)


async def _page(
    asked: _Asked,
    form: Form,
    ahead: Foresight | None,
    trouble: Trouble = NO_TROUBLE,
    seen: str = "",
) -> Response:
    return await run_in_threadpool(_shown, asked, form, ahead, trouble, seen)


def _shown(
    asked: _Asked, form: Form, ahead: Foresight | None, trouble: Trouble, seen: str
) -> Response:
    look = look_of(asked.request)
    by_script = asked.request.headers.get("HX-Request") == "true"
    hints = hints_for(asked.action, asked.snapshot, asked.request, look)
    return look.show(
        asked.request,
        f"workbench/{'ahead' if by_script else 'action'}.html.j2",
        scripted=True,
        status=trouble.status,
        area="staff",
        staff=asked.staff,
        kind=asked.kind,
        entity=asked.snapshot,
        action=asked.action,
        home=asked.home,
        may=asked.may,
        typed=_defaults(asked, hints) | dict(form.fields),
        key=form.text("key"),
        ahead=ahead,
        seen=seen,
        hints=hints,
        trouble=trouble,
    )


def _defaults(asked: _Asked, hints: Hints) -> dict[str, str]:
    """What a form begins with, where nothing was typed."""
    begins = {f.name: "yes" for f in asked.action.fields if f.ticked}
    return begins | hints.typed


def _digest(payload: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def _trouble(asked: _Asked, words: str, field: str | None, form: Form, status: int) -> Trouble:
    """Why it was refused, with the field as the form calls it."""
    labels = {each.name: each.label for each in asked.action.fields}
    named = f"{labels.get(field, field)}: " if field else ""
    return Trouble("action", f"{named}{words.rstrip('.')}.", field, form.fields, status)
