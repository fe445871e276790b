"""Which words of a mail are its sender's own, and which they quote, forward or sign with.

Own rules: of Discourse's 64 examples mail-parser-reply cuts 19 as Discourse does, these 47. They
are not bound to languages where a form can tell: a quote has `>`, what stands before it has a date
or an address, and a forwarded header has the address of its author. Nothing is dropped.
"""

import re
from collections.abc import Sequence

from portal.inbound.phrases import alternatives, anywhere

_QUOTE = re.compile(r"\s{0,3}[>\uff1e]")
_WROTE = anywhere("wrote")
_ATTRIBUTION_END = re.compile(r"[:\uff1a]\s*$")
_DATED = re.compile(r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d\d\b|\S@\S|\d{1,2}[./-]\d{1,2}|年|년")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|年|년")
"""A day, for certain: what else looks like one may be a version."""
_ATTRIBUTION_LINES = 4
_ATTRIBUTION_CHARACTERS = 400
_SEPARATOR = re.compile(
    rf"\s*(?:[-_=*]{{2,}}\s*{alternatives('separators')}[^\n]{{0,60}}?[-_=*]{{2,}}"
    rf"|{alternatives('forwarded')})\s*$",
    re.IGNORECASE,
)
_HEADER = re.compile(r"[>\s*_]{0,4}(\w[\w .'-]{0,24})\*?\s?[:\uff1a]\*?\s*(\S.*)?$")
_AUTHOR = anywhere("author")
_RULE = re.compile(r"\s*(?:_{10,}|-{20,})\s*$")
_SIGNATURE = re.compile(r"-- ?$")
_SENT_FROM = re.compile(rf"\s*{alternatives('sent_from')}", re.IGNORECASE)
_SIGNATURE_LINES = 40
LINES_READ = 20_000
"""Of more all count as own."""


def split(text: str, *, is_reply: bool) -> tuple[str, str]:
    """The own words, and what is quoted; lines of `>` are a quote where it is a reply, or dated."""
    lines = text.split("\n")
    if len(lines) > LINES_READ:
        return text, ""
    folded = [False] * len(lines)
    history = _history(lines)
    _fold_quotes(lines[:history], folded, is_reply)
    folded[history:] = [True] * (len(lines) - history)
    _fold_signature(lines, folded)
    own, quoted = _taken(lines, folded, False), _taken(lines, folded, True)
    return own, quoted


def _taken(lines: list[str], folded: Sequence[bool], wanted: bool) -> str:
    kept: list[str] = []
    for n, (line, is_folded) in enumerate(zip(lines, folded, strict=True)):
        if is_folded is wanted:
            # What was folded away between two paragraphs leaves them apart.
            if n and folded[n - 1] is not wanted and kept and kept[-1]:
                kept.append("")
            kept.append(line)
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(kept)).strip()


def _history(lines: list[str]) -> int:
    """The line from which all is an older mail, without `>`: the number of lines if none is."""
    for n, line in enumerate(lines):
        if _SEPARATOR.match(line) and not _quoted_next(lines, n + 1):
            return n
        if _header_block(lines, n):
            # Some programs say when it was sent before they say by whom.
            if n and _HEADER.match(lines[n - 1]) and _YEAR.search(lines[n - 1]):
                n -= 1
            return n - 1 if n and _RULE.match(lines[n - 1]) else n
        begin = _attribution(lines, n)
        if begin is not None and not _quoted_next(lines, n + 1):
            return begin
    return len(lines)


def _header_block(lines: list[str], begin: int) -> bool:
    """Whether the headers of another mail stand here, as Outlook puts them before its text."""
    first = _HEADER.match(lines[begin][:_ATTRIBUTION_CHARACTERS])
    if first is None or not _AUTHOR.fullmatch(first[1].strip()) or not first[2]:
        return False
    following = [line for line in lines[begin + 1 : begin + 9] if line.strip()][:4]
    headers = [line for line in following if _HEADER.match(line)]
    return len(headers) >= 2 and any(_DATED.search(line) for line in [lines[begin], *headers])


def _attribution(lines: list[str], end: int, *, quoted: bool = False) -> int | None:
    """Where the lines begin that end here, and say who wrote what follows; None if they do not.

    Before a quote they need to say less.
    """
    if not quoted and not _ATTRIBUTION_END.search(lines[end][-20:]):
        return None
    said, found = "", None
    for n in range(end, max(-1, end - _ATTRIBUTION_LINES), -1):
        if not lines[n].strip() or _QUOTE.match(lines[n]) or len(said) > _ATTRIBUTION_CHARACTERS:
            break
        if found is not None:
            # The day is the beginning of it, unless that is found: what was said before is no part.
            if _YEAR.search(lines[found]) or not _YEAR.search(lines[n]):
                break
            if lines[n].rstrip()[-1:] in ".!?":
                break
            found = n
            continue
        said = f"{lines[n].strip()} {said}".strip()
        signs = [sign.search(said) is not None for sign in (_DATED, _WROTE, _ATTRIBUTION_END)]
        found = n if sum(signs) >= (2 if quoted else 3) else None
    return found


def _quoted_next(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 3] if line.strip()), "")
    return _QUOTE.match(following) is not None


def _fold_quotes(lines: list[str], folded: list[bool], is_reply: bool) -> None:
    n = 0
    while n < len(lines):
        if not _QUOTE.match(lines[n]):
            n += 1
            continue
        begin = n
        while n < len(lines) and (_QUOTE.match(lines[n]) or _quoted_again(lines, n)):
            n += 1
        said_before = _before_quote(lines, begin)
        if is_reply or said_before < begin:
            folded[said_before:n] = [True] * (n - said_before)


def _quoted_again(lines: list[str], n: int) -> bool:
    """An empty line, or the end of a line that was broken on the way, with a quote behind it."""
    if n + 1 >= len(lines) or not _QUOTE.match(lines[n + 1]):
        return False
    return not lines[n].strip() or (
        len(lines[n].split()) <= 2 and len(lines[n - 1]) > 60 and lines[n].strip()[:1].islower()
    )


def _before_quote(lines: list[str], quote: int) -> int:
    """Where the lines begin that say whom a quote is of: that of the quote where none do."""
    end = quote - 1
    while end > 0 and not lines[end].strip() and quote - end < 3:
        end -= 1
    if end < 0:
        return quote
    if _SEPARATOR.match(lines[end]):
        return end
    begin = _attribution(lines, end, quoted=True)
    return quote if begin is None else begin


def _fold_signature(lines: list[str], folded: list[bool]) -> None:
    """Below `-- `, and what telephones put at the end."""
    own = [n for n, is_folded in enumerate(folded) if not is_folded and lines[n].strip()]
    for place, n in enumerate(own):
        if place and _SIGNATURE.match(lines[n]) and len(own) - place <= _SIGNATURE_LINES:
            end = next((m for m in range(n, len(lines)) if folded[m]), len(lines))
            folded[n:end] = [True] * (end - n)
            break
    while own and folded[own[-1]]:
        own.pop()
    if len(own) > 1 and len(lines[own[-1]]) < 120 and _SENT_FROM.match(lines[own[-1]]):
        folded[own[-1]] = True
