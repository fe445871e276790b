"""Corrects words that a typing error, or spacing out, has made unlike those the tables list."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from domain.promise_guard.normalize import Normalized

_SHORT = 5
"""Words with fewer letters are like too many others to allow for more than swapped letters."""
_WORD = re.compile(r"(?<![\w@/.])[^\W_]{4,16}(?![\w@/])")
_SPACED = re.compile(r"(?<!\w)[^\W\d_](?:[ .-][^\W\d_]){3,20}(?!\w)")
_LETTERS = "abcdefghijklmnopqrstuvwxyz01"


class Spelling(NamedTuple):
    """What a language says about the spelling of its words of time."""

    words: frozenset[str]
    """Words that are understood when one letter is wrong, missing, too many or swapped."""
    others: frozenset[str]
    """Words that are one letter away from those and mean something else."""
    variants: Mapping[str, str]
    """Other ways to spell words of the tables: "naechste"."""


class Speller:
    """Knows the misspelt forms of the words of some languages."""

    def __init__(self, spellings: Iterable[Spelling]) -> None:
        self._right: dict[str, str] = {}
        known: set[str] = set()
        for spelling in spellings:
            known |= spelling.words | spelling.others
            for word in sorted(spelling.words):
                self._right |= dict.fromkeys(_misspelt(word), word)
            self._right |= spelling.variants
        self._words = known
        for word in known:
            self._right.pop(word, None)

    def corrected(self, normalized: Normalized) -> Normalized:
        """Return a text with the words that were meant."""
        text = normalized.text
        if spaced := [*self._spaced(text)]:
            normalized = normalized.replaced(spaced)
            text = normalized.text
        wrong = [
            (*match.span(), self._right[match[0]])
            for match in _WORD.finditer(text)
            if match[0] in self._right
        ]
        return normalized.replaced(wrong) if wrong else normalized

    def _spaced(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield words of time whose letters are spaced out: "F r i d a y"."""
        for match in _SPACED.finditer(text):
            word = re.sub("[ .-]", "", match[0])
            if word in self._words:
                yield *match.span(), word


def _misspelt(word: str) -> Iterator[str]:
    """Yield what a word becomes by one typing error."""
    for at in range(len(word)):
        before, after = word[:at], word[at:]
        if len(after) > 1 and after[0] != after[1]:
            yield before + after[1] + after[0] + after[2:]
        if at:
            yield before + after[0] + after
        if len(word) >= _SHORT:
            yield before + after[1:]
            for letter in _LETTERS:
                yield before + letter + after[1:]
                yield before + letter + after
