"""Tells what the words around a time say of it: its tense, by the grammar of English."""

from bisect import bisect_left
from enum import Enum, auto
from itertools import takewhile

from domain.promise_guard.english import lexicon
from domain.promise_guard.normalize import CLAUSE_ENDS, SENTENCE_ENDS, normalize, split

_REACH = 25
"""Words looked at on either side of a time."""
_PUNCTUATION = SENTENCE_ENDS | CLAUSE_ENDS


class Tense(Enum):
    """What the context of a time says of it."""

    FUTURE = auto()
    """Something will be: "the export will work on Monday"."""
    IMPLIED_FUTURE = auto()
    """No verb tells, but we, a fix or a release are spoken of: "fix on Monday"."""
    PAST = auto()
    """Something was: "the export was broken on Monday"."""
    PERHAPS_PAST = auto()
    """A participle tells, which may be an adjective or a wish: "repaired on Monday"."""
    HABITUAL = auto()
    """It happens again and again, or describes the software: "the job runs at 02:00"."""
    NO_STATEMENT = auto()
    """Data, a control on the screen, or a request: "set the filter to next week"."""
    UNKNOWN = auto()


_PAST = frozenset({Tense.PAST, Tense.PERHAPS_PAST})
PAST_OR_HABITUAL = _PAST | {Tense.HABITUAL}


class Context:
    """A text, normalized and split into words, that tells what surrounds a slice of it.

    Slices are of the normalized text; `first` and `after` are the indices of the first word of a
    time and of the first word after it.
    """

    def __init__(self, text: str) -> None:
        self.normalized = normalize(text)
        found = split(self.normalized.text)
        self._words = [word.text for word in found]
        self._starts = [word.start for word in found]
        self._ends = [word.end for word in found]

    def tense(self, start: int, end: int) -> Tense:
        """Return what the clause of a time says of it: what stands before it goes first."""
        first, after = self._indices(start, end)
        before, opens = self._before(first)
        if before not in {Tense.UNKNOWN, Tense.IMPLIED_FUTURE}:
            return before
        ahead = self._after(after, opens=opens)
        if before is Tense.UNKNOWN or ahead is Tense.PAST:
            return ahead
        if ahead is Tense.PERHAPS_PAST and self._is_past_verb(after):
            return ahead
        follows_event = "after" in self._words[max(first - 6, 0) : first]
        return ahead if follows_event and ahead is not Tense.UNKNOWN else before

    def sentence(self, start: int, end: int) -> list[str]:
        """Return the words of the sentence around a time, without its own."""
        first, after = self._indices(start, end)
        before = self._back_from(first, _REACH, SENTENCE_ENDS)[::-1]
        ahead = self._words[after : after + _REACH]
        return [*before, *takewhile(lambda word: word not in SENTENCE_ENDS, ahead)]

    def begins_clause(self, start: int) -> bool:
        """Tell whether punctuation within its sentence parts a time from what stands before it."""
        first = bisect_left(self._starts, start)
        return first > 0 and self._words[first - 1] in CLAUSE_ENDS

    def qualifies_a_noun(self, start: int, end: int) -> bool:
        """Tell whether a time only says which thing is meant: "the Friday report"."""
        text = self.normalized.text
        first, after = self._indices(start, end)
        if after >= len(self._words):
            return False
        noun, noun_start = self._words[after], self._starts[after]
        if noun == "'s" and noun_start == end and after + 1 < len(self._words):
            adjacent = self._starts[after + 1] - self._ends[after] == 1
            return adjacent and not lexicon.RELEASE_NOUNS.fullmatch(self._words[after + 1])
        closed = end + (text[end] in "\"'" and noun_start != end)
        if noun_start != closed + 1 or text[closed] not in " -" or not noun[0].isalpha():
            return False
        return (
            not lexicon.ARTICLES.isdisjoint(self._words[max(first - 1, 0) : after - 1])
            and noun not in lexicon.NOT_A_NOUN
            and not lexicon.RELEASE_NOUNS.fullmatch(noun)
        )

    def _indices(self, start: int, end: int) -> tuple[int, int]:
        return bisect_left(self._starts, start), bisect_left(self._starts, end)

    def _before(self, first: int) -> tuple[Tense, bool]:
        """Return the tense of the words before a time, and whether it opens its sentence."""
        kept = Tense.UNKNOWN
        content = 0
        present = False
        for at in range(first - 1, max(first - _REACH, -1), -1):
            word = self._words[at]
            if word in SENTENCE_ENDS:
                return kept, content == 0
            if word in CLAUSE_ENDS:
                if content:
                    return kept, False
                continue
            pronoun = word == "that" and at == first - 1 and not self._begins_with_a_verb(first)
            if (word in lexicon.SUBORDINATORS and not pronoun) or (
                word in lexicon.COORDINATORS and (content == 0 or kept is Tense.IMPLIED_FUTURE)
            ):
                return kept, content == 0
            content += 1
            tense = self._told_by(at, first)
            if tense in {Tense.FUTURE, Tense.NO_STATEMENT}:
                return tense, False
            if present and tense in _PAST and word != "last":
                continue
            if tense in _PAST and (
                kept is not Tense.IMPLIED_FUTURE or self._covers_our_work(at, tense)
            ):
                return tense, False
            if word in lexicon.WE:
                return Tense.IMPLIED_FUTURE, False
            present = present or word in lexicon.PRESENT
            if tense is Tense.IMPLIED_FUTURE or (tense is Tense.HABITUAL and kept is Tense.UNKNOWN):
                kept = tense
        return kept, content == 0

    def _after(self, after: int, *, opens: bool) -> Tense:
        """Return the tense of the words after a time, of the next clause too where it `opens`."""
        kept = Tense.UNKNOWN
        content = 0
        for at in range(after, min(after + _REACH, len(self._words))):
            word = self._words[at]
            if word in SENTENCE_ENDS or (word in CLAUSE_ENDS and not opens):
                break
            if word in CLAUSE_ENDS:
                continue
            if word in lexicon.SUBORDINATORS and content > 1:
                break
            if word in lexicon.COORDINATORS and (
                content > 1 or not (opens or self._is_time_word(at + 1))
            ):
                break
            content += 1
            tense = self._told_by(at, after)
            if tense in _PAST or tense is Tense.FUTURE:
                return tense
            if tense is Tense.UNKNOWN and word in lexicon.WE:
                tense = Tense.IMPLIED_FUTURE
            if kept is Tense.UNKNOWN:
                kept = tense
        return kept

    def _told_by(self, at: int, time_at: int) -> Tense:
        """Return what one word tells of the time that begins, or ends, at `time_at`."""
        word = self._words[at]
        if word == "could":
            able = at + 1 < len(self._words) and self._words[at + 1] in lexicon.PAST_AFTER_COULD
            return Tense.PAST if able else Tense.FUTURE
        if lexicon.FUTURE.fullmatch(word) or (word == "be" and self._words[at - 1 : at] == ["to"]):
            return Tense.FUTURE
        if word in lexicon.PAST_EVENTS:
            return Tense.PAST
        if word in lexicon.PAST:
            lasts = any(map(lexicon.FUTURE.fullmatch, self._clause_before(at)[:2]))
            return Tense.FUTURE if lasts else Tense.PAST
        if at < time_at:
            if word in lexicon.INSTRUCTIONS:
                return self._told_by_instruction(at)
            if word in lexicon.RECORD_NOUNS and self._leads_to(at, time_at):
                return self._told_by_record(at, time_at)
            if word in lexicon.REQUESTS and self._is_asked(at):
                return Tense.NO_STATEMENT
        if lexicon.OUR_WORK.fullmatch(word):
            return Tense.IMPLIED_FUTURE
        if word in lexicon.HABITUAL:
            return Tense.HABITUAL
        return Tense.PERHAPS_PAST if self._is_past_verb(at) else Tense.UNKNOWN

    def _told_by_instruction(self, at: int) -> Tense:
        """Judge "set", "choose", ...: an instruction, unless it is we who do it."""
        before = self._clause_before(at)
        if self._words[at] == "set" and before and before[0] in lexicon.SET_BY_US_AFTER:
            return Tense.FUTURE
        return Tense.UNKNOWN if any(map(_is_ours, before)) else Tense.NO_STATEMENT

    def _leads_to(self, at: int, time_at: int) -> bool:
        between = self._words[at + 1 : time_at]
        return len(between) <= 2 and lexicon.RECORD_PREPOSITIONS.issuperset(between)

    def _told_by_record(self, at: int, time_at: int) -> Tense:
        """Judge "invoice", "date range", ...: data, unless its clause says what we or a fix do."""
        before = self._back_from(at, 11, SENTENCE_ENDS)
        if any(_is_ours(word) or lexicon.FUTURE.fullmatch(word) for word in before):
            return Tense.UNKNOWN
        promised = self._after(time_at, opens=False) is Tense.FUTURE
        return Tense.UNKNOWN if promised else Tense.NO_STATEMENT

    def _is_asked(self, at: int) -> bool:
        """Tell whether the client is asked: "please send", "could you reply"."""
        before = self._clause_before(at)
        return "please" in before or (
            before[:1] == ["you"] and before[1:2] in (["can"], ["could"], ["would"], ["will"])
        )

    def _is_past_verb(self, at: int) -> bool:
        """Tell whether a word looks like a verb of the past rather than an adjective."""
        if at >= len(self._words):
            return False
        word = self._words[at]
        regular = len(word) > 4 and word.endswith("ed") and not word.endswith("eed")
        if not regular and word not in lexicon.IRREGULAR_PARTICIPLES:
            return False
        before = self._clause_before(at)
        if not before or before[0] in lexicon.SUBJECTS:
            return lexicon.OPEN_BEFORE_SUBJECT.isdisjoint(before[1:2])
        if before[0] in lexicon.DETERMINERS:
            return False
        if any(map(lexicon.FUTURE.fullmatch, before)):
            return False
        return before[0] in lexicon.PERFECT or not any(
            word in lexicon.OPEN_BEFORE_PARTICIPLE or word in lexicon.PERFECT for word in before
        )

    def _covers_our_work(self, at: int, tense: Tense) -> bool:
        """Tell whether a sign of the past covers our noun after it: "since the update"."""
        follower = self._words[at + 1]
        if follower in lexicon.DETERMINERS:
            return True
        return tense is Tense.PAST and (
            self._words[at] in lexicon.PAST_OF_OUR_WORK | lexicon.PAST_EVENTS
            or lexicon.OUR_WORK.fullmatch(follower) is not None
            or lexicon.RESOLUTION.fullmatch(follower) is not None
        )

    def _begins_with_a_verb(self, first: int) -> bool:
        """Tell whether a time has a verb of its own: "take two hours"."""
        return not lexicon.DURATION_VERBS.isdisjoint(self._words[first : first + 1])

    def _is_time_word(self, at: int) -> bool:
        return at < len(self._words) and lexicon.TIME_WORD.fullmatch(self._words[at]) is not None

    def _clause_before(self, at: int) -> list[str]:
        """Return the words of the same clause before a word, nearest first, four at most."""
        return self._back_from(at, 4, _PUNCTUATION)

    def _back_from(self, at: int, reach: int, ends: frozenset[str]) -> list[str]:
        """Return the words before a word up to one that ends what is looked at, nearest first."""
        before = reversed(self._words[max(at - reach, 0) : at])
        return [*takewhile(lambda word: word not in ends, before)]


def _is_ours(word: str) -> bool:
    return word in lexicon.WE or lexicon.OUR_WORK.fullmatch(word) is not None
