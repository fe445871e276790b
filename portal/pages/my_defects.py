"""The public side of a defect, and what its clients may say of its severity (D3, D4, D8)."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseReadModel
from activities.adapters.database.contacts import Attached
from portal.pages.auth import Person, SignedIn
from portal.pages.client_views import PublicDefect, public_defect, public_timeline
from portal.pages.forms import NO_TROUBLE, OurForm, Trouble, trouble_of
from portal.pages.i18n import SEVERITIES, Translations
from portal.pages.limits import haste
from portal.pages.page_renderer import context_of, look_of
from portal.pages.read_your_writes import until
from runtime.client import CommandRefused, NoSuchNumber
from runtime.connection import NoServer

router = APIRouter()

_FEEDBACK, _RECLASSIFY = "severity", "reclassification"
_COMMANDS = {
    _FEEDBACK: "record_severity_feedback",
    _RECLASSIFY: "request_reclassification",
}


@router.get("/defects/{number}")
def defect_page(request: Request, number: str, person: SignedIn) -> Response:
    """How a defect stands that one of their cases is on."""
    return _page(request, person, number)


@router.post("/defects/{number}/severity")
async def say_severity(request: Request, number: str, person: SignedIn, form: OurForm) -> Response:
    """How severe it is for them: recorded, and shown to the people who review it (D3)."""
    said = {"comment": form.text("comment") or None}
    return await _say(request, person, number, _FEEDBACK, form, said)


@router.post("/defects/{number}/reclassification")
async def request_reclassification(
    request: Request, number: str, person: SignedIn, form: OurForm
) -> Response:
    """Ask client success to have it classified otherwise (D4)."""
    if not form.text("justification"):
        said_nothing = person.words.refused(_RECLASSIFY, "why")
        trouble = Trouble(_RECLASSIFY, said_nothing, "justification", form.fields)
        return await run_in_threadpool(_page, request, person, number, trouble)
    said = {"justification": form.text("justification")}
    return await _say(request, person, number, _RECLASSIFY, form, said)


async def _say(
    request: Request,
    person: Person,
    number: str,
    about: str,
    form: OurForm,
    said: dict[str, Any],
) -> Response:
    before = await run_in_threadpool(person.defect, number)
    trouble = _in_the_way(before, about, form, person.words) or await haste(person, about, form)
    if trouble is None:
        client = form.text("client")
        payload = said | {
            "actor": person.actor,
            "key": person.key(form.text("key")),
            "client": client if client in before.clients else before.clients[0],
            "severity": form.text("severity"),
        }
        try:
            await context_of(request).client.update(number, _COMMANDS[about], payload)
        except (CommandRefused, NoSuchNumber, NoServer) as problem:
            trouble = trouble_of(problem, about, form, person.times)
    if trouble is not None:
        return await run_in_threadpool(_page, request, person, number, trouble)
    await until(lambda: person.defect(number).snapshot != before.snapshot)
    return RedirectResponse(f"/defects/{number}?done={about}", 303)


def _in_the_way(defect: Attached, about: str, form: OurForm, words: Translations) -> Trouble | None:
    """What can be seen to be wrong before anybody is asked."""
    severity = form.text("severity")
    if severity not in SEVERITIES:
        return Trouble(about, words.refused(about, "choose"), "severity", form.fields)
    if about == _RECLASSIFY and defect.snapshot.get("reclassification"):
        return Trouble(about, words.refused(about, "severity"), None, form.fields)
    if about == _RECLASSIFY and severity == defect.snapshot["severity"]:
        return Trouble(about, words.refused(about, "same"), "severity", form.fields)
    return None


def _page(request: Request, person: Person, number: str, trouble: Trouble = NO_TROUBLE) -> Response:
    attached = person.defect(number)
    defect: PublicDefect = public_defect(attached)
    facts = DatabaseReadModel(context_of(request).engine).timeline(number, public_only=True)
    asked = attached.snapshot.get("reclassification")
    return look_of(request).show(
        request,
        "defect.html.j2",
        status=trouble.status,
        person=person,
        times=person.times,
        area="client",
        defect=defect,
        timeline=public_timeline(facts),
        trouble=trouble,
        done=request.query_params.get("done"),
        # Their own request only: that somebody else asked is nobody's business.
        asked=asked["severity"] if asked and asked["client"] in attached.clients else None,
        severities=[(severity, _option(severity, person.words)) for severity in SEVERITIES],
    )


def _option(severity: str, words: Translations) -> str:
    meaning = words.of("severity_means", severity)
    name = words.of("severity", severity)
    return words.plain("defect.severity_option", severity=severity, name=name, meaning=meaning)
