"""What staff are to tell people by telephone, and the form that records that they did.

Whoever signed in to the pages for staff sees it; to record it, their token needs the scope to write
cases, or defects.
"""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from activities.adapters.database.telephone import DatabaseTelephone, ToTell
from domain.contract.contacts import RecordNotification
from portal.keys import key_of
from portal.pages.auth import Staff, StaffMember
from portal.pages.forms import NO_TROUBLE, OurForm, Trouble, trouble_of
from portal.pages.page_renderer import context_of, look_of
from portal.pages.read_your_writes import until
from runtime.client import CommandRefused, NoSuchNumber
from runtime.connection import NoServer

router = APIRouter()

_SHOWN = 100


@router.get("/staff/telephone")
def telephone_page(request: Request, staff: Staff) -> Response:
    """The list, the longest waiting first."""
    return _page(request, staff, NO_TROUBLE)


@router.post("/staff/telephone")
async def record_notification(request: Request, staff: Staff, form: OurForm) -> Response:
    """Somebody was told; the case or defect has it on record from now on (T9)."""
    context, message, case = context_of(request), form.text("message"), form.text("case")
    calls = DatabaseTelephone(context.engine)
    owed = await run_in_threadpool(calls.find, message, case)
    if owed is None:
        return RedirectResponse("/staff/telephone", 303)  # A colleague was faster.
    if not _may_record(staff, owed):
        trouble = Trouble("telephone", staff.lacks(_scope(owed)), status=403)
        return await run_in_threadpool(_page, request, staff, trouble)
    key = form.text("key")
    said = {
        "actor": staff.actor,
        "key": key_of("staff-form", staff.actor, key) if key else None,
        "message": message,
        "case": case,
        "note": form.text("note") or None,
    }
    try:
        await context.client.update(owed.entity, RecordNotification.name, said)
    except (CommandRefused, NoSuchNumber, NoServer) as problem:
        trouble = trouble_of(problem, "telephone", form, look_of(request).vendor_times())
        return await run_in_threadpool(_page, request, staff, trouble)
    await until(lambda: calls.find(message, case) is None)
    return RedirectResponse("/staff/telephone", 303)


def _page(request: Request, staff: StaffMember, trouble: Trouble) -> Response:
    calls = DatabaseTelephone(context_of(request).engine)
    return look_of(request).show(
        request,
        "staff_telephone.html.j2",
        status=trouble.status,
        area="staff",
        staff=staff,
        owed=[(one, _may_record(staff, one)) for one in calls.to_tell(_SHOWN)],
        count=calls.count(),
        trouble=trouble,
    )


def _may_record(staff: StaffMember, owed: ToTell) -> bool:
    return _scope(owed) in staff.scopes


def _scope(owed: ToTell) -> str:
    return f"{owed.kind}s:write"
