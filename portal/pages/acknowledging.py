"""The page that the link in an urgent notice leads to: what it is about, and the button (T7).

Looking at it acknowledges nothing, since programs that check mails follow links. Who presses the
button is signed in, so that a person is on record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseReadModel
from domain.contract.staff_notices import Acknowledge
from portal.api.contract import KINDS, Kind
from portal.keys import key_of
from portal.pages.auth import NotHere, Staff, StaffMember
from portal.pages.forms import NO_TROUBLE, OurForm, Trouble, trouble_of
from portal.pages.local_time import instant
from portal.pages.page_renderer import context_of, look_of
from portal.pages.read_your_writes import until
from portal.refusals import refused
from runtime.client import CommandRefused, NoSuchNumber
from runtime.connection import NoServer

router = APIRouter()

HERE = "/staff/acknowledge/"
_ADDRESS = HERE + "{number}/{sequence}/{event}"


@dataclass(frozen=True, slots=True)
class _Notice:
    """A notice to staff, as the database knows of it."""

    kind: Kind
    number: str
    key: str
    event: str
    title: str
    waiting: Mapping[str, Any] | None
    """What the status says of it; None where it is not to be acknowledged any more."""
    acknowledged: Mapping[str, Any] | None
    """Who acknowledged it, and when."""

    def may(self, staff: StaffMember) -> bool:
        """Whether somebody may acknowledge it."""
        return self.kind.write in staff.scopes


@router.get(_ADDRESS)
def notice_page(request: Request, staff: Staff, number: str, sequence: int, event: str) -> Response:
    """The notice, and the button where it is still to be acknowledged."""
    return _page(request, staff, _notice(request, number, sequence, event), NO_TROUBLE)


@router.post(_ADDRESS)
async def acknowledge(
    request: Request, staff: Staff, number: str, sequence: int, event: str, form: OurForm
) -> Response:
    """Somebody has seen it; who was second is shown who was first."""
    notice = await run_in_threadpool(_notice, request, number, sequence, event)
    if not notice.may(staff):
        refused("scope", request.scope, **staff.logged)
        trouble = Trouble("notice", staff.lacks(notice.kind.write), status=403)
        return await run_in_threadpool(_page, request, staff, notice, trouble)
    here = RedirectResponse(request.url.path, 303)
    if notice.waiting is None:
        return here
    key = form.text("key")
    said = {
        "actor": staff.actor,
        "key": key_of("staff-form", staff.actor, key) if key else None,
        "notice": notice.key,
    }
    try:
        await context_of(request).client.update(number, Acknowledge.name, said)
    except (CommandRefused, NoSuchNumber, NoServer) as problem:
        trouble = trouble_of(problem, "notice", form, look_of(request).vendor_times())
        return await run_in_threadpool(_page, request, staff, notice, trouble)
    await until(lambda: _notice(request, number, sequence, event).waiting is None)
    return here


def _notice(request: Request, number: str, sequence: int, event: str) -> _Notice:
    """Raises NotHere where nothing has the number, or no such notice was to be acknowledged."""
    read_model, key = DatabaseReadModel(context_of(request).engine), f"{number}/{sequence}/{event}"
    for kind in KINDS:
        snapshot = read_model.entity(kind.name, number)
        if snapshot is None:
            continue
        open_ = (one for one in snapshot.get("to_acknowledge", ()) if one["notice"] == key)
        said = [
            fact
            for fact in read_model.timeline(number, public_only=False)
            if fact["event"] in {"notice.acknowledged", "notice.not_acknowledged"}
            and fact["details"].get("notice") == key
        ]
        waiting = next(open_, None)
        if waiting is None and not said:
            break
        by = next((fact for fact in said if fact["event"] == "notice.acknowledged"), None)
        title = snapshot.get("title") or snapshot.get("subject") or ""
        return _Notice(kind, number, key, event, title, waiting, by)
    raise NotHere


def _page(request: Request, staff: StaffMember, notice: _Notice, trouble: Trouble) -> Response:
    waiting, by = notice.waiting, notice.acknowledged
    return look_of(request).show(
        request,
        "staff_notice.html.j2",
        status=trouble.status,
        area="staff",
        staff=staff,
        notice=notice,
        since=instant(waiting["since"]) if waiting else None,
        acknowledged_at=by["at"] if by else None,
        may=notice.may(staff),
        trouble=trouble,
    )
