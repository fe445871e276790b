"""Which mails no person wrote to us: bounces, automatic replies, lists, and mails of our own.

None of them may become a case: the confirmation would be answered automatically, and so on.
A client's mail taken for one of them would be lost, so only what is meant as a sign counts as one.
"""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Literal

from domain.addresses import recipient_key
from portal.inbound.reading import Mail

Grade = Literal["machine", "doubtful", "person"]

_AUTOMATIC_PRECEDENCE = {"bulk", "list", "junk", "auto_reply", "auto-reply"}
_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe", "mailing-list", "x-mailing-list")
_REPLY_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation")
_REPORTS = {"message/delivery-status", "message/feedback-report"}
_DAEMONS = {"mailer-daemon", "postmaster", "mail-daemon"}
_SUBJECT = re.compile(
    r"(?:re:\s*)?(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)"
    r"|out of office(?: auto-?reply)?|vacation (?:auto-?)?reply|automatische antwort"
    r"|abwesenheitsnotiz|r[ée]ponse automatique"
    r"|respuesta autom[áa]tica)\s*:",
    re.IGNORECASE,
)
"""With the colon that mail systems put there: "Out of office form fails" is a client's."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a machine wrote a mail, and by what sign."""

    grade: Grade
    """`doubtful` is what people's mails may have as well: somebody's if it answers ours."""
    reason: str | None
    """`own`, `bounce`, `automatic`; where it is doubtful `bulk`, `list` or `suppressed`; None of a
    person's. What stands behind a colon says by which sign."""


def judge(mail: Mail, our_address: str) -> Judgement:
    """Who wrote it, by the signs it has."""
    if _is_ours(mail, our_address):
        return Judgement("machine", "own")
    if _is_bounce(mail):
        return Judgement("machine", "bounce")
    if _is_automatic(mail):
        return Judgement("machine", "automatic")
    if any(name in mail.headers for name in _LIST_HEADERS):
        return Judgement("doubtful", "list")
    return Judgement("person", None)


def _is_ours(mail: Mail, our_address: str) -> bool:
    ours = recipient_key(parseaddr(our_address)[1])
    sender = recipient_key(mail.address)
    # Only our mails name an event.
    return sender == ours or "x-event" in mail.headers or ours in _first(mail, "x-loop").lower()


def _is_bounce(mail: Mail) -> bool:
    if mail.content_type in {"multipart/report", "message/delivery-status"}:
        return True
    # Some programs say so in a part of an ordinary mail, or in a header of their own.
    if mail.part_types & _REPORTS or "x-failed-recipients" in mail.headers:
        return True
    if "return-path" in mail.headers and not _first(mail, "return-path").strip("<> \t"):
        return True
    local = mail.address.partition("@")[0].lower()
    return local in _DAEMONS or not _first(mail, "from").strip("<> \t")


def _is_automatic(mail: Mail) -> bool:
    submitted = re.split(r"[;\s(]", _first(mail, "auto-submitted").strip().lower())[0]
    if submitted not in {"", "no"}:
        return True
    precedences = {value.strip().lower() for value in mail.headers.get("precedence", [])}
    if precedences & _AUTOMATIC_PRECEDENCE:
        return True
    if _first(mail, "x-auto-response-suppress").strip().lower() not in {"", "none"}:
        return True
    if any(name in mail.headers for name in _REPLY_HEADERS):
        return True
    return _SUBJECT.match(mail.subject.strip()) is not None


def _first(mail: Mail, name: str) -> str:
    return next(iter(mail.headers.get(name, [])), "")
