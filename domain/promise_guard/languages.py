"""Lists the languages that promises are found in; a text may be written in several of them."""

import re
from functools import cache
from typing import NamedTuple

from domain.promise_guard.english import ENGLISH
from domain.promise_guard.german import GERMAN
from domain.promise_guard.language import Lexicon
from domain.promise_guard.match import Matcher
from domain.promise_guard.spanish import SPANISH
from domain.promise_guard.spelling import Speller

_WORD = re.compile("(?<![a-z])[a-z]{2,40}(?![a-z])")
_LANGUAGES = (ENGLISH, GERMAN, SPANISH)
"""The first is the language of what tells no other."""


class Ready(NamedTuple):
    """The languages with their patterns compiled."""

    lexicons: list[Lexicon]
    matchers: list[Matcher]
    speller: Speller
    telltales: list[frozenset[str]]
    """Words of each language by which its sentences are known."""
    abbreviations: frozenset[str]

    def matchers_for(self, text: str) -> list[Matcher]:
        """Return the matchers of the languages that a normalized text has a word of."""
        words = _WORD.findall(text)
        first, *others = zip(self.matchers, self.telltales, self.lexicons, strict=True)
        return [
            first[0],
            *(
                matcher
                for matcher, known, lexicon in others
                if not known.isdisjoint(words) or any(map(lexicon.LOOKS.fullmatch, words))
            ),
        ]


@cache
def ready() -> Ready:
    """Made when first needed: no command line should wait for it."""
    lexicons = [language.lexicon for language in _LANGUAGES]
    return Ready(
        lexicons,
        [Matcher(language.tables) for language in _LANGUAGES],
        Speller(language.spelling for language in _LANGUAGES),
        [lexicon.TELLTALES for lexicon in lexicons],
        frozenset().union(*(lexicon.ABBREVIATIONS for lexicon in lexicons)),
    )
