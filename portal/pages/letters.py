"""Writes and sends the letter with a link to sign in, on the same paper as every other mail."""

from email.utils import parseaddr
from functools import lru_cache
from hashlib import sha256
from typing import Any

import structlog
from jinja2 import Environment
from markupsafe import escape

from activities.adapters.database import DatabaseContacts, KeptMail
from activities.adapters.database.contacts import Known
from activities.adapters.database.sessions import hashed
from activities.languages import TEMPLATES
from activities.paragraphs import as_value, behind, environment, paragraphs, wrap
from activities.ports import Letter, Mailbox, NotNow, Refused
from portal.pages.look import Look
from portal.security import public_url
from portal.site import Site

SIGN_IN = "portal.sign_in"
"""The `X-Event` of the letter."""

log = structlog.get_logger(__name__)

_BODY = """Hello,

someone, most likely you, asked to sign in to the {product} support portal.
This link signs you in. It works once, within 15 minutes:

{link}

If you did not ask for it, you need not do anything: nobody gets in without the link."""


def send_link(site: Site, look: Look, address: str, token: str) -> None:
    """Send the link of a token to an address that is somebody's; runs after the answer has gone.

    The answer is the same and as fast whether anybody has the address or not. A letter that could
    not be sent is on the log, and may be asked for again.
    """
    known = DatabaseContacts(site.engine).known(address)
    letter = sign_in_letter(site, look, known or _nobody(address), token)
    if known is None:
        return
    mailbox: Mailbox = site.mailbox or KeptMail(site.engine)
    try:
        with mailbox.open() as session:
            session.send(letter)
    except (Refused, NotNow) as error:
        log.warning(
            "portal.link_not_sent", contact=hashed(address)[:16], problem=type(error).__name__
        )


def sign_in_letter(site: Site, look: Look, known: Known, token: str) -> Letter:
    """The letter to one person."""
    texts, times, now = look.texts(), look.vendor_times(), site.now()
    link = f"{public_url(site.settings)}/sign-in/{token}"
    subject = as_value(f"Sign in to {texts.product} support")
    paper: dict[str, Any] = {
        "lang": "en",
        "subject": subject,
        "paragraphs": list(paragraphs(_BODY.format(product=as_value(texts.product), link=link))),
        "signature": [*texts.signature.splitlines(), texts.vendor],
        "rows": [],
        "label_width": 0,
        "sent": f"Sent {times.full(now)}",
        "way_out": None,
        "unsubscribe": None,
    }
    domain = parseaddr(site.settings.mail_from)[1].rpartition("@")[2].encode("idna").decode()
    return Letter(
        message_id=f"<{sha256(f'sign-in/{token}'.encode()).hexdigest()[:40]}@{domain}>",
        to=known.email,
        to_name=known.name,
        subject=subject,
        text=_layouts().get_template("layout.txt.j2").render(paper),
        html=_with_anchor(_layouts().get_template("layout.html.j2").render(paper), link),
        headers={"X-Event": SIGN_IN, "Auto-Submitted": "auto-generated"},
        at=now,
    )


def _with_anchor(html: str, link: str) -> str:
    """The layout shows values as text; a link that is there to be followed becomes one."""
    shown = str(escape(link))
    return html.replace(shown, f'<a href="{shown}">{shown}</a>')


def _nobody(address: str) -> Known:
    return Known(address, address, None, None, None)


@lru_cache(maxsize=1)
def _layouts() -> Environment:
    layouts = environment(TEMPLATES)
    layouts.filters |= {"wrap": wrap, "behind": behind}
    return layouts
