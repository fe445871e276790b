"""A contact opens a case: one contact, one case, whatever it is about (C1, C3, C6)."""

import json
import uuid
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseContacts, DatabaseNumbers
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Channel
from portal.keys import key_of
from portal.pages.auth import Person, SignedIn
from portal.pages.forms import NO_TROUBLE, Form, OurForm, Trouble, trouble_of
from portal.pages.i18n import ITEMS
from portal.pages.limits import CASES, haste
from portal.pages.my_cases import listed
from portal.pages.page_renderer import look_of
from portal.pages.read_your_writes import until
from runtime.connection import NoServer

router = APIRouter()

_TEXTS = ("subject", "description", "priority", *ITEMS)


@router.get("/new-case")
def new_case_page(request: Request, person: SignedIn) -> Response:
    """The form, empty."""
    return _page(request, person)


@router.post("/new-case")
async def open_case(request: Request, person: SignedIn, form: OurForm) -> Response:
    """Log the case under the next number; the form sent twice is one case."""
    clients = await run_in_threadpool(person.clients)
    client = form.text("client") if len(clients) > 1 else next(iter(clients), "")
    if client not in clients:
        return await run_in_threadpool(_page, request, person, _wrong(person, form, "client"))
    if not form.text("description"):
        return await run_in_threadpool(_page, request, person, _wrong(person, form, "description"))
    start = await run_in_threadpool(_start, person, client, form)
    context = person.context
    try:
        await run_in_threadpool(context.starts.check, "CaseWorkflow", None, start, context.now())
        if (too_many := await haste(person, "case", form, CASES)) is not None:
            return await run_in_threadpool(_page, request, person, too_many)
        number = await _started(person, start, form)
    except (InvalidCommand, NoServer) as refusal:
        trouble = trouble_of(refusal, "case", form, person.times)
        return await run_in_threadpool(_page, request, person, trouble)
    contacts = DatabaseContacts(context.engine)
    if await until(lambda: bool(contacts.cases(person.address, number))):
        return RedirectResponse(f"/cases/{number}?done=opened", 303)
    return RedirectResponse(f"/cases?logged={number}", 303)


def _wrong(person: Person, form: Form, field: str) -> Trouble:
    return Trouble("case", person.words.refused("case", field), field, form.fields)


def _start(person: Person, client: str, form: Form) -> dict[str, Any]:
    """What was typed, as the contract's start payload."""
    given: dict[str, Any] = form.given(*_TEXTS)
    if numbers := given.pop("participant_case_numbers", None):
        given["participant_case_numbers"] = listed(numbers)
    latest = DatabaseContacts(person.context.engine).cases(person.address)
    packages = [
        case.snapshot["support_package"] for case in latest if case.snapshot.get("support_package")
    ]
    return (
        {"priority": "normal", "subject": ""}
        | given
        | {
            "client": client,
            "contact": person.contact(),
            "channel": Channel.PORTAL.value,
            # The package of their last case, where that is known: we keep no master data.
            "support_package": next(iter(packages), "standard"),
            "actor": person.actor,
        }
    )


async def _started(person: Person, start: dict[str, Any], form: Form) -> str:
    """The number of the case this form is for: sent again, it gets the same one.

    Raises:
        InvalidCommand: the case is refused.
        NoServer: Temporal does not answer.
    """
    context = person.context
    # What was typed is part of it: sent again with other words, from the browser's history, it is
    # another case.
    typed = {name: form.text(name) for name in ("client", *_TEXTS)}
    key = key_of("form", person.actor, json.dumps([form.text("key") or str(uuid.uuid4()), typed]))
    numbers = DatabaseNumbers(context.engine)
    number, _ = await context.client.start_numbered("CaseWorkflow", "CASE", start, numbers, key)
    return number


def _page(request: Request, person: Person, trouble: Trouble = NO_TROUBLE) -> Response:
    return look_of(request).show(
        request,
        "new_case.html.j2",
        status=trouble.status,
        person=person,
        times=person.times,
        area="client",
        clients=person.clients(),
        trouble=trouble,
    )
