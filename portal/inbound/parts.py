"""Takes a mail (RFC 5322) apart into headers and parts, with bounded work.

The parser of the standard library is not used: it ends header lines at a lone carriage return, and
needs minutes for a mail of 10 MB made of boundaries or of 150,000 parts inside each other.
"""

import base64
import binascii
import mimetypes
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import collapse_rfc2231_value, decode_params

from portal.inbound import charsets

HEADER_BYTES = 256 * 1024
HEADERS_READ = 500
HEADER_LINES = 10_000
VALUE_CHARACTERS = 4_000
"""Longer values keep their beginning, and one character more, by which one can tell."""
_NEWEST_LAST = {"references", "in-reply-to"}
"""Of these the end is kept."""

_BLANK_LINE = re.compile(rb"\r{0,3}\n(?:\r{0,3}\n)")
_LINE = re.compile(rb"\r{0,3}\n")
_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")
_TYPE = re.compile(r"\s*([\w.+-]{1,100}/[\w.+-]{1,100})")
_PARAMETER = re.compile(
    r"(?:^|[;\s)])\s*([A-Za-z0-9_*-]{1,50})\s*=\s*"
    r"(?:\"((?:[^\"\\]|\\.)*)\"?|([^;\"]*?)(?=\s*(?:;|\s[\w*-]{1,50}\s*=|$)))"
)
_ENCODING = re.compile(r"\s*(?:\([^()]*\)\s*)*[\"']?([\w-]+)")
_ENCODED_WORD = re.compile(r"=\?([^?\s*]{1,50})(?:\*[^?\s]*)?\?([bBqQ])\?(.*?)\?=", re.DOTALL)
_BETWEEN_WORDS = re.compile(r"(?<=\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)")
_NOT_BASE64 = bytes(b for b in range(256) if not (chr(b).isascii() and chr(b).isalnum())).translate(
    None, b"+/"
)
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.MULTILINE)


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

    def parameter(self, name: str, header: str = "content-type") -> str:
        """A parameter, also where it is in pieces or encoded (RFC 2231); empty where absent."""
        pieces: list[tuple[str, str]] = [("", "")]
        for said in _PARAMETER.finditer(self.first(header)):
            key, value = said[1].lower(), said[2] if said[2] is not None else said[3]
            if key == name:
                return words(re.sub(r"\\(.)", r"\1", value))
            if key.split("*")[0] == name:
                pieces.append((key, value))
        try:
            joined = dict(decode_params(pieces)).get(name, "")
            return collapse_rfc2231_value(joined).strip('"')
        except (ValueError, LookupError, TypeError):
            return ""

    @property
    def charset(self) -> str:
        """As declared; empty where nothing is."""
        return self.parameter("charset")

    @property
    def disposition(self) -> str:
        """`attachment`, `inline` or empty."""
        said = re.match(r"\s*\"?([a-z]+)", self.first("content-disposition").lower())
        return ("inline" if said[1] == "inline" else "attachment") if said else ""

    @property
    def file_name(self) -> str:
        """Without folders; empty where it has none."""
        named = self.parameter("filename", "content-disposition") or self.parameter("name")
        name = re.split(r"[/\\]", charsets.cleaned(named, lines=False))[-1].strip()
        return name[:200]

    def decoded(self, *, text: bool = False) -> bytes:
        """The content without its transfer encoding, also where that is broken or untrue."""
        said = _ENCODING.match(self.first("content-transfer-encoding").lower())
        encoding = said[1] if said else ""
        if encoding == "base64":
            return _text_of_base64(self.body, self.charset) if text else _base64(self.body)
        if encoding == "quoted-printable":
            return quopri.decodestring(self.body)
        if encoding in {"x-uuencode", "x-uue", "uuencode", "uue"}:
            return b"".join(content for _, content in uuencoded(self.body)[1]) or self.body
        return self.body


def part_of(raw: bytes) -> Part:
    """Headers and body.

    Raises:
        Unreadable: there is more in the headers than is read.
    """
    # What mbox and some pipes put before the headers.
    if raw.startswith(b"From ") and not _NAME.match(raw):
        raw = raw[raw.find(b"\n") + 1 :]
    if raw.startswith((b"\r\n", b"\n")):
        return Part({}, raw.lstrip(b"\r\n"))
    blank = _BLANK_LINE.search(raw, 0, HEADER_BYTES)
    if blank is None and len(raw) > HEADER_BYTES:
        raise Unreadable("headers", f"must have at most {HEADER_BYTES} bytes")
    head, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, b"")
    return Part(_headers(head), body)


def parts_of(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """What stands between the boundaries; the last may lack its end. Before them, nothing."""
    mark = re.escape(b"--" + boundary)
    # Letters come first: so it is searched for as fast as a plain string is.
    line = re.compile(mark + rb"(?<![^\n]" + mark + rb")(--)?[ \t]{0,80}\r?(?=\n|\Z)")
    begin: int | None = None
    for found in line.finditer(body):
        if begin is not None:
            yield body[begin : found.start()].removesuffix(b"\n").removesuffix(b"\r")
        if found[1]:
            return
        begin = found.end() + 1
    if begin is not None:
        yield body[begin:]


def words(value: str) -> str:
    """A header of free text, its encoded words decoded (RFC 2047); as it came where they are none.

    Words beside each other are one text, and may be split inside a letter. The standard library
    reads none of them where one is broken, and knows the names of character sets by letter only.
    """
    decoded: list[str] = []
    pending: tuple[str, bytes] = ("", b"")
    at = 0
    value = _BETWEEN_WORDS.sub("", value)
    for word in _ENCODED_WORD.finditer(value):
        between, raw = value[at : word.start()], _encoded(word)
        if between or word[1].lower() != pending[0]:
            decoded += [charsets.decode(pending[1], pending[0]), between]
            pending = (word[1].lower(), b"")
        pending = (pending[0], pending[1] + raw)
        at = word.end()
    return "".join([*decoded, charsets.decode(pending[1], pending[0]), value[at:]])


def uuencoded(raw: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """What stands beside the uuencoded files in a text, and these with their names."""
    rest: list[bytes] = []
    files: list[tuple[str, bytes]] = []
    at = 0
    while (begin := _UU_BEGIN.search(raw, at)) is not None:
        lines, end = _uu_lines(raw, begin.end())
        if end < 0:
            break
        rest.append(raw[at : begin.start()])
        files.append((begin[1].decode("utf-8", "replace"), b"".join(lines)))
        at = end
    return b"".join([*rest, raw[at:]]), files


def unnamed(number: int, content_type: str) -> str:
    """What a file without a name is called."""
    return f"attachment-{number}{mimetypes.guess_extension(content_type) or ''}"


# --- headers -------------------------------------------------------------------------------------


def _headers(head: bytes) -> dict[str, list[str]]:
    """Names in lower case with their values, unfolded and cut."""
    lines = _LINE.split(head, HEADER_LINES)
    if len(lines) > HEADER_LINES:
        raise Unreadable("headers", f"must have at most {HEADER_LINES} lines")
    fields: list[tuple[str, list[bytes]]] = []
    for line in lines:
        if line[:1] in b" \t" and line:
            if fields:
                fields[-1][1].append(line.strip())
            continue
        named = _NAME.match(line)
        # What is no header takes along the lines that are folded under it.
        fields.append(
            (named[1].decode("ascii").lower(), [line[named.end() :].strip()]) if named else ("", [])
        )
    fields = [(name, pieces) for name, pieces in fields if name]
    if len(fields) > HEADERS_READ:
        raise Unreadable("headers", f"must be at most {HEADERS_READ}")
    raw = [(name, b" ".join(filter(None, pieces))) for name, pieces in fields]
    kind = next((value for name, value in raw if name == "content-type"), b"")
    charset = Part({"content-type": [kind.decode("latin-1")[:VALUE_CHARACTERS]]}, b"").charset
    found: dict[str, list[str]] = {}
    for name, value in raw:
        found.setdefault(name, []).append(_value(name, value, charset))
    return found


def _value(name: str, raw: bytes, charset: str) -> str:
    """UTF-8 (RFC 6532) where it can be; else old programs write it as they do the body."""
    bound = 4 * VALUE_CHARACTERS + 4
    raw = raw[-bound:] if name in _NEWEST_LAST else raw[:bound]
    try:
        text = raw.decode("ascii" if b"\x1b" in raw else "utf-8")
        text = charsets.decode(raw, charset) if b"\x1b" in raw else text
    except UnicodeError:
        text = charsets.decode(raw, charset)
    if name in _NEWEST_LAST:
        return text[-VALUE_CHARACTERS:]
    return text[: VALUE_CHARACTERS + 1]


def _encoded(word: re.Match[str]) -> bytes:
    said = word[3].encode("utf-8", "replace")
    if word[2] in "bB":
        return _base64(said)
    return quopri.decodestring(said.replace(b"_", b" ").replace(b"\n", b" "))


# --- transfer encodings --------------------------------------------------------------------------


def _text_of_base64(raw: bytes, charset: str) -> bytes:
    """With what lists and scanners put behind it in plain words, or plain words alone."""
    head, tail = raw, b""
    at = 0
    for line in raw.splitlines(keepends=True):
        if b" " in line.strip() or (at == 0 and line.strip() and not _is_base64(line.strip())):
            head, tail = raw[:at], raw[at:]
            break
        at += len(line)
    decoded = _base64(head)
    if not tail:
        return decoded
    # Words may look like base64 too, such as "Dear": then they make no text.
    return decoded + b"\n" + tail if _is_text(decoded, charset) else raw


def _is_text(decoded: bytes, charset: str) -> bool:
    if len(decoded) < 12 or any(byte < 9 for byte in decoded):
        return False
    return charsets.agrees(decoded, charset)


def _is_base64(line: bytes) -> bool:
    return _BASE64_LINE.fullmatch(line) is not None


def _base64(raw: bytes) -> bytes:
    kept = raw.translate(None, _NOT_BASE64)
    # One character is no byte; else what is cut off short lacks its padding only.
    kept = kept[:-1] if len(kept) % 4 == 1 else kept
    return base64.b64decode(kept + b"=" * (-len(kept) % 4))


def _uu_lines(raw: bytes, at: int) -> tuple[list[bytes], int]:
    """The content from here, and where it ends; -1 where it is none."""
    lines: list[bytes] = []
    while at < len(raw):
        end = raw.find(b"\n", at)
        end = end if end >= 0 else len(raw)
        line = raw[at:end].rstrip(b"\r")
        at = end + 1
        if line == b"end":
            return lines, min(at, len(raw))
        try:
            lines.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some write a byte too many; what is longer than a line may be is no such file.
            if not line or len(line) > 90:
                return [], -1
            length = (line[0] - 32 & 63) * 4 // 3 + 2
            try:
                lines.append(binascii.a2b_uu(line[: length + 1]))
            except binascii.Error:
                return [], -1
    return [], -1
