"""Normalizes a text and splits it into words: what the rest of the guard reads."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import unescape
from typing import NamedTuple


class Normalized(NamedTuple):
    """A normalized text, and where in the original each of its characters comes from."""

    text: str
    origins: Sequence[int]
    """Where each character begins in the original."""
    ends: Sequence[int]
    """Where it ends there."""

    def original(self, text: str, start: int, end: int) -> tuple[int, str]:
        """Return where a normalized slice begins in the original text, and how it stands there."""
        first = self.origins[start]
        return first, text[first : self.ends[end - 1]]

    def replaced(self, slices: Iterable[tuple[int, int, str]]) -> "Normalized":
        """Return it with other words in the place of slices, which are given in order."""
        characters: list[str] = []
        origins: list[int] = []
        ends: list[int] = []
        done = 0
        for start, end, words in [*slices, (len(self.text), len(self.text), "")]:
            characters += self.text[done:start], words
            origins += self.origins[done:start]
            ends += self.ends[done:start]
            if words:
                origins += [self.origins[start]] * len(words)
                ends += [self.ends[end - 1]] * len(words)
            done = end
        return Normalized("".join(characters), origins, ends)


_QUOTES = dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\u00b4`", "'")
_QUOTES |= dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"')
_INVISIBLE = frozenset("\u115f\u1160\u2800")
"""Fillers that Unicode counts among the letters and symbols."""
_LOOKALIKES = dict(
    zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u04cf\u0442\u043c"
        "\u043a\u043d\u0432\u03b1\u03b5\u03bf\u03c1\u03bd\u03c5\u03b9\u03ba\u03c4\u03c7\u0261\u0131"
        "\u026a\u028f\u0274\u1d00\u1d05\u1d07\u1d0f\u1d1b\u0280",
        "aeopcyxijsdhltmkhbaeopvuiktxgiiynadeotr",
        strict=True,
    )
)
_LOOKALIKES["\u00df"] = "ss"
"""Letters of other alphabets that look like Latin ones, and the one that only German has."""
LINE, _PARAGRAPH = "\t", "\n"
"""What blanks become: a new line that begins like a sentence, a blank line. All others are " "."""
_PLAIN_WORDS = re.compile("[a-zA-Z0-9]{2,40}(?: [a-zA-Z0-9]{1,40}){0,20}")
_NOT_PLAIN = re.compile(r"[^ -%'-)+-;=?-^a-~]|  | \Z|\A ")
_MARKUP = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}[0-9]{0,2});"
    r"|</?(?:a|b|i|u|s|em|strong|span|code|small|mark|font|sub|sup)(?: [^<>\n]{0,200})?>"
    r"|(?<=\])\([^()\s]{1,300}\)"
    r"|(?<=\bw)(?:\u00fc|u\u0308)(?=rd)|(?<=\b[md])(?:\u00fc|u\u0308)(?=sst|rft)"
    r"|(?<=\bh)(?:\u00e4|a\u0308)(?=tt)|(?<=\bk)(?:\u00f6|o\u0308)(?=nnt)"
    r"|(?<=[^\W\d_]{2})(?:\u00f3|o\u0301)(?![^\W_])",
    re.IGNORECASE,
)
"""Entities, tags within a line, where a link of Markdown leads, the dots by which German forms of
what would be ("w\u00fcrde") differ from those of the past ("wurde"), and the accent by which
Spanish verbs of the past ("fall\u00f3") differ from nouns ("fallo"): these get an "e" behind."""
_MARKS = re.compile("[&<\u00fc\u00f6\u00e4\u0308\u00dc\u00d6\u00c4\u00f3\u00d3\u0301]|\\]\\(")
"""One of these is in every text that has some markup."""


def normalize(text: str) -> Normalized:
    """Reduce a text to one case and one kind of blank, dash and quote, without markup."""
    if not _NOT_PLAIN.search(text):
        return Normalized(text.lower(), range(len(text)), range(1, len(text) + 1))
    characters: list[str] = []
    origins: list[int] = []
    ends: list[int] = []
    lines, blank_at = 0, -1
    for at, after, written in _pieces(text):
        if after - at > 1 and len(written) == after - at and blank_at < 0:
            characters += written.lower()
            origins += range(at, after)
            ends += range(at + 1, after + 1)
            continue
        seen = _seen(written)
        if written == "_" and text[at - 1 : at].isalnum() and text[after : after + 1].isalnum():
            seen = written
        for character in seen:
            if character.isspace():
                blank_at = at if blank_at < 0 else blank_at
                lines += character == "\n"
                continue
            if blank_at >= 0:
                opens = written.isupper() or not written.isalnum()
                characters.append(_PARAGRAPH if lines > 1 else LINE if lines and opens else " ")
                origins.append(blank_at)
                ends.append(blank_at + 1)
                lines, blank_at = 0, -1
            characters.append(character)
            origins.append(at)
            ends.append(after)
    return Normalized("".join(characters), origins, ends)


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each character, an entity as the one it stands for, and where it stands."""
    done = 0
    for markup in _MARKUP.finditer(text) if _MARKS.search(text) else ():
        start, end = markup.span()
        yield from _runs(text, done, start)
        if markup[0].startswith("&"):
            yield from ((start, end, character) for character in unescape(markup[0]))
        elif markup[0][0].isalpha():
            yield start, end, f"{_seen(markup[0][0])}e"
        done = end
    yield from _runs(text, done, len(text))


def _runs(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield each character, and what follows the first one of plain words in one piece."""
    done = start
    for run in _PLAIN_WORDS.finditer(text, start, end):
        first, last = run.span()
        yield from ((at, at + 1, text[at]) for at in range(done, first + 1))
        yield first + 1, last, text[first + 1 : last]
        done = last
    yield from ((at, at + 1, text[at]) for at in range(done, end))


@cache
def _seen(written: str) -> str:
    """Return what can be seen of a character, in lower case, without accents."""
    if written in "*_":
        return ""
    if written.isascii():
        if written in _QUOTES:
            return _QUOTES[written]
        return written.lower() if written.isprintable() or written.isspace() else ""
    if written in _QUOTES:
        return _QUOTES[written]
    return "".join(map(_letter, unicodedata.normalize("NFKD", written).lower()))


def _letter(character: str) -> str:
    match unicodedata.category(character):
        case "Cf" | "Cc" | "Mn":
            return "\n" if character == "\x85" else ""
        case "Zl" | "Zp":
            return "\n"
        case "Pd":
            return " - " if character == "\u2014" else "-"
        case "Nd":
            return str(unicodedata.decimal(character))
        case _ if character in _INVISIBLE:
            return ""
        case _:
            return "-" if character == "\u2212" else _LOOKALIKES.get(character, character)


SENTENCE_ENDS = frozenset(".!?;\n")
CLAUSE_ENDS = frozenset(",:()-|\t")


class Word(NamedTuple):
    """A word, or a mark of punctuation that ends a clause or a sentence."""

    text: str
    start: int
    end: int


_WORD = re.compile(
    r"[a-z]{1,12}n't|[^\W_]{1,40}(?:[.:/-][^\W_]{1,40}){0,6}|'(?:ll|s|re|ve|d|m)\b"
    r"|[.;](?=[\s\"')]|\Z)|[!?](?=[\s\"')]|\Z)|[,:()\n\t|]|(?<=\s)-(?=\s)"
)


def split(normalized: str) -> list[Word]:
    """Split a normalized text into its words and the marks that end clauses and sentences."""
    return [Word(match[0], *match.span()) for match in _WORD.finditer(normalized)]
