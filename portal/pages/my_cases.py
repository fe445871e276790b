"""A contact's cases: how they stand, information that was asked for, and calls (C3, C11)."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseContacts, DatabaseReadModel
from portal.pages.auth import Person, SignedIn
from portal.pages.client_views import public_banners, public_case, public_defect, public_timeline
from portal.pages.forms import NO_TROUBLE, Form, OurForm, Trouble, trouble_of
from portal.pages.i18n import ITEMS
from portal.pages.limits import haste
from portal.pages.opening_hours import opening_hours
from portal.pages.page_renderer import context_of, look_of
from portal.pages.read_your_writes import until
from runtime.client import CommandRefused, NoSuchNumber
from runtime.connection import NoServer

router = APIRouter()


@router.get("/cases")
def cases_page(request: Request, person: SignedIn) -> Response:
    """Everything of theirs at a glance: cases, the defects behind them, what is ahead (R2)."""
    context, contacts = context_of(request), DatabaseContacts(context_of(request).engine)
    cases = [public_case(attached) for attached in contacts.cases(person.address)]
    defects = [public_defect(attached) for attached in contacts.defects(person.address)]
    logged = request.query_params.get("logged", "")
    return look_of(request).show(
        request,
        "cases.html.j2",
        **_frame(person),
        waiting=[case for case in cases if case.missing and case.takes_information],
        open_cases=[case for case in cases if case.state != "closed"],
        closed_cases=[case for case in cases if case.state == "closed"],
        defects=[d for d in defects if not d.is_over],
        resolved=[d for d in defects if d.is_over],
        banners=public_banners(DatabaseReadModel(context.engine).banners(), context.now()),
        logged=logged if logged and logged not in {case.number for case in cases} else None,
    )


@router.get("/cases/{number}")
def case_page(request: Request, number: str, person: SignedIn) -> Response:
    """One case, with what can be done about it."""
    return _page(request, person, number)


@router.post("/cases/{number}/information")
async def provide_information(
    request: Request, number: str, person: SignedIn, form: OurForm
) -> Response:
    """Hand in what was asked for, or anything else worth knowing (C3)."""
    given: dict[str, Any] = form.given(*ITEMS, "note")
    if not given:
        nothing = Trouble("information", person.words.refused("information", "nothing"))
        return await run_in_threadpool(_page, request, person, number, nothing)
    if numbers := given.pop("participant_case_numbers", None):
        given["participant_case_numbers"] = listed(numbers)
    return await _tell(request, person, number, "information", "provide_information", given, form)


@router.post("/cases/{number}/call")
async def book_call(request: Request, number: str, person: SignedIn, form: OurForm) -> Response:
    """Book a call, or move the one that is booked (C11)."""
    at, minutes = person.times.typed(form.text("at")), form.text("minutes")
    problem, words = None, person.words
    if at is None:
        problem = Trouble("call", words.refused("call", "no_time"), "at", form.fields)
    elif not minutes.isascii() or not minutes.isdecimal() or len(minutes) > 3:
        problem = Trouble("call", words.refused("call", "no_minutes"), "minutes", form.fields)
    if problem or at is None:
        return await run_in_threadpool(_page, request, person, number, problem or NO_TROUBLE)
    wanted = {"at": at.isoformat(), "minutes": int(minutes)}
    return await _tell(request, person, number, "call", "book_call", wanted, form)


@router.post("/cases/{number}/call/cancel")
async def cancel_call(request: Request, number: str, person: SignedIn, form: OurForm) -> Response:
    """Call off the call; its minutes are given back."""
    return await _tell(request, person, number, "call", "cancel_call", {}, form)


def listed(text: str) -> list[str]:
    """Numbers as people list them: a line each, or with commas between."""
    return [
        number
        for number in (part.strip() for part in text.replace(",", "\n").split("\n"))
        if number
    ]


async def _tell(
    request: Request,
    person: Person,
    number: str,
    about: str,
    command: str,
    said: dict[str, Any],
    form: Form,
) -> Response:
    """Send a command to a case of theirs, and show the case again."""
    before = await run_in_threadpool(person.case, number)
    if (too_many := await haste(person, about, form)) is not None:
        return await run_in_threadpool(_page, request, person, number, too_many)
    payload = {"actor": person.actor, "key": person.key(form.text("key"))} | said
    try:
        await context_of(request).client.update(number, command, payload)
    except (CommandRefused, NoSuchNumber, NoServer) as problem:
        trouble = trouble_of(problem, about, form, person.times)
        return await run_in_threadpool(_page, request, person, number, trouble)
    await until(lambda: person.case(number).snapshot != before.snapshot)
    return RedirectResponse(f"/cases/{number}?done={about}", 303)


def _page(request: Request, person: Person, number: str, trouble: Trouble = NO_TROUBLE) -> Response:
    look, context = look_of(request), context_of(request)
    case = public_case(person.case(number))
    facts = DatabaseReadModel(context.engine).timeline(number, public_only=True)
    return look.show(
        request,
        "case.html.j2",
        status=trouble.status,
        **_frame(person),
        case=case,
        timeline=public_timeline(facts),
        trouble=trouble,
        done=request.query_params.get("done"),
        call_is_ahead=case.call is not None and case.call.at > context.now(),
        opening_hours=opening_hours(look.policy().calendar, person.words),
    )


def _frame(person: Person) -> dict[str, Any]:
    return {"person": person, "times": person.times, "area": "client"}
