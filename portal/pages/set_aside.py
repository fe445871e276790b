"""Mails that may be a person's: each with its reason, and the two things staff can decide.

Whoever signed in to the pages for staff sees them; to decide, their token needs the scope to write
cases.
"""

import asyncio
from dataclasses import dataclass

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseSetAside
from activities.adapters.database.set_aside import SetAside
from portal.api.problems import Problem
from portal.api.security import Scope
from portal.inbound.intake import make_case
from portal.inbound.kept import opened
from portal.inbound.note import body_of
from portal.inbound.reading import Unreadable, read
from portal.pages.auth import Staff, StaffMember
from portal.pages.folded import Folded, folded
from portal.pages.forms import NO_TROUBLE, Form, OurForm, Trouble
from portal.pages.page_renderer import context_of, look_of

router = APIRouter()
log = structlog.get_logger(__name__)

_SHOWN = 50
_HERE = "/staff/mails"
_NEEDED = Scope.CASES_WRITE.value
_REASONS = {
    "absence": "reads like a note of absence",
    "bulk": "sent in bulk",
    "list": "came through a list",
    "own": "from our own address, with another one to answer",
    "suppressed": "asks for no automatic answer",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail as staff read it."""

    mail: SetAside
    reason: str
    said: Folded


@router.get(_HERE)
def set_aside_page(request: Request, staff: Staff) -> Response:
    """The list, the longest waiting first."""
    return _page(request, staff, NO_TROUBLE)


@router.post(f"{_HERE}/case")
async def make_it_a_case(request: Request, staff: Staff, form: OurForm) -> Response:
    """It is somebody's: a case, or a note on the sender's own where it answers one."""
    context = context_of(request)
    aside = await run_in_threadpool(_find, request, form)
    if aside is None:
        return RedirectResponse(_HERE, 303)  # A colleague was faster.
    if refused := await _may_not(request, staff):
        return refused
    try:
        received = await make_case(context, aside, staff.actor)
    except Problem as problem:
        trouble = Trouble("mails", problem.detail, status=problem.status)
        return await run_in_threadpool(_page, request, staff, trouble)
    await asyncio.to_thread(
        DatabaseSetAside(context.engine).decide,
        aside.id,
        staff.actor,
        received.case,
        context.now(),
    )
    log.info("mail.set_aside_decided", mail=aside.id, case=received.case, **staff.logged)
    return RedirectResponse(f"/staff/cases/{received.case}", 303)


@router.post(f"{_HERE}/nobodys")
async def it_is_nobodys(request: Request, staff: Staff, form: OurForm) -> Response:
    """A machine's, or of no concern: its text is forgotten, the decision is not."""
    context = context_of(request)
    aside = await run_in_threadpool(_find, request, form)
    if aside is None:
        return RedirectResponse(_HERE, 303)
    if refused := await _may_not(request, staff):
        return refused
    decide = DatabaseSetAside(context.engine).decide
    await asyncio.to_thread(decide, aside.id, staff.actor, None, context.now())
    log.info("mail.set_aside_decided", mail=aside.id, case=None, **staff.logged)
    return RedirectResponse(_HERE, 303)


def _find(request: Request, form: Form) -> SetAside | None:
    mail = form.text("mail")
    known = mail.isascii() and mail.isdecimal() and len(mail) < 16
    return DatabaseSetAside(context_of(request).engine).find(int(mail)) if known else None


async def _may_not(request: Request, staff: StaffMember) -> Response | None:
    if _NEEDED in staff.scopes:
        return None
    trouble = Trouble("mails", staff.lacks(_NEEDED), status=403)
    return await run_in_threadpool(_page, request, staff, trouble)


def _page(request: Request, staff: StaffMember, trouble: Trouble) -> Response:
    context = context_of(request)
    mails, keys = DatabaseSetAside(context.engine), context.settings.encryption_keys
    return look_of(request).show(
        request,
        "staff_mails.html.j2",
        status=trouble.status,
        area="staff",
        staff=staff,
        mails=[
            Shown(
                mail,
                _REASONS.get(mail.reason, mail.reason),
                folded(_said(opened(mail, keys))),
            )
            for mail in mails.waiting(_SHOWN)
        ],
        count=mails.count(),
        may_decide=_NEEDED in staff.scopes,
        trouble=trouble,
    )


def _said(raw: bytes | None) -> str:
    if raw is None:
        return "(It is sealed under a key that this installation lacks.)"
    try:
        mail = read(raw)
    except Unreadable:
        return ""
    files = f"Attachments: {len(mail.attachments)}" if mail.attachments else ""
    return body_of(mail, files)
