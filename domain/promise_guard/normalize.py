"""Normalizes a text and splits it into words: what the rest of the guard reads."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from domain.promise_guard.english.lexicon import ABBREVIATIONS


class Normalized(NamedTuple):
    """A normalized text, and where in the original each of its characters comes from."""

    text: str
    origins: list[int]

    def original(self, text: str, start: int, end: int) -> tuple[int, str]:
        """Return where a normalized slice begins in the original text, and how it stands there."""
        first = self.origins[start]
        return first, text[first : self.origins[end - 1] + 1]


_QUOTES = dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\u00b4`", "'")
_QUOTES |= dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"')
_INVISIBLE = frozenset("\u115f\u1160\u2800")
"""Fillers that Unicode counts among the letters and symbols."""
_LINE, _PARAGRAPH = "\t", "\n"
"""What blanks become: a new line that begins like a sentence, a blank line. All others are " "."""


def _characters(text: str) -> Iterator[tuple[int, str]]:
    """Yield what can be seen of each character, in lower case, without accents, and its origin."""
    for at, written in enumerate(text):
        if written in "*_":
            if written == "_" and text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum():
                yield at, written
        elif written.isascii():
            if written.isprintable() or written.isspace():
                yield at, written.lower()
        elif written in _QUOTES:
            yield at, _QUOTES[written]
        else:
            for character in unicodedata.normalize("NFKD", written).lower():
                yield from ((at, seen) for seen in _seen(character))


def _seen(character: str) -> str:
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
            return "-" if character == "\u2212" else character


def normalize(text: str) -> Normalized:
    """Reduce a text to one case and one kind of blank, dash and quote, without emphasis."""
    characters: list[str] = []
    origins: list[int] = []
    lines, blank_at = 0, -1
    for at, character in _characters(text):
        if character.isspace():
            blank_at = at if blank_at < 0 else blank_at
            lines += character == "\n"
            continue
        if blank_at >= 0:
            opens = text[at].isupper() or not text[at].isalnum()
            characters.append(_PARAGRAPH if lines > 1 else _LINE if lines and opens else " ")
            origins.append(blank_at)
            lines, blank_at = 0, -1
        characters.append(character)
        origins.append(at)
    return Normalized("".join(characters), origins)


SENTENCE_ENDS = frozenset(".!?;\n")
CLAUSE_ENDS = frozenset(",:()-|\t")


class Word(NamedTuple):
    """A word, or a mark of punctuation that ends a clause or a sentence."""

    text: str
    start: int
    end: int


_WORD = re.compile(
    r"[a-z]{1,12}n't|[^\W_]{1,40}(?:[.:/-][^\W_]{1,40}){0,6}|'(?:ll|s|re|ve|d|m)\b"
    r"|[.!?;](?=[\s\"')]|\Z)|[,:()\n\t|]|(?<=\s)-(?=\s)"
)


def split(normalized: str) -> list[Word]:
    """Split a normalized text into its words and the marks that end clauses and sentences."""
    found = [Word(match[0], *match.span()) for match in _WORD.finditer(normalized)]
    return [
        word
        for before, word in zip([None, *found], found, strict=False)
        if not (word.text == "." and before is not None and before.text in ABBREVIATIONS)
    ]
