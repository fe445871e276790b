"""Reads a raw mail (RFC 5322) with bounded work, whatever its sender has made of it.

The standard library parses a whole message, and nesting, folding or a million parts can make it
take for ever. So headers and parts are split here, with limits; `email` reads single header values,
cut before and guarded. Whatever cannot be read counts as not there.
"""

import base64
import codecs
import hashlib
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.policy import default
from typing import Any, Literal

from domain.addresses import refuse_unusable_address
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Contact
from portal.inbound import hypertext

MAIL_BYTES = 10 * 1024 * 1024
HEADER_BYTES = 256 * 1024
HEADERS_READ = 500
VALUE_CHARACTERS = 4_000
NESTING = 8
PARTS_READ = 200
TEXT_BYTES = 1024 * 1024
"""Of all text parts together, as they came."""
TEXT_CHARACTERS = 100_000

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_TYPE = re.compile(r"\s*([\w.+-]{1,100}/[\w.+-]{1,100})")
_PARAMETER = re.compile(r";\s*([\w-]{1,50})\s*=\s*(?:\"([^\"]*)\"|([^;\s\"]*))")
_ID = re.compile(r"<[^<>\s]{3,500}>")
_CODECS = re.compile(
    r"ascii|utf-(?:8|16|32)(?:-[bl]e)?|iso8859-\d+|cp\d{3,4}|koi8-\w|mac-\w+|tis-620|hz"
    r"|gb2312|gbk|gb18030|big5\w*|shift_jis\w*|euc_\w+|iso2022_\w+|johab|ptcp154"
)
"""Character sets of mails; Python knows codecs that are none, and some take very long."""
_NAMED = re.compile(r"\[([A-Za-z0-9._-]{1,64})\]")


class Unreadable(ValueError):  # noqa: N818 - says what is wrong
    """A mail nothing can be made of; `field` is what is wrong with it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Part:
    """One part, or the whole, as it came."""

    headers: Mapping[str, list[str]]
    body: bytes

    def first(self, name: str) -> str:
        """The first value of a header as it came, unfolded and cut; empty where there is none."""
        return next(iter(self.headers.get(name, [])), "")

    @property
    def content_type(self) -> str:
        """Such as `text/plain`, which it is where nothing is said."""
        said = _TYPE.match(self.first("content-type"))
        return said[1].lower() if said else "text/plain"

    def parameter(self, name: str) -> str:
        """A parameter of the content type; empty where there is none."""
        for said in _PARAMETER.finditer(self.first("content-type")):
            if said[1].lower() == name:
                return said[2] if said[2] is not None else said[3]
        return ""

    @property
    def attached(self) -> bool:
        """Whether it is a file rather than part of the text."""
        said = self.first("content-disposition").lower()
        return said.startswith("attachment") or "filename" in said


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    """As the sender calls it, without folders; one of ours where it has none."""
    content_type: str
    content: bytes = field(repr=False)
    """Decoded; all of one mail have no more bytes than the mail."""
    disposition: Literal["attachment", "inline"]
    """Inline are pictures of the text and the like."""

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Mail:
    """What is known of a mail."""

    headers: Mapping[str, list[str]]
    content_type: str
    digest: str
    """The same for the same mail, also where it came another way."""
    message_id: str | None
    sender: Contact | None
    """None where it has no sender one could write to."""
    sender_problem: str | None
    """Why there is no sender, as what `From` must be."""
    subject: str
    critical: bool
    """Its subject has the word of the built-in policy (C6)."""
    numbers: tuple[str, ...]
    """What its subject names that looks like a number of ours; `CASE-` and the like in capitals."""
    answers: tuple[str, ...]
    """The Message-IDs it is an answer to, the nearest first."""
    text: str
    """The sender's own new words."""
    quoted: str
    """What they quote, forward and sign with."""
    attachments: tuple[Attachment, ...]
    problems: tuple[str, ...]
    """What of it cannot be read, in words for people."""
    part_types: frozenset[str] = frozenset()
    """The types of its parts, but for those of files and of mails inside it."""

    @property
    def address(self) -> str:
        """Of the sender; empty where there is none."""
        return (self.sender and self.sender.email) or ""


def read(raw: bytes) -> Mail:
    """A mail.

    Raises:
        Unreadable: it is too large, or no mail at all.
    """
    if len(raw) > MAIL_BYTES:
        raise Unreadable("mail", f"must have at most {MAIL_BYTES} bytes")
    whole = _part(raw)
    if not whole.headers:
        raise Unreadable("headers", "are missing")
    sender = _sender(whole)
    message_id = next(iter(_ID.findall(whole.first("message-id"))), None)
    seed = message_id or hashlib.sha256(raw).hexdigest()
    said = f"{seed}\n{((sender and sender.email) or '').lower()}"
    found = _Found()
    _walk(whole, 0, found)
    text = ("\n\n".join(found.plain) or "\n\n".join(found.hypertext))[: 2 * TEXT_CHARACTERS]
    return Mail(
        headers=whole.headers,
        content_type=whole.content_type,
        digest=hashlib.sha256(said.encode()).hexdigest()[:40],
        message_id=message_id,
        sender=sender,
        subject=_clean(_words("Subject", whole.first("subject")), keep=""),
        sender_problem=None if sender else "must be one address such as name@example.org",
        critical=re.search(r"\bcritical\b", whole.first("subject"), re.IGNORECASE) is not None,
        numbers=tuple(_NAMED.findall(whole.first("subject"))),
        answers=_answers(whole),
        text=_clean(text, keep="\n\t")[:TEXT_CHARACTERS].strip(),
        quoted="",
        attachments=tuple(found.files),
        problems=(),
        part_types=frozenset(found.part_types),
    )


# --- headers -------------------------------------------------------------------------------------


def _part(raw: bytes) -> Part:
    if raw.startswith(b"From "):  # What mbox and some pipes put before the headers.
        raw = raw[raw.find(b"\n") + 1 :]
    if raw.startswith((b"\r\n", b"\n")):
        return Part({}, raw.lstrip(b"\r\n"))
    blank = _BLANK_LINE.search(raw, 0, HEADER_BYTES)
    if blank is None and len(raw) > HEADER_BYTES:
        raise Unreadable("headers", f"must have at most {HEADER_BYTES} bytes")
    head, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, b"")
    return Part(_headers(head), body)


def _headers(head: bytes) -> dict[str, list[str]]:
    """Names in lower case with their values, unfolded and cut."""
    found: dict[str, list[str]] = {}
    values: list[str] = []
    for line in head.decode("utf-8", "replace").splitlines()[: HEADERS_READ * 20]:
        if line[:1] in " \t":
            if values and len(values[-1]) < VALUE_CHARACTERS:
                values[-1] = f"{values[-1]} {line.strip()}"[:VALUE_CHARACTERS]
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip().isascii() or len(found) >= HEADERS_READ:
            values = []
            continue
        values = found.setdefault(name.strip().lower(), [])
        if len(values) < HEADERS_READ:
            values.append(value.strip()[:VALUE_CHARACTERS])
    return found


def _parsed(name: str, value: str) -> Any:
    """A header as the standard library reads it; None where it cannot."""
    if not value:
        return None
    try:
        return default.header_factory(name, value)
    except Exception:  # noqa: BLE001 - IndexError, RecursionError and others, all known bugs
        return None


def _words(name: str, value: str) -> str:
    """A header of free text, its encoded words decoded; as it came where they cannot be."""
    header = _parsed(name, value)
    try:
        return value if header is None else str(header)
    except Exception:  # noqa: BLE001 - it decodes when it is read
        return value


def _sender(whole: Part) -> Contact | None:
    """The one address it is from; several, or several headers, are a trick or have no author."""
    if len(whole.headers.get("from", [])) != 1:
        return None
    header = _parsed("From", whole.first("from"))
    try:
        addresses = [(a.addr_spec, a.display_name) for a in header.addresses]
    except Exception:  # noqa: BLE001 - it parses when it is read
        return None
    if len(addresses) != 1:
        return None
    address, name = addresses[0]
    contact = {"email": address, "name": _clean(name, keep="")[:200].strip() or None}
    try:
        refuse_unusable_address("email", address)
        return parse(Contact, contact)
    except InvalidCommand:
        return None


def _answers(whole: Part) -> tuple[str, ...]:
    said = _ID.findall(whole.first("in-reply-to")) + _ID.findall(whole.first("references"))[::-1]
    return tuple(dict.fromkeys(said))[:20]


# --- parts ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Found:
    plain: list[str] = field(default_factory=list)
    hypertext: list[str] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    part_types: set[str] = field(default_factory=set)
    parts: int = 0
    text_bytes: int = 0


def _walk(part: Part, depth: int, found: _Found) -> None:
    """Gather the text, part by part, as deep and as many as are worth it."""
    found.parts += 1
    kind, boundary = part.content_type, part.parameter("boundary")
    if kind.startswith("multipart/") and boundary:
        if depth < NESTING:
            for inner in _split(part.body, boundary.encode("utf-8", "replace")):
                if found.parts >= PARTS_READ:
                    return
                _walk(inner, depth + 1, found)
        return
    if not part.attached:
        found.part_types.add(kind)
    if part.attached or kind not in {"text/plain", "text/html"}:
        name = f"attachment-{len(found.files) + 1}"
        found.files.append(Attachment(name, kind, part.body, "attachment"))
        return
    raw = part.body[: TEXT_BYTES - found.text_bytes]
    found.text_bytes += len(raw)
    text = _text(part, raw)
    if kind == "text/html":
        text = hypertext.words(text)
    (found.plain if kind == "text/plain" else found.hypertext).append(text[:TEXT_CHARACTERS])


def _split(body: bytes, boundary: bytes) -> Iterator[Part]:
    """The parts between the boundaries; the last may lack its end."""
    line = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*\r?(?=\n|\Z)")
    begin: int | None = None
    for found in line.finditer(body):
        if begin is not None:
            yield _inner(body[begin : found.start()])
        if found[1]:
            return
        begin = found.end() + 1
    if begin is not None:
        yield _inner(body[begin:])


def _inner(raw: bytes) -> Part:
    try:
        return _part(raw)
    except Unreadable:
        return Part({}, b"")


def _text(part: Part, raw: bytes) -> str:
    encoding = part.first("content-transfer-encoding").strip().lower()
    if encoding == "base64":
        raw = _base64(raw)
    elif encoding == "quoted-printable":
        raw = quopri.decodestring(raw)
    try:
        known = codecs.lookup(part.parameter("charset").strip("' ") or "utf-8").name
    except (LookupError, ValueError):
        known = "utf-8"
    if not _CODECS.fullmatch(known):
        known = "utf-8"
    return raw.decode("utf-8" if known == "ascii" else known, "replace")


def _base64(raw: bytes) -> bytes:
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    # One character is no byte; else what is cut off short lacks its padding only.
    kept = kept[:-1] if len(kept) % 4 == 1 else kept
    return base64.b64decode(kept + b"=" * (-len(kept) % 4))


def _clean(text: str, *, keep: str) -> str:
    """Without control characters but for those to keep, and without halves of characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if c in keep or c.isprintable() else " " for c in text)
