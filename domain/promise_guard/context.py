"""Tells what the words around a time say of it: its tense."""

from enum import Enum, auto
from functools import cache

from domain.promise_guard.language import Lexicon
from domain.promise_guard.normalize import CLAUSE_ENDS, LINE, SENTENCE_ENDS
from domain.promise_guard.text import REACH, Text
from domain.promise_guard.verbs import PUNCTUATION, Verbs

_BE_TO = frozenset({("to", "be"), ("is", "to"), ("are", "to")})
"""Neighbours that say that something will be."""
_ASIDES = frozenset(",()-\t|")
"""Marks that part clauses; after the others a clause goes on."""


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
    """Tells what surrounds a slice of a text, by the words of one language."""

    def __init__(self, text: Text, lexicon: Lexicon) -> None:
        self._text = text
        self.lexicon = lexicon
        self._words = text.words
        self._is_sure = cache(lexicon.SURE_FUTURE.fullmatch)
        self._is_future = cache(lexicon.FUTURE.fullmatch)
        self._of_work = (
            lexicon.OUR_WORK,
            lexicon.RESOLUTION,
            lexicon.RELEASE_NOUNS,
            lexicon.FUTURE,
        )
        self._verbs = Verbs(text.words, lexicon)

    def tense(self, start: int, end: int) -> Tense:
        """Return what the clause of a time says of it: what stands before it goes first."""
        first, after = self._text.indices(start, end)
        if self.begins_clause(start) and self._verbs.plans(self._words[after : after + 1]):
            return Tense.FUTURE
        before, opens = self._before(first, after)
        if before not in {Tense.UNKNOWN, Tense.IMPLIED_FUTURE}:
            return before
        ahead = self._after(after, opens=opens)
        if before is Tense.UNKNOWN or ahead is Tense.PAST:
            return ahead
        if ahead is Tense.PERHAPS_PAST and self._verbs.is_past(after):
            return ahead
        follows_event = "after" in self._words[max(first - 6, 0) : first]
        return ahead if follows_event and ahead is not Tense.UNKNOWN else before

    def sentence(self, start: int, end: int) -> list[str]:
        """Return the words of the sentence around a time, without its own."""
        first, after = self._text.indices(start, end)
        begin, finish = self._text.sentence(start, end)
        return [*self._words[begin:first], *self._words[after:finish]]

    def is_over(self, start: int, end: int, *, at_a_point: bool) -> bool:
        """Tell whether the sentence around a time is all about the past.

        The German perfect is past `at_a_point` only: "bis Freitag haben wir es behoben" is not.
        """
        first, after = self._text.indices(start, end)
        begin, finish = self._text.sentence(start, end)
        begin = max([begin, *(at for at in range(begin, first) if self._words[at] == LINE)])
        if any(map(self._is_sure, self._words[begin:finish])):
            return False
        perfect = at_a_point and bool(self.lexicon.HELPED)
        past = [
            at
            for at in range(begin, finish)
            if self._verbs.is_certainly_past(at) or (perfect and self._verbs.has_been_done(at))
        ]
        past = [at for at in past if not first <= at < after]
        return bool(past) and not self._is_open(begin, first, past)

    def _is_open(self, begin: int, first: int, past: list[int]) -> bool:
        """Tell whether the clause before a time speaks of the present, of plans or of our work."""
        clause = self._verbs.back_from(first, first - begin, _ASIDES)
        verbs = [at for at in past if first - len(clause) <= at < first]
        if verbs:
            later = self._words[verbs[-1] + 1 : first]
            if self._goes_on(later):
                return True
            said = self._words[verbs[-1] : verbs[-1] + 2]
            return not (
                self.lexicon.REPORTED.isdisjoint(said) and self.lexicon.PRESENT.isdisjoint(later)
            )
        if any(map(self.lexicon.ADJUNCTS.fullmatch, clause[-2:])):
            return not self.lexicon.REPORTED.isdisjoint(clause[:2])
        if clause[-1:] and clause[-1] in self.lexicon.THEREFORE:
            return True
        told = self.lexicon.PRESENT | self.lexicon.REPORTED | self.lexicon.DELIVERY
        return not told.isdisjoint(clause) or any(map(self.lexicon.OUR_WORK.fullmatch, clause))

    def _goes_on(self, words: list[str]) -> bool:
        """Tell whether a second verb follows that is not past: "has begun and ends in an hour"."""
        joints = self.lexicon.COORDINATORS - self.lexicon.OR
        joined = next((at for at, word in enumerate(words) if word in joints), len(words))
        verbs = words[joined + 1 : joined + 3]
        return (
            not self.lexicon.DELIVERY.isdisjoint(verbs)
            or any(map(self.lexicon.OUR_WORK.fullmatch, verbs))
            or self._verbs.plans(verbs)
        )

    def is_about_a_fix(self, start: int, end: int) -> bool:
        """Tell whether the sentence around a time says that something is put right."""
        return any(map(self.lexicon.RESOLUTION.fullmatch, self.sentence(start, end)))

    def may_promise(self, start: int, end: int) -> bool:
        """Tell whether the sentence around a time is of us, our work or an outcome, or no more."""
        lexicon = self.lexicon
        first, after = self._text.indices(start, end)
        if self._words[first:after] and self._words[first] in lexicon.LEADS_AHEAD:
            return True
        return self.says_nothing_else(start, end) or any(
            word in lexicon.PUT_RIGHT
            or word in lexicon.DELIVERY
            or word in lexicon.WE
            or word in lexicon.CONTACT
            or any(form.fullmatch(word) for form in self._of_work)
            for word in self.sentence(start, end)
        )

    def is_put_right(self, start: int, end: int) -> bool:
        """Tell whether the sentence around a time says that something is as it should be."""
        words = self.sentence(start, end)
        return any(
            word in self.lexicon.PUT_RIGHT and before not in self.lexicon.NEGATIONS
            for before, word in zip(["", *words], words, strict=False)
        )

    def is_sure(self, start: int, end: int) -> bool:
        """Tell whether the sentence around a time says for sure that something will be."""
        return any(
            self._is_sure(word) and word not in self.lexicon.TOMORROW
            for word in self.sentence(start, end)
        )

    def tells_what_was_done(self, start: int, end: int) -> bool:
        """Tell whether the sentence around a time has forms of the past, and none of the future."""
        words = self.sentence(start, end)
        done = any(
            word in self.lexicon.WAS
            or word in self.lexicon.IRREGULAR_PARTICIPLES
            or self.lexicon.PARTICIPLE.fullmatch(word)
            for word in words
        )
        return done and not any(map(self._is_sure, words))

    def tells_of_the_future(self, start: int, end: int) -> bool:
        """Tell whether the sentence around a time says that something will, or can, be."""
        words = self.sentence(start, end)
        return not self.lexicon.ABLE.isdisjoint(words) or self._verbs.plans(words[::-1])

    def is_about_contact(self, start: int, end: int) -> bool:
        """Tell whether the sentence around a time says that the vendor will be in touch."""
        words = self.sentence(start, end)
        return any(
            word in self.lexicon.CONTACT
            or (word == "back" and before in self.lexicon.CONTACT_WITH_BACK)
            for before, word in zip(["", *words], words, strict=False)
        )

    def says_nothing_else(self, start: int, end: int) -> bool:
        """Tell whether a sentence is nothing but a time."""
        return all(
            word in self.lexicon.HEDGES
            or word in CLAUSE_ENDS
            or self.lexicon.TIME_WORD.fullmatch(word)
            for word in self.sentence(start, end)
        )

    def begins_clause(self, start: int) -> bool:
        """Tell whether punctuation within its sentence parts a time from what stands before it."""
        first, _ = self._text.indices(start, start)
        return first > 0 and self._words[first - 1] in CLAUSE_ENDS

    def qualifies_a_noun(self, start: int, end: int) -> bool:
        """Tell whether a time only says which thing is meant: "the Friday report"."""
        text = self._text.normalized.text
        first, after = self._text.indices(start, end)
        if after >= len(self._words):
            return False
        noun, noun_start = self._words[after], self._text.starts[after]
        if noun == "'s" and noun_start == end and after + 1 < len(self._words):
            adjacent = self._text.starts[after + 1] - self._text.ends[after] == 1
            return adjacent and not self.lexicon.RELEASE_NOUNS.fullmatch(self._words[after + 1])
        closed = end + (text[end] in "\"'" and noun_start != end)
        if noun_start != closed + 1 or text[closed] not in " -" or not noun[0].isalpha():
            return False
        return (
            not self.lexicon.ARTICLES.isdisjoint(self._words[max(first - 1, 0) : after - 1])
            and noun not in self.lexicon.NOT_A_NOUN
            and not self.lexicon.RELEASE_NOUNS.fullmatch(noun)
        )

    def _before(self, first: int, after: int) -> tuple[Tense, bool]:
        """Return the tense of the words before a time, and whether it opens its sentence."""
        kept = Tense.UNKNOWN
        content = 0
        present = False
        for at in range(first - 1, max(first - REACH, -1), -1):
            word = self._words[at]
            if word in SENTENCE_ENDS:
                return kept, content == 0
            if word in CLAUSE_ENDS:
                if content or (word == ":" and at < first - 1):
                    return kept, content == 0
                continue
            pronoun = word == "that" and at == first - 1 and not self._begins_with_a_verb(first)
            if (word in self.lexicon.SUBORDINATORS and not pronoun) or (
                word in self.lexicon.COORDINATORS
                and (
                    content == 0
                    or kept is Tense.IMPLIED_FUTURE
                    or self._words[at + 1] in self.lexicon.DELIVERY
                )
            ):
                return kept, content == 0
            content += word not in self.lexicon.HEDGES
            tense = self._told_by(at, first, after)
            if tense in {Tense.FUTURE, Tense.NO_STATEMENT}:
                return tense, False
            if present and tense in _PAST and word != "last":
                continue
            if tense in _PAST and (
                kept is not Tense.IMPLIED_FUTURE or self._covers_our_work(at, tense)
            ):
                return tense, False
            if word in self.lexicon.WE:
                return Tense.IMPLIED_FUTURE, False
            present = present or word in self.lexicon.PRESENT
            if tense is Tense.IMPLIED_FUTURE or (tense is Tense.HABITUAL and kept is Tense.UNKNOWN):
                kept = tense
        return kept, content == 0

    def _after(self, after: int, *, opens: bool) -> Tense:
        """Return the tense of the words after a time, of the next clause too where it `opens`."""
        kept = Tense.UNKNOWN
        content = 0
        for at in range(after, min(after + REACH, len(self._words))):
            word = self._words[at]
            if word in SENTENCE_ENDS or (word in CLAUSE_ENDS and not opens):
                break
            if word in CLAUSE_ENDS:
                continue
            if word in self.lexicon.SUBORDINATORS and content > 1:
                break
            if word in self.lexicon.COORDINATORS and (
                content > 1 or not (opens or self._is_time_word(at + 1))
            ):
                break
            content += 1
            tense = self._told_by(at, after, after)
            if tense in _PAST or tense is Tense.FUTURE:
                return tense
            if tense is Tense.UNKNOWN and word in self.lexicon.WE:
                tense = Tense.IMPLIED_FUTURE
            if kept is Tense.UNKNOWN:
                kept = tense
        return kept

    def _told_by(self, at: int, time_at: int, after: int) -> Tense:
        """Return what one word tells of the time from `time_at`, or, after it, from `after`."""
        word = self._words[at]
        if word == "could":
            able = (
                at + 1 < len(self._words) and self._words[at + 1] in self.lexicon.PAST_AFTER_COULD
            )
            return Tense.PAST if able else Tense.FUTURE
        before = self._words[at - 1] if at else ""
        if (before, word) in _BE_TO:
            return Tense.FUTURE
        if before not in self.lexicon.AS_PLANNED and self._is_future(word):
            return Tense.FUTURE
        if word in self.lexicon.PAST_EVENTS:
            return Tense.PAST
        if word in self.lexicon.REPORTED and at < time_at < after and self._is_for(time_at):
            return Tense.FUTURE
        if word in self.lexicon.PAST and not (self._verbs.is_noun(at) or self._verbs.is_left(at)):
            near = self._verbs.clause_before(at)[:2]
            lasts = near[:1] == ["to"] or any(map(self.lexicon.FUTURE.fullmatch, near))
            if at + 1 < time_at:  # "restore the last days": the past is that of something else.
                clause = self._verbs.back_from(at, REACH, PUNCTUATION)
                lasts = lasts or any(map(self.lexicon.SURE_FUTURE.fullmatch, clause))
            return Tense.FUTURE if lasts else Tense.PAST
        if at < time_at:
            if word in self.lexicon.INSTRUCTIONS:
                return self._told_by_instruction(at)
            if word in self.lexicon.RECORD_NOUNS and self._leads_to(at, time_at, after):
                return self._told_by_record(at, after)
            if word in self.lexicon.REQUESTS and self._is_asked(at):
                return Tense.NO_STATEMENT
        if self.lexicon.OUR_WORK.fullmatch(word):
            return Tense.IMPLIED_FUTURE
        if self._is_habit(at, before):
            return Tense.HABITUAL
        return Tense.PERHAPS_PAST if self._verbs.is_past(at) else Tense.UNKNOWN

    def _told_by_instruction(self, at: int) -> Tense:
        """Judge "set", "choose", ...: an instruction, unless it is we who do it."""
        before = self._verbs.clause_before(at)
        if self._words[at] == "set" and before and before[0] in self.lexicon.SET_BY_US_AFTER:
            return Tense.FUTURE
        return Tense.UNKNOWN if any(map(self._is_ours, before)) else Tense.NO_STATEMENT

    def _is_habit(self, at: int, before: str) -> bool:
        """Tell whether a word tells a habit: not "as soon as the shop opens"."""
        return (
            self._words[at] in self.lexicon.HABITUAL
            and before not in self.lexicon.DETERMINERS
            and self.lexicon.ONCE.isdisjoint(self._verbs.clause_before(at))
        )

    def _is_for(self, at: int) -> bool:
        return self._words[at] in self.lexicon.FOR_WHEN

    def _leads_to(self, at: int, time_at: int, after: int) -> bool:
        between = self._words[at + 1 : time_at]
        time = self._words[time_at:after]
        if time and time[-1] in self.lexicon.UNITS and time[0] in self.lexicon.WITHIN:
            return False
        return len(between) <= 2 and self.lexicon.RECORD_PREPOSITIONS.issuperset(between)

    def _told_by_record(self, at: int, after: int) -> Tense:
        """Judge "invoice", "date range", ...: data, unless its clause says what we or a fix do."""
        before = self._verbs.back_from(at, 11, SENTENCE_ENDS)
        if any(map(self._is_ours, before)) or self._verbs.plans(before):
            return Tense.UNKNOWN
        promised = self._after(after, opens=False) is Tense.FUTURE
        return Tense.UNKNOWN if promised else Tense.NO_STATEMENT

    def _is_asked(self, at: int) -> bool:
        """Tell whether the client is asked: "please send", "could you reply"."""
        before = self._verbs.clause_before(at)
        return "please" in before or (
            before[:1] == ["you"] and before[1:2] in (["can"], ["could"], ["would"], ["will"])
        )

    def _covers_our_work(self, at: int, tense: Tense) -> bool:
        """Tell whether a sign of the past covers our noun after it: "since the update"."""
        follower = self._words[at + 1]
        if follower in self.lexicon.DETERMINERS:
            return True
        return tense is Tense.PAST and (
            self._words[at] in self.lexicon.PAST_OF_OUR_WORK | self.lexicon.PAST_EVENTS
            or self.lexicon.OUR_WORK.fullmatch(follower) is not None
            or self.lexicon.RESOLUTION.fullmatch(follower) is not None
        )

    def _begins_with_a_verb(self, first: int) -> bool:
        """Tell whether a time has a verb of its own: "take two hours"."""
        return not self.lexicon.DURATION_VERBS.isdisjoint(self._words[first : first + 1])

    def _is_time_word(self, at: int) -> bool:
        return (
            at < len(self._words) and self.lexicon.TIME_WORD.fullmatch(self._words[at]) is not None
        )

    def _is_ours(self, word: str) -> bool:
        return word in self.lexicon.WE or self.lexicon.OUR_WORK.fullmatch(word) is not None
