"""Anybody may have incidents mailed to them: they ask, confirm by the link in a mail, and leave.

The answer is the same whoever asks for whatever address. The links lead to a page with a button,
since mail programs open links before people do.
"""

from datetime import timedelta
from urllib.parse import quote

import structlog
from fastapi import APIRouter, BackgroundTasks, Request, Response

from activities.adapters.database import DatabaseAttempts
from activities.adapters.database.subscribers import ALL, DatabaseSubscribers
from activities.subscriber_letters import SubscriberLetters
from activities.subscriber_ports import Subscriber
from domain.addresses import readable, recipient_key, refuse_unusable_address
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Contact
from portal.context import PortalContext
from portal.pages.forms import HarmlessForm, Trouble
from portal.pages.letters import hand_over
from portal.pages.page_renderer import Look, context_of, look_of
from portal.pages.status import history_here, incident_of, show_incident, show_status
from portal.pages.status_history import PublicIncident
from portal.refusals import refused
from portal.security import computer, public_url

router = APIRouter()
log = structlog.get_logger(__name__)

PER_COMPUTER = (20, timedelta(minutes=15))
"""Tries from one computer."""
PER_ADDRESS = (4, timedelta(hours=1))
"""Mails that one address gets because somebody, perhaps a stranger, asked for them."""
IN_ALL = (500, timedelta(hours=1))
"""Mails to whoever; those who have confirmed get theirs all the same."""


@router.post("/status/subscribe")
def subscribe(request: Request, after: BackgroundTasks, form: HarmlessForm) -> Response:
    """Mail a link to the address, whoever's it is."""
    context, look, now = context_of(request), look_of(request), context_of(request).now()
    ident = form.text("incident")
    incident = incident_of(request, ident) if ident else None
    try:
        email = parse(Contact, {"email": form.text("email")}).email or ""
        refuse_unusable_address("email", email)
    except InvalidCommand:
        wrong = look.words(request).refused("subscribe", "email")
        trouble = Trouble("subscribe", wrong, "email", form.fields)
        if incident:
            return show_incident(request, incident, trouble)
        return show_status(request, trouble)
    history_here(request)
    attempts = DatabaseAttempts(context.engine)
    if not attempts.allows("subscribe from", computer(request.scope), *PER_COMPUTER, now):
        refused("rate", request.scope)
        return look.show(
            request, "problem.html.j2", status=429, what="too_often", back="/status", area="status"
        )
    after.add_task(_ask_to_confirm, context, look, email, incident, look.words(request).tag)
    return _page(request, "asked", address=form.text("email"))


@router.get("/status/confirm/{token}")
def confirm_page(request: Request, token: str) -> Response:
    """A button; opening the page changes nothing, and looks nothing up."""
    return _page(request, "confirm", action=f"/status/confirm/{quote(token, safe='')}")


@router.post("/status/confirm/{token}")
def confirm(request: Request, token: str) -> Response:
    """From now on they are told. The token is proof enough."""
    context = context_of(request)
    if DatabaseSubscribers(context.engine).confirm(token, context.now()):
        return _page(request, "confirmed")
    refused("link", request.scope)
    return _page(request, "void", status=410)


@router.get("/status/leave/{token}")
def leave_page(request: Request, token: str) -> Response:
    """A button likewise."""
    return _page(request, "leave", action=f"/status/leave/{quote(token, safe='')}")


@router.post("/status/leave/{token}")
def leave(request: Request, token: str) -> Response:
    """End it (RFC 8058): a mail program sends it, without cookie or form token.

    The answer to an unknown token is the same.
    """
    DatabaseSubscribers(context_of(request).engine).leave(token)
    return _page(request, "left")


def _page(
    request: Request,
    step: str,
    *,
    status: int = 200,
    action: str | None = None,
    address: str | None = None,
) -> Response:
    response = look_of(request).show(
        request,
        "subscription.html.j2",
        status=status,
        area="status",
        step=step,
        action=action,
        address=address,
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _ask_to_confirm(
    context: PortalContext, look: Look, email: str, incident: PublicIncident | None, language: str
) -> None:
    """Runs after the answer, which so says nothing of what becomes of it.

    A letter that could not be sent is on the log, and may be asked for again.
    """
    now, address = context.now(), recipient_key(email)
    attempts = DatabaseAttempts(context.engine)
    if not attempts.allows("subscribe", address, *PER_ADDRESS, now):
        return
    if not attempts.allows("subscribe", "all", *IN_ALL, now):
        log.warning("portal.subscriptions_too_many")
        return
    key = incident.key if incident else ALL
    token = DatabaseSubscribers(context.engine).ask(email, key, language, now)
    if token is None:
        log.warning("portal.subscription_not_taken")
        return
    letters = SubscriberLetters(
        look.policy(), context.settings.mail_from, public_url(context.settings)
    )
    to = Subscriber(address, readable(email), language, token)
    letter = letters.confirmation(to, incident.name if incident else None, now)
    hand_over(context, letter, address)
