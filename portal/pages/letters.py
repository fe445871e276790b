"""Writes and sends the letter with a link to sign in, on the paper and in the language of mails."""

from collections.abc import Sequence
from email.utils import parseaddr
from functools import lru_cache
from hashlib import sha256
from typing import Any

import structlog
from jinja2 import Environment

from activities.adapters.database import (
    DatabaseContacts,
    DatabasePreferences,
    DatabaseSignInLinks,
)
from activities.adapters.database.contacts import Known
from activities.adapters.database.sessions import hashed
from activities.languages import TEMPLATES, preferred
from activities.paragraphs import as_value, behind, environment, paragraphs, wrap
from activities.ports import Letter, NotNow, Refused
from activities.subscriber_letters import with_anchor
from domain.addresses import ascii_domain
from portal.context import PortalContext
from portal.pages.i18n import ENGLISH, TRANSLATIONS, Translations
from portal.pages.page_renderer import Look
from portal.security import public_url

SIGN_IN = "portal.sign_in"
"""The `X-Event` of the letter."""

log = structlog.get_logger(__name__)


def send_link(
    context: PortalContext,
    look: Look,
    address: str,
    browser: str,
    wanted: Sequence[str | None] = (),
) -> None:
    """Make a link for the browser that asked and send it to a contact; runs after the answer.

    The answer is the same and as fast whether anybody has the address or not, and this takes as
    long, but nothing is kept of an address that nobody has. A letter that could not be sent is on
    the log, and may be asked for again. `wanted` are the languages of the browser, for a person who
    never chose one.
    """
    known = DatabaseContacts(context.engine).known(address)
    words = ENGLISH
    if known is not None:
        chosen = DatabasePreferences(context.engine).of([address])[address].language
        words = preferred(TRANSLATIONS, chosen, known.language, *wanted)
    links, now = DatabaseSignInLinks(context.engine), context.now()
    token = links.make(address, browser, now, keep=known is not None)
    letter = sign_in_letter(context, look, known or _nobody(address), token, words)
    if known is not None:
        hand_over(context, letter, address)


def hand_over(context: PortalContext, letter: Letter, address: str) -> None:
    """Mail a letter with a link that somebody asked for; a failure is on the log."""
    try:
        with context.outgoing().open() as session:
            session.send(letter)
    except (Refused, NotNow) as error:
        log.warning(
            "portal.link_not_sent", contact=hashed(address)[:16], problem=type(error).__name__
        )


def sign_in_letter(
    context: PortalContext, look: Look, known: Known, token: str, words: Translations
) -> Letter:
    """The letter to one person."""
    texts, times, now = look.texts(), look.vendor_times(words), context.now()
    link = f"{public_url(context.settings)}/sign-in/{token}"
    product = as_value(texts.product)
    subject = words.plain("letter.subject", product=product)
    body = (
        words.plain("letter.greeting"),
        words.plain("letter.asked", product=product),
        link,
        words.plain("letter.nobody_else"),
    )
    paper: dict[str, Any] = {
        "lang": words.tag,
        "subject": subject,
        "paragraphs": list(paragraphs("\n\n".join(body))),
        "signature": [*texts.signature.splitlines(), texts.vendor],
        "rows": [],
        "label_width": 0,
        "sent": words.plain("letter.sent", at=times.full(now)),
        "opt_out": None,
        "unsubscribe": None,
        "page": None,
    }
    domain = ascii_domain(parseaddr(context.settings.mail_from)[1].rpartition("@")[2])
    return Letter(
        message_id=f"<{sha256(f'sign-in/{token}'.encode()).hexdigest()[:40]}@{domain}>",
        to=known.email,
        to_name=known.name,
        subject=subject,
        text=_layouts().get_template("layout.txt.j2").render(paper),
        html=with_anchor(_layouts().get_template("layout.html.j2").render(paper), link),
        headers={"X-Event": SIGN_IN, "Auto-Submitted": "auto-generated"},
        at=now,
    )


def _nobody(address: str) -> Known:
    return Known(address, address, None, None, None)


@lru_cache(maxsize=1)
def _layouts() -> Environment:
    layouts = environment(TEMPLATES)
    layouts.filters |= {"wrap": wrap, "behind": behind}
    return layouts
