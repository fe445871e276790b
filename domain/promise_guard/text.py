"""A text as the guard reads it: normalized, in words, and in sentences of one language each."""

from bisect import bisect_left
from collections.abc import Iterable

from domain.promise_guard.normalize import LINE, SENTENCE_ENDS, Normalized, split

REACH = 25
"""Words looked at on either side of a time."""


class Text:
    """A text in words.

    Slices are of the normalized text; `first` and `after` are the indices of the first word of a
    slice and of the first word after it.
    """

    def __init__(self, normalized: Normalized, abbreviations: frozenset[str]) -> None:
        """Split a text; a full stop after one of the `abbreviations` ends no sentence."""
        self.normalized = normalized
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        for text, start, end in split(normalized.text):
            if text == "." and self.words and self.words[-1] in abbreviations:
                continue
            self.words.append(text)
            self.starts.append(start)
            self.ends.append(end)

    def indices(self, start: int, end: int) -> tuple[int, int]:
        """Return the indices of the first word of a slice, and of the first one after it."""
        return bisect_left(self.starts, start), bisect_left(self.starts, end)

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """Return the indices of the words of the sentence around a slice, within reach."""
        first, after = self.indices(start, end)
        begin = first
        while begin and first - begin < REACH and self.words[begin - 1] not in SENTENCE_ENDS:
            begin -= 1
        finish = after
        while finish < len(self.words) and finish - after < REACH:
            if self.words[finish] in SENTENCE_ENDS:
                break
            finish += 1
        return begin, finish

    def around(self, start: int, end: int, stand_in: str) -> str:
        """Return the sentence around a slice on its line, with another text in its place."""
        begin, finish = self.sentence(start, end)
        text = self.normalized.text
        first = min([start, *self.starts[begin : begin + 1]])
        last = max([end, *self.ends[finish - 1 : finish], *self.ends[finish : finish + 1]])
        before = text[first:start].rpartition(LINE)[2]
        return f"{before}{stand_in}{text[end:last].partition(LINE)[0]}"

    def knows_none(self, vocabularies: Iterable[frozenset[str]], start: int, end: int) -> bool:
        """Tell whether the sentence around a slice has no word of any of the vocabularies."""
        begin, finish = self.sentence(start, end)
        words = self.words[begin:finish]
        return all(vocabulary.isdisjoint(words) for vocabulary in vocabularies)

    def most(
        self, vocabularies: Iterable[frozenset[str]], begin: int = 0, finish: int = 10**9
    ) -> int:
        """Return which vocabulary knows most of the words: the first where none knows more."""
        words = self.words[begin:finish]
        counts = [sum(word in vocabulary for word in words) for vocabulary in vocabularies]
        return counts.index(max(counts))
