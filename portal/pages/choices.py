"""What a person chooses: mails, zone and language; and the one-click way out of a kind of mail.

A visitor chooses a language by a button, which sets a cookie and nothing else.
"""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from activities.adapters.database import DatabaseContacts, DatabasePreferences, DatabaseSessions
from activities.languages import zone_of
from domain.contract.events import Topic, topics_of
from portal.pages.auth import NotHere, Person, SignedIn
from portal.pages.forms import NO_TROUBLE, HarmlessForm, OurForm, Trouble, trouble_of
from portal.pages.i18n import TRANSLATIONS
from portal.pages.limits import haste
from portal.pages.local_time import zones
from portal.pages.page_renderer import context_of, look_of
from portal.pages.read_your_writes import until
from portal.pages.sessions import is_this
from runtime.client import CommandRefused, NoSuchNumber
from runtime.connection import NoServer

router = APIRouter()

_LONGEST_PATH = 500
"""Characters of a page to go back to."""


@router.get("/preferences")
def preferences_page(request: Request, person: SignedIn) -> Response:
    """What they chose so far."""
    return _page(request, person)


@router.post("/preferences")
async def choose(request: Request, person: SignedIn, form: OurForm) -> Response:
    """Remember what they chose: by way of a case of theirs that is open, where there is one.

    So the choice is on that case's record like any other word of the client.
    """
    zone, language = form.text("time_zone"), form.text("language")
    if zone and zone_of(zone) is None:
        wrong = person.words.refused("preferences", "time_zone")
        trouble = Trouble("preferences", wrong, "time_zone", form.fields)
        return await run_in_threadpool(_page, request, person, trouble)
    chosen: dict[str, Any] = {
        topic.value: form.text(topic.value) == "yes" for topic in _optional(request)
    }
    if chosen:
        chosen["digest"] = form.text("digest") == "yes"
    if zone:
        chosen["time_zone"] = zone
    if language in TRANSLATIONS:
        chosen["language"] = language
    if (too_many := await haste(person, "preferences", form)) is not None:
        return await run_in_threadpool(_page, request, person, too_many)
    try:
        await _keep(request, person, chosen)
    except (CommandRefused, NoServer) as problem:
        trouble = trouble_of(problem, "preferences", form, person.times)
        return await run_in_threadpool(_page, request, person, trouble)
    kept = DatabasePreferences(person.context.engine)
    await until(
        lambda: all(
            getattr(kept.of([person.address])[person.address], thing) == value
            for thing, value in chosen.items()
        )
    )
    response = RedirectResponse("/preferences?done=preferences", 303)
    look_of(request).cookies.set(response, "language", chosen.get("language", person.words.tag))
    return response


async def _keep(request: Request, person: Person, chosen: dict[str, Any]) -> None:
    context = context_of(request)
    cases = await run_in_threadpool(DatabaseContacts(context.engine).cases, person.address)
    numbers = [c.snapshot["number"] for c in cases if c.snapshot.get("state") != "closed"]
    if numbers:
        try:
            await context.client.update(
                numbers[0], "set_preferences", {"actor": person.actor} | chosen
            )
        except NoSuchNumber:
            pass  # It closed meanwhile, or another program owns it.
        else:
            return
    await run_in_threadpool(
        DatabasePreferences(context.engine).keep, person.address, chosen, context.now()
    )


def _optional(request: Request) -> list[Topic]:
    """What the policy lets people opt out of."""
    return look_of(request).policy().preferences.optional


def _page(request: Request, person: Person, trouble: Trouble = NO_TROUBLE) -> Response:
    sessions = DatabaseSessions(person.context.engine)
    return look_of(request).show(
        request,
        "preferences.html.j2",
        status=trouble.status,
        person=person,
        times=person.times,
        area="client",
        optional=[topic.value for topic in _optional(request)],
        digest_hour=look_of(request).policy().preferences.digest_hour,
        zones=zones(),
        languages={tag: words.name for tag, words in TRANSLATIONS.items()},
        trouble=trouble,
        done=request.query_params.get("done"),
        sessions=[
            (session, is_this(request, session))
            for session in sessions.live("client", person.context.now(), person.address)
        ],
    )


# --- a visitor's language -------------------------------------------------------------------------


@router.post("/language")
def choose_language(request: Request, form: HarmlessForm) -> Response:
    """Remember which language this browser reads, and go back to where it was."""
    response = RedirectResponse(_own_page(form.text("back")), 303)
    if form.text("language") in TRANSLATIONS:
        look_of(request).cookies.set(response, "language", form.text("language"))
    return response


def _own_page(path: str) -> str:
    """A short path of this portal, whatever was sent.

    Browsers take `//` and `/\\` for another site.
    """
    ours = path.startswith("/") and path[1:2] not in {"/", "\\"} and path.isprintable()
    return path if ours and len(path) <= _LONGEST_PATH else "/"


# --- one click, from a mail ----------------------------------------------------------------------


@router.get("/unsubscribe/{topic}/{token}")
def unsubscribe_page(request: Request, topic: str, token: str) -> Response:
    """A page with a button: mail programs open links, and must not change anything by that.

    It looks nothing up, so that it says nothing of who has which token.
    """
    response = look_of(request).show(
        request, "unsubscribe.html.j2", topic=_known(topic), token=token, done=False
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@router.post("/unsubscribe/{topic}/{token}")
def unsubscribe(request: Request, topic: str, token: str) -> Response:
    """Opt out (RFC 8058): no cookie and no form token, since a mail program sends it.

    The answer to an unknown token is the same.
    """
    known, context = _known(topic), context_of(request)
    DatabasePreferences(context.engine).unsubscribe(token, topics_of(known), context.now())
    return look_of(request).show(
        request, "unsubscribe.html.j2", topic=known, token=token, done=True
    )


def _known(topic: str) -> str:
    try:
        topics_of(topic)
    except ValueError:
        raise NotHere from None
    return topic
