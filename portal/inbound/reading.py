"""Reads a raw mail with bounded work, whatever its sender has made of it.

Whatever cannot be read counts as not there, and is said.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.case.first_response import stands_alone
from domain.contract.values import Contact
from portal.inbound import charsets, quoting
from portal.inbound.bodies import Attachment, Body
from portal.inbound.parts import Part, Unreadable, part_of, words
from portal.inbound.sender import Refused, name_in, sender_of

__all__ = ["MAIL_BYTES", "Attachment", "Mail", "Unreadable", "read"]

MAIL_BYTES = 10 * 1024 * 1024
TEXT_CHARACTERS = 100_000
"""Of the own words, and of what is quoted; of more the end is kept as well as the beginning."""
CRITICAL_WORD = "Critical"
"""Of the built-in policy; a case is judged by that of its own."""
NUMBERS_READ = 20
ANSWERS_READ = 20

_LEFT_OUT = "\n\n[…]\n\n"
_ID = re.compile(r"<([^<>]{3,500})>")
_BARE_ID = re.compile(r"[^\s<>@,;:()\"]{1,250}@[^\s<>@,;()\"]{1,250}")
_OURS = re.compile(r"(?<![a-z0-9_.-])(?:case|def|rel|mail)-\d[a-z0-9_.-]{0,50}(?<![.-])", re.I)
_NAMED = re.compile(
    r"\[\s*#?([A-Za-z][A-Za-z0-9_]{0,15}-[A-Za-z0-9._-]{0,40}\d[A-Za-z0-9_-]{0,6})\s*]"
)
_REPLY = re.compile(r"\s*(?:\[[^\]]{0,40}\]\s*)?[^\W\d_]{2,5}(?:\[\d+\]|\^\d+)?\s?[:\uff1a]")
"""`Re:`, `AW:`, `Antw:`, `回复:`: whatever short word stands there."""


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
    sender_name: str
    """What the sender is called, whether or not there is an address."""
    reply_to: Contact | None
    """Where answers are wanted: believed of nobody but our own web forms."""
    subject: str
    critical: bool
    """Its subject has the word of the built-in policy (C6)."""
    numbers: tuple[str, ...]
    """What its subject names that looks like a number of ours; `CASE-` and the like in capitals."""
    answers: tuple[str, ...]
    """The Message-IDs it is an answer to, the nearest first."""
    text: str
    """The sender's own new words; all there are where none are their own."""
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

    def first(self, name: str) -> str:
        """The first value of a header as it came, cut; empty where there is none."""
        return next(iter(self.headers.get(name, [])), "")


def read(raw: bytes) -> Mail:
    """A mail.

    Raises:
        Unreadable: it is too large, or no mail at all.
    """
    if len(raw) > MAIL_BYTES:
        raise Unreadable("mail", f"must have at most {MAIL_BYTES} bytes")
    whole = part_of(raw)
    if not whole.headers:
        raise Unreadable("headers", "are missing")
    sender, refused = _sender(whole)
    subject = charsets.cleaned(words(whole.first("subject")), lines=False).strip()
    message_id = next(iter(_ids(whole.first("message-id"))), None)
    answers = _answers(whole)
    body = Body()
    body.read(whole)
    said = "\n\n".join(filter(None, (text.strip("\n") for text in body.text)))
    text, quoted = quoting.split(said, is_reply=bool(answers) or bool(_REPLY.match(subject)))
    quoted = "\n\n".join(filter(None, [quoted, *body.forwarded]))
    if not text:
        text, quoted = quoted, ""
    problems = [*([f"From: {refused}"] if refused else []), *body.problems]
    if max(len(text), len(quoted)) > TEXT_CHARACTERS:
        problems.append(f"Of the text only {TEXT_CHARACTERS} characters are kept")
    return Mail(
        headers=whole.headers,
        content_type=whole.content_type,
        digest=_digest(whole, message_id, sender, f"{text}\n{quoted}", body.files),
        message_id=message_id,
        sender=sender,
        sender_problem=refused,
        sender_name=name_in(whole.first("from")),
        reply_to=_reply_to(whole),
        subject=subject,
        critical=stands_alone(CRITICAL_WORD, subject),
        numbers=_numbers(subject),
        answers=answers,
        text=_bounded(text),
        quoted=_bounded(quoted),
        attachments=tuple(body.files),
        problems=tuple(problems),
        part_types=frozenset(body.part_types),
    )


def _sender(whole: Part) -> tuple[Contact | None, str | None]:
    try:
        return sender_of(whole.headers.get("from", [])), None
    except Refused as refused:
        return None, str(refused)


def _reply_to(whole: Part) -> Contact | None:
    try:
        return sender_of(whole.headers.get("reply-to", []))
    except Refused:
        return None


def _ids(value: str) -> list[str]:
    """Message-IDs in their brackets, also where these are missing, or a line ended within."""
    found = ["".join(said.split()) for said in _ID.findall(value)]
    return [f"<{said}>" for said in found or _BARE_ID.findall(value)]


def _answers(whole: Part) -> tuple[str, ...]:
    said = _ids(whole.first("in-reply-to")) + _ids(whole.first("references"))[::-1]
    return tuple(dict.fromkeys(said))[:ANSWERS_READ]


def _numbers(subject: str) -> tuple[str, ...]:
    """Ours wherever they stand; those of a client's own tracker in brackets only."""
    said = [(m.start(), m[0].upper()) for m in _OURS.finditer(subject)]
    known = {number for _, number in said}
    said += [(m.start(), m[1]) for m in _NAMED.finditer(subject) if m[1].upper() not in known]
    return tuple(dict.fromkeys(number for _, number in sorted(said)))[:NUMBERS_READ]


def _digest(
    whole: Part, message_id: str | None, sender: Contact | None, text: str, files: list[Attachment]
) -> str:
    """Of what its sender wrote, never of how it came: one Message-ID may be of several mails."""
    author = ((sender and sender.email) or whole.first("from")).lower()
    date = "" if message_id else whole.first("date")
    said = hashlib.sha256()
    for piece in (message_id or "", author, date, words(whole.first("subject")), text):
        said.update(f"{' '.join(piece.split())}\n".encode("utf-8", "replace"))
    for file in files:
        said.update(hashlib.sha256(file.content).digest())
    return said.hexdigest()[:40]


def _bounded(text: str) -> str:
    if len(text) <= TEXT_CHARACTERS:
        return text
    half = (TEXT_CHARACTERS - len(_LEFT_OUT)) // 2
    return f"{text[:half]}{_LEFT_OUT}{text[-half:]}"
