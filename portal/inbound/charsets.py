"""Which characters the bytes of a mail are, by the table of the WHATWG encoding standard.

What a mail declares is believed where the bytes agree; else they are UTF-8 if they can be, else
Windows-1252, as browsers and mail programs have it.
"""

import codecs
import re
import unicodedata

import webencodings

_DECLARED_IN_HTML = re.compile(rb"<meta\b[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
_META_BYTES = 4096
_JAPANESE_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\([JI])")
_JIS_RUN = re.compile(rb"\x1b\$(?:\(D|[@B])([^\x1b]*)|\x1b\([BJI]")
_EXTENSIONS = {
    # What Windows writes beyond the standard that it names.
    "gb18030": ("gb18030",),
    "gbk": ("gb18030",),
    "big5hkscs": ("big5hkscs", "cp950"),
    "euc_jp": ("euc_jp", "euc_jis_2004"),
}
_OUTSIDE_THE_WEB = re.compile(
    r"utf-(?:7|16|32)(?:-[bl]e)?|iso8859-\d+|cp(?:437|7\d\d|8\d\d|9\d\d|12\d\d|1125|1140)|koi8-\w"
    r"|mac-\w+|hz|gb\w+|big5\w*|euc_\w+|iso2022_\w+|johab|ptcp154"
)
"""Character sets of mails that browsers do not read. Python has codecs that are none at all."""
_NOTHING_TO_SEE = re.compile(r"^[ \t\u034f\u200c\u200d\u2800\u3164]+$", re.MULTILINE)
"""A line of what keeps the beginning of a mail out of the list of an inbox."""
_KEPT_FORMATS = {0x200C, 0x200D, *range(0x600, 0x606), 0x6DD, 0x70F, 0x8E2, 0x110BD}
"""Formatting characters that change which word it is, or how a letter or an emoji looks."""


def decode(raw: bytes, declared: str = "", *, html: bool = False) -> str:
    """The characters of these bytes; U+FFFD stands where there are none."""
    if raw.startswith(codecs.BOM_UTF8):
        return raw[3:].decode("utf-8", "replace")
    label = declared.strip("\"' \t").lower()
    if html and (not label or _is_ascii(label)):
        found = _DECLARED_IN_HTML.search(raw[:_META_BYTES])
        label = found[1].decode("ascii").lower() if found else label
        # What says so in ASCII cannot be UTF-16.
        label = "utf-8" if label.startswith("utf-16") else label
    if _JAPANESE_ESCAPE.search(raw) and (not label or _is_ascii(label) or "2022" in label):
        return _japanese(raw)
    tried = list(dict.fromkeys([*_codecs(label), "utf-8"]))
    for codec in tried:
        try:
            return raw.decode(codec).lstrip("\ufeff")
        except (UnicodeError, LookupError, ValueError):
            continue
    return next(filter(None, (_mostly(raw, codec) for codec in tried)), None) or raw.decode(
        "cp1252", "replace"
    )


def agrees(raw: bytes, declared: str) -> bool:
    """Whether the bytes can be what is declared, UTF-8 where nothing is."""
    try:
        raw.decode(next(iter(_codecs(declared.strip("\"' \t").lower())), "utf-8"))
    except (UnicodeError, LookupError, ValueError):
        return False
    return True


def cleaned(text: str, *, lines: bool) -> str:
    """Without control characters and marks of direction; in one line, or with lines and tabs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        return text.translate(_IN_ONE_LINE)
    return _NOTHING_TO_SEE.sub("", text.translate(_IN_LINES))


def _is_ascii(label: str) -> bool:
    return label in {"us-ascii", "ascii", "ansi_x3.4-1968", "646", "iso646-us", "7bit", "8bit"}


def _codecs(label: str) -> tuple[str, ...]:
    """Python's names for what a label means, the likeliest first; none where it means nothing."""
    if not label or _is_ascii(label):
        return ()
    for spelling in (label, label.removeprefix("x-")):
        known = webencodings.lookup(spelling)
        if known is not None and known.name not in {"replacement", "x-user-defined"}:
            return _EXTENSIONS.get(known.codec_info.name, (known.codec_info.name,))
        for python_name in (spelling, spelling.replace("-", ""), spelling.replace("-", "", 1)):
            try:
                name = codecs.lookup(python_name).name
            except (LookupError, ValueError):
                continue
            if _OUTSIDE_THE_WEB.fullmatch(name):
                return _EXTENSIONS.get(name, (name,))
    return ()


def _mostly(raw: bytes, codec: str) -> str | None:
    """Read so in spite of some bytes that are wrong: more of its letters must be right."""
    try:
        text = raw.decode(codec, "replace")
    except (UnicodeError, LookupError, ValueError):
        return None
    wrong = text.count("\ufffd")
    right = len(text) - wrong - sum(map(text.count, map(chr, range(128))))
    return text if right > wrong else None


def _japanese(raw: bytes) -> str:
    """ISO-2022-JP with the letters that Windows has beside the standard's (CP50220).

    Python has no codec with these: a pair of bytes becomes that of Shift_JIS, which it has.
    """
    shifted: list[bytes] = []
    at = 0
    for run in _JIS_RUN.finditer(raw):
        shifted.append(raw[at : run.start()])
        if run[1] is not None:
            pairs = zip(run[1][::2], run[1][1::2], strict=False)
            shifted.extend(_shifted(row, cell) for row, cell in pairs)
        at = run.end()
        if run[0] == b"\x1b(I":  # Half-width letters, in seven bits.
            end = raw.find(b"\x1b", at)
            kana = raw[at : end if end >= 0 else len(raw)]
            shifted.append(bytes(byte | 0x80 for byte in kana))
            at += len(kana)
    shifted.append(raw[at:])
    return b"".join(shifted).decode("cp932", "replace")


def _shifted(row: int, cell: int) -> bytes:
    """A pair of JIS X 0208 as Shift_JIS has it; line ends stay as they are."""
    if row < 0x21 or cell < 0x21:
        return bytes((row, cell))
    lead = (row - 0x21 >> 1) + (0x81 if row < 0x5F else 0xC1)
    trail = cell + (0x1F + (cell > 0x5F) if row & 1 else 0x7E)
    return bytes((lead, trail))


class _Cleaning(dict[int, str | int]):
    """What becomes of a character, worked out when it is first met."""

    def __init__(self, kept: str, line_end: str) -> None:
        super().__init__({ord(c): c for c in kept})
        self._line_end = line_end

    def __missing__(self, character: int) -> str | int:
        category = unicodedata.category(chr(character))
        became: str | int = character
        if category == "Cf" and character not in _KEPT_FORMATS:
            became = ""
        elif character == 0x85 or category in {"Zl", "Zp"}:
            became = self._line_end
        elif category in {"Cc", "Cs", "Co", "Zs"}:
            became = " "
        self[character] = became
        return became


_IN_LINES = _Cleaning("\n\t", "\n")
_IN_ONE_LINE = _Cleaning("", " ")
