"""Tells what single words of a text say: a verb of the past, a plan, a noun."""

from collections.abc import Sequence
from functools import cache
from itertools import takewhile

from domain.promise_guard.language import Lexicon
from domain.promise_guard.normalize import CLAUSE_ENDS, SENTENCE_ENDS
from domain.promise_guard.text import REACH

PUNCTUATION = SENTENCE_ENDS | CLAUSE_ENDS


class Verbs:
    """Judges the words of a text, each by its index, by those of one language."""

    def __init__(self, words: list[str], lexicon: Lexicon) -> None:
        self._words = words
        self.lexicon = lexicon
        self.is_certainly_past = cache(self._is_certainly_past)

    def _is_certainly_past(self, at: int) -> bool:
        """Tell whether a word is a verb of the past, whatever stands beside it."""
        word = self._words[at]
        if word in self.lexicon.WAS or word in self.lexicon.PAST_EVENTS:
            return not self.is_noun(at)
        form = self.lexicon.PARTICIPLE.fullmatch(word) or word in self.lexicon.IRREGULAR_PARTICIPLES
        before = self.clause_before(at)
        helpers = before[1:] if before[:1] and before[0] in self.lexicon.NEGATIONS else before
        open_yet = before[:2] == ["have", "to"] or not self.lexicon.ONCE.isdisjoint(before)
        if form and helpers[:1] and helpers[0] in self.lexicon.PERFECT and not open_yet:
            return True
        if not self.is_past(at):
            return False
        if not at or self._words[at - 1] in SENTENCE_ENDS | self.lexicon.PREPOSITIONS:
            return False
        if not self.lexicon.RESOLUTION.fullmatch(word) and not self.lexicon.FUTURE.fullmatch(word):
            return True
        followed = self._words[at + 1 : at + 2]
        return before[:1] != [] and (
            before[0] in self.lexicon.SUBJECTS
            or any(map(self.lexicon.OUR_WORK.fullmatch, followed))
            or not self.lexicon.DETERMINERS.isdisjoint(followed)
        )

    def has_been_done(self, at: int) -> bool:
        """Tell whether a word is a verb of the past, and announces nothing."""
        word = self._words[at]
        announced = word in self.lexicon.REPORTED or self.lexicon.FUTURE.fullmatch(word)
        return not announced and self.is_past(at)

    def is_past(self, at: int) -> bool:
        """Tell whether a word looks like a verb of the past rather than an adjective."""
        if at >= len(self._words):
            return False
        word = self._words[at]
        regular = self.lexicon.PARTICIPLE.fullmatch(word)
        if not regular and word not in self.lexicon.IRREGULAR_PARTICIPLES:
            return False
        if self.lexicon.HELPED and self.lexicon.HELPED.isdisjoint(self._clause_around(at)):
            return False
        before = self.clause_before(at)
        if before[:2] == ["have", "to"] or not self.lexicon.ONCE.isdisjoint(before):
            return False
        if not before or before[0] in self.lexicon.SUBJECTS:
            return self.lexicon.OPEN_BEFORE_SUBJECT.isdisjoint(before[1:2])
        if before[0] in self.lexicon.DETERMINERS:
            return False
        if any(map(self.lexicon.FUTURE.fullmatch, before)):
            return False
        return before[0] in self.lexicon.PERFECT or not any(
            word in self.lexicon.OPEN_BEFORE_PARTICIPLE or word in self.lexicon.PERFECT
            for word in before
        )

    def plans(self, words: Sequence[str]) -> bool:
        """Tell whether words, nearest first, say that something will be: not "as planned"."""
        return any(
            self.lexicon.FUTURE.fullmatch(word) and before not in self.lexicon.AS_PLANNED
            for word, before in zip(words, [*words[1:], ""], strict=False)
        )

    def is_noun(self, at: int) -> bool:
        """Tell whether a word stands for a noun: "a thing of the past"."""
        followed = at + 1 < len(self._words) and self._words[at + 1] not in PUNCTUATION
        return not followed and self._words[at - 1] in self.lexicon.DETERMINERS

    def is_left(self, at: int) -> bool:
        """Tell whether "last" speaks of what is still to do: "the last step", not "last week"."""
        followed = self._words[at + 1 : at + 4]
        return self._words[at] in self.lexicon.LAST and not any(
            word[0].isdigit()
            or self.lexicon.TIME_WORD.fullmatch(word)
            or self.lexicon.RELEASE_NOUNS.fullmatch(word)
            or word in self.lexicon.TODAY
            for word in followed
            if not word.isdecimal()
        )

    def clause_before(self, at: int) -> list[str]:
        """Return the words of the same clause before a word, nearest first, a few at most."""
        return self.back_from(at, self.lexicon.VERB_REACH, PUNCTUATION)

    def _clause_around(self, at: int) -> list[str]:
        ahead = self._words[at + 1 : at + 1 + self.lexicon.VERB_REACH]
        return [*self.back_from(at, REACH, PUNCTUATION), *ahead]

    def back_from(self, at: int, reach: int, ends: frozenset[str]) -> list[str]:
        """Return the words before a word up to one that ends what is looked at, nearest first."""
        before = reversed(self._words[max(at - reach, 0) : at])
        return [*takewhile(lambda word: word not in ends, before)]
