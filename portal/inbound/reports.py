"""Reads what mail systems say of our letters: not delivered (RFC 3464), late, or a complaint.

A report is made of text that anybody could have written. So nothing is taken from it but message
ids, addresses and status codes; its caller looks these up among the letters that were sent.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from typing import Literal

from flufl.bounce import all_failures

REPORT_BYTES = 64 * 1024
"""What is read of a report: the standard library takes a message apart without any bounds."""
_IDS = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>")
_QUOTED_ID = re.compile(r"^Message-ID:[ \t]*(<[^<>\s]{1,400}>)", re.IGNORECASE | re.MULTILINE)
"""Of a letter that came back as text, as from before there was a standard."""
_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})")
_RETURNED = {
    *("message/rfc822", "message/global", "text/rfc822", "message/rfc822-headers"),
    *("text/rfc822-headers", "message/global-headers"),
}
_STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
_COMPLAINT = "message/feedback-report"
_NO_COMPLAINT = {"not-spam", "auth-failure", "dmarc"}
_ACTIONS: dict[str, Literal["permanent", "temporary"]] = {
    "failed": "permanent",
    "error": "permanent",
    "delayed": "temporary",
}

Kind = Literal["permanent", "temporary", "complaint"]

# It logs whole tracebacks of reports it cannot read, which hold client text.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says: of which letters it may be, to whom, and what became of them."""

    kind: Kind
    addresses: frozenset[str]
    """Recipients it names; of a complaint often none, since they are blacked out."""
    message_ids: tuple[str, ...]
    code: str
    """`5.1.1` (RFC 3463), or `5.0.0` and `4.0.0` where it has none; `abuse` of a complaint."""


def read_report(raw: bytes) -> Report | None:
    """A report, or None where it is none that can be read, or says that all went well."""
    try:
        message = message_from_bytes(raw[:REPORT_BYTES])
        parts = list(message.walk())
        ids = tuple(dict.fromkeys(_ids(message, parts)))
        return _complaint(parts, ids) or _standard(parts, ids) or _other(message, ids)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None  # Made to be unreadable, or by a program that does not know better.


def _ids(message: Message, parts: list[Message]) -> Iterator[str]:
    """Of the letter that came back, then of what the report says it answers."""
    for part in parts:
        if part.get_content_type() in _RETURNED:
            yield from _ids_of(_header(_inner(part), "message-id"))
        elif part.get_content_type() == "text/plain":
            decoded = part.get_payload(decode=True)
            yield from _ids_of(" ".join(_QUOTED_ID.findall(_text(decoded))))
    for name in ("in-reply-to", "references"):
        yield from _ids_of(_header(message, name))


def _inner(part: Message) -> Message:
    """The letter in a part; where only its headers came back, these as a letter."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return payload[0] if payload and isinstance(payload[0], Message) else Message()
    return message_from_bytes(_text(part.get_payload(decode=True)).encode())


def _complaint(parts: list[Message], ids: tuple[str, ...]) -> Report | None:
    """RFC 5965."""
    for said in _blocks(parts, {_COMPLAINT}):
        kind = _header(said, "feedback-type").strip().lower()
        if kind and kind not in _NO_COMPLAINT:
            addresses = frozenset(filter(None, [_address(_header(said, "original-rcpt-to"))]))
            return Report("complaint", addresses, ids, re.sub(r"[^a-z-]", "", kind)[:20])
    return None


def _standard(parts: list[Message], ids: tuple[str, ...]) -> Report | None:
    """RFC 3464, and RFC 6533 for addresses that are not ASCII.

    A permanent failure is one that says so: a server that gave up after days of trying answers
    4.4.7, and may take the next letter.
    """
    for said in _blocks(parts, _STATUS_PARTS):
        action = re.split(r"[;\s(]", _header(said, "action").strip().lower())[0]
        kind = _ACTIONS.get(action)
        if kind is None:
            continue
        status = _STATUS.match(_header(said, "status"))
        if status is not None and status[1] == "4":
            kind = "temporary"
        named = (_header(said, name) for name in ("original-recipient", "final-recipient"))
        addresses = frozenset(filter(None, map(_address, named)))
        code = ".".join(status.groups()) if status else _unstated(kind)
        return Report(kind, addresses, ids, code)
    return None


def _other(message: Message, ids: tuple[str, ...]) -> Report | None:
    """The many forms from before there was a standard, and beside it."""
    temporary, permanent = all_failures(message)
    kind: Kind = "permanent" if permanent else "temporary"
    found = permanent or temporary
    if not found:
        return None
    addresses = frozenset(a.decode("ascii", "replace") for a in found)
    return Report(kind, addresses, ids, _unstated(kind))


def _blocks(parts: list[Message], types: set[str]) -> Iterator[Message]:
    """The groups of fields in the parts of these types, whichever way they were parsed."""
    for part in parts:
        if part.get_content_type() not in types:
            continue
        payload = part.get_payload()
        blocks = [b for b in payload if isinstance(b, Message)] if isinstance(payload, list) else []
        yield from blocks
        # The parser knows the groups of one of the types only: of others they are one text.
        for text in (_text(block.get_payload(decode=True)) for block in blocks or [part]):
            for group in re.split(r"\r?\n\r?\n", text):
                yield message_from_bytes(group.encode())


def _text(decoded: object) -> str:
    return decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else ""


def _header(message: Message, name: str) -> str:
    """The first value of a header as it came, UTF-8 (RFC 6532) included."""
    # As it came: `get` makes question marks of what is not ASCII.
    found = (str(value) for known, value in message.raw_items() if known.lower() == name)
    return next(found, "").encode("ascii", "surrogateescape").decode("utf-8", "replace")


def _ids_of(value: str) -> list[str]:
    return _IDS.findall(value)[:20]


def _address(value: str) -> str:
    """The address of `rfc822; <ada@river.example>`; empty where there is none."""
    said = value.rpartition(";")[2].strip().strip("<>").strip()
    return said if said.count("@") == 1 else ""


def _unstated(kind: Kind) -> str:
    return "5.0.0" if kind == "permanent" else "4.0.0"
