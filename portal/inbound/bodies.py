"""What a mail says, part by part: its words in order, its files, and what of it cannot be read.

Among alternatives one is taken; parts of everything else follow each other (RFC 2046).
"""

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from portal.inbound import calendars, charsets, hypertext
from portal.inbound.parts import (
    Part,
    Unreadable,
    part_of,
    parts_of,
    unnamed,
    uuencoded,
    words,
)

NESTING = 8
PARTS_READ = 200
TEXT_BYTES = 1024 * 1024
"""Of all text parts together, as they came."""

_SNIFFED_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body)\b", re.IGNORECASE)
_SNIFFED_BOUNDARY = re.compile(
    rb"(?:\A|\n)--([^\s-][^\r\n]{0,99}?)[ \t]*\r?\n(?:Content-|\r?\n)", re.I
)
_READ_AS_TEXT = {"text/plain", "text/html", "text/enriched", "text/richtext", "text/calendar"}
_NO_TEXT = {"text/vcard", "text/x-vcard", "text/directory", "text/rtf", "text/csv", "text/css"}
_MAILS = {"message/rfc822", "message/global", "text/rfc822"}
_SEALED = {
    "application/pkcs7-mime": "is signed or encrypted with S/MIME",
    "application/x-pkcs7-mime": "is signed or encrypted with S/MIME",
    "application/ms-tnef": "is in Outlook's own format (winmail.dat)",
    "application/vnd.ms-tnef": "is in Outlook's own format (winmail.dat)",
    "application/pgp-encrypted": "is encrypted with PGP",
}
_ENRICHED = re.compile(r"<param>[^<]{0,200}</param>|<(?!<)/?[A-Za-z][^<>]{0,60}>", re.IGNORECASE)
_PGP = "-----BEGIN PGP MESSAGE-----"


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


@dataclass(slots=True)
class Body:
    """What was found in the parts of a mail."""

    text: list[str] = field(default_factory=list)
    forwarded: list[str] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    part_types: set[str] = field(default_factory=set)
    _parts: int = 0
    _bytes: int = 0
    _markup_left: int = hypertext.MARKUP_READ
    _tried_bytes: int = 0
    """Of alternatives that were read to choose between them."""

    def read(self, part: Part, depth: int = 0, *, silent: bool = False) -> None:
        """Take the words and files of a part, as deep and as many as are worth it.

        `silent` are alternatives that were not chosen: of these only the files are taken.
        """
        self._parts += 1
        kind = part.content_type
        if kind.startswith("multipart/"):
            self._several(part, depth, silent)
            return
        attached = part.disposition == "attachment" and depth > 0
        if not attached:
            self.part_types.add(_kind_for_judging(part))
        if kind in _MAILS:
            self._mail(part, depth, silent)
        elif not attached and (kind in _READ_AS_TEXT or _is_other_text(part)):
            if not silent:
                self._words(part)
            elif kind == "text/calendar":
                self._file(part)
        else:
            if kind in _SEALED:
                self._problem(f"{part.file_name or 'The mail'} {_SEALED[kind]}: it cannot be read")
            self._file(part)

    # --- parts of parts --------------------------------------------------------------------------

    def _several(self, part: Part, depth: int, silent: bool) -> None:
        boundary = part.parameter("boundary").encode("utf-8", "replace")
        if not boundary and (found := _SNIFFED_BOUNDARY.search(part.body, 0, 65_536)):
            boundary = found[1]
        if depth >= NESTING:
            self._problem(f"Parts inside {NESTING} others are not read")
            return
        kind = part.content_type
        if kind == "multipart/encrypted":
            self._problem("The mail is encrypted: it cannot be read")
        children = self._children(part, boundary, kind) if boundary else []
        if not children:
            # Without its boundaries it is one text.
            self.read(replace(part, headers=_as_plain(part)), depth + 1, silent=silent)
            return
        chosen = self._chosen(children) if kind == "multipart/alternative" else None
        for child in children:
            self.read(
                child, depth + 1, silent=silent or (chosen is not None and child is not chosen)
            )

    def _children(self, part: Part, boundary: bytes, kind: str) -> list[Part]:
        children: list[Part] = []
        for raw in parts_of(part.body, boundary):
            if self._parts + len(children) >= PARTS_READ:
                self._problem(f"Of more than {PARTS_READ} parts the rest is not read")
                break
            try:
                child = part_of(raw)
            except Unreadable:
                self._problem("A part cannot be read: there is too much in its headers")
                continue
            if kind == "multipart/digest" and "content-type" not in child.headers:
                child = replace(
                    child, headers={**child.headers, "content-type": ["message/rfc822"]}
                )
            children.append(child)
        return children

    def _chosen(self, children: list[Part]) -> Part:
        """Plain text, unless it has few of the words that another alternative has."""
        texts = [(child, self._tried(child)) for child in children]
        counted = [(child, len(text.split())) for child, text in texts]
        most = max(count for _, count in counted)
        enough = [child for child, count in counted if count and count * 4 >= most]
        plain = [
            c for c in enough if c.content_type == "text/plain" and c.disposition != "attachment"
        ]
        return next(iter([*plain, *enough]), children[-1])

    def _tried(self, child: Part) -> str:
        """The words of an alternative, as far as they are needed to choose."""
        child = replace(child, body=child.body[:TEXT_BYTES])
        body = Body(_parts=self._parts, _bytes=self._tried_bytes, _markup_left=self._markup_left)
        boundary = child.parameter("boundary").encode("utf-8", "replace")
        several = child.content_type.startswith("multipart/") and boundary
        inside = self._children(child, boundary, "")[:5] if several else [child]
        for part in inside:
            if part.content_type in _READ_AS_TEXT - {"text/calendar"}:
                body.read(part, NESTING)
        self._tried_bytes, self._markup_left = body._bytes, body._markup_left
        return " ".join(body.text)

    # --- a part ----------------------------------------------------------------------------------

    def _words(self, part: Part) -> None:
        cut = len(part.body) > TEXT_BYTES - self._bytes
        raw = replace(part, body=part.body[: TEXT_BYTES - self._bytes]).decoded(text=True)
        self._bytes += min(len(part.body), TEXT_BYTES - self._bytes)
        kind = part.content_type
        if "content-type" not in part.headers and _SNIFFED_HTML.match(raw):
            kind = "text/html"
        if kind == "text/plain":
            raw, files = uuencoded(raw)
            self.files += [_named(name, content, len(self.files)) for name, content in files]
        text = charsets.decode(raw, part.charset, html=kind == "text/html")
        if kind == "text/html":
            markup, self._markup_left = self._markup_left, self._markup_left - text.count("<")
            text = hypertext.words(text, markup)
        elif kind in {"text/enriched", "text/richtext"}:
            text = _enriched(text)
        elif kind == "text/calendar":
            self._file(part)
            text = calendars.words(text) if not any(map(str.strip, self.text)) else ""
        if _PGP in text:
            self._problem("The text is encrypted with PGP: it cannot be read")
        self.text.append(charsets.cleaned(text, lines=True).strip("\n"))
        if cut:
            self._problem(f"Of the text only the first {TEXT_BYTES} bytes are read")
            self._file(part)

    def _mail(self, part: Part, depth: int, silent: bool) -> None:
        """A mail inside this one, such as one that is forwarded: its words, and it as a file."""
        try:
            inner = part_of(part.decoded().lstrip(b"\r\n"))
        except Unreadable:
            self._file(part)
            return
        subject = charsets.cleaned(words(inner.first("subject")), lines=False).strip()
        if not silent and depth < NESTING:
            within = Body(_parts=self._parts, _bytes=self._bytes, _markup_left=self._markup_left)
            within.read(inner, depth + 1)
            self._parts, self._bytes = within._parts, within._bytes
            self._markup_left = within._markup_left
            heads = [
                f"{name}: {charsets.cleaned(words(inner.first(name.lower())), lines=False).strip()}"
                for name in ("From", "Date", "Subject")
                if inner.first(name.lower())
            ]
            self.forwarded.append("\n\n".join(["\n".join(heads), *within.text, *within.forwarded]))
            self.problems += within.problems
        self._file(part, f"{subject[:80].replace('/', '-')}.eml" if subject else "")

    def _file(self, part: Part, name: str = "") -> None:
        name = part.file_name or name or unnamed(len(self.files) + 1, part.content_type)
        disposition: Literal["attachment", "inline"] = "attachment"
        if part.disposition == "inline" or (not part.disposition and "content-id" in part.headers):
            disposition = "inline"
        self.files.append(Attachment(name, part.content_type, part.decoded(), disposition))

    def _problem(self, said: str) -> None:
        if said not in self.problems and len(self.problems) < 20:
            self.problems.append(said)


def _kind_for_judging(part: Part) -> str:
    if part.content_type != "text/calendar":
        return part.content_type
    # What answers an invitation is a machine's, the invitation is not.
    method = part.parameter("method").lower() or calendars.method(part.decoded()[:4096])
    return f"text/calendar; method={method}"


def _is_other_text(part: Part) -> bool:
    """Such as Markdown: without a name it stands in the mail to be read."""
    kind = part.content_type
    return kind.startswith("text/") and kind not in _NO_TEXT and not part.file_name


def _as_plain(part: Part) -> dict[str, list[str]]:
    kept = {name: values for name, values in part.headers.items() if name != "content-type"}
    return {**kept, "content-type": ["text/plain"]} if part.body.strip() else kept


def _named(name: str, content: bytes, count: int) -> Attachment:
    said = re.split(r"[/\\]", charsets.cleaned(name, lines=False))[-1].strip()[:200]
    kind = "application/octet-stream"
    return Attachment(said or unnamed(count + 1, kind), kind, content, "attachment")


def _enriched(text: str) -> str:
    """RFC 1896: one line end is a blank, of more one is left out."""
    text = re.sub(
        r"\n+", lambda run: " " if len(run[0]) == 1 else run[0][1:], text.replace("\r", "")
    )
    parts = [_ENRICHED.sub("", piece) for piece in text.split("<<")]
    return "<".join(parts)
