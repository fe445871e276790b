"""Decides which of the times that a text names are promises."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, auto
from functools import cached_property

from domain.promise_guard.cadence import reach
from domain.promise_guard.context import PAST_OR_HABITUAL, Context, Tense
from domain.promise_guard.dates import names_a_year, spans_meant
from domain.promise_guard.language import Lexicon
from domain.promise_guard.languages import ready
from domain.promise_guard.match import Candidate, Matcher, Rule, longest
from domain.promise_guard.normalize import normalize
from domain.promise_guard.text import Text

_DATES = frozenset({"numeric date", "written date", "month and year", "year", "quarter"})
"""The kinds of times that `dates.py` understands."""
_NEVER_OVER = frozenset(
    {"tomorrow", "last moment", "next period", "end of period, short", "estimate", "before long"}
    | {"nearly done"}
)
"""The kinds of times that lie ahead, whatever the tense of their sentence."""
_BROAD = frozenset({"event of any kind", "time of any kind"})
"""The kinds of times that may swallow others, being any words after a preposition."""
_STRICT = frozenset(
    {Rule.NEVER, Rule.UNLESS_CONTACT, Rule.IF_PUT_RIGHT, Rule.IF_WILL_BE_RIGHT}
    | {Rule.IF_ABOUT_A_FIX, Rule.IF_WILL_BE, Rule.IF_FUTURE}
)
"""The rules that look at the whole sentence themselves."""
_OF_POINTS = frozenset({Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED})
"""The rules of days and hours that are no deadline: what has been done on Friday is over."""
NAMES_A_RELEASE = "release of a season"
"""The kind of a time that may also be what a release is called: "Spring release"."""
_OF_A_LOG = 3
"""So many times of day stand in a sentence that tells what happened one after the other."""
_is_clock = re.compile(r"[0-2]?\d:[0-5]\d").fullmatch
_TIME = "@"
"""What stands for a time in the sentence that excuses look at."""


@dataclass(frozen=True)
class Promise:
    """A promise of time in a text bound for a client (D7).

    `phrase` is the slice of the text from `start`, exactly as written. `why` continues a sentence
    that begins with the phrase: '"by Friday" names a day'.
    """

    phrase: str
    why: str
    start: int
    kind: str = field(default="", compare=False)
    """The row of the tables that it is found by."""


class _Verdict(Enum):
    PROMISE = auto()
    RULED_OUT = auto()
    """The context says that it is none, and says so of the times listed after it."""
    UNDECIDED = auto()
    """Nothing says that it is one, so it passes."""


def promises_in(text: str, today: date | None, cadence: timedelta) -> Iterator[Promise]:
    """Yield every promise of time in the text, in the order written."""
    normalized = ready().speller.corrected(normalize(text))
    matchers = ready().matchers_for(normalized.text)
    found = [found for matcher in matchers for found in matcher.candidates(normalized.text)]
    if not found:
        return
    judge = _Judge(Text(normalized, ready().abbreviations), matchers, today, cadence)
    for candidate in _apart(found):
        if judge.verdict(candidate) is _Verdict.PROMISE:
            first, phrase = normalized.original(text, candidate.start, candidate.end)
            # The full stop of a sentence is no part of the phrase, that of "5 p.m." is.
            if phrase.endswith(".") and "." not in phrase.split()[-1][:-1]:
                phrase = phrase[:-1]
            yield Promise(phrase, candidate.time.why, first, candidate.time.kind)


def _apart(found: list[Candidate]) -> list[Candidate]:
    """Return the times that lie within no other, and broad ones where there is no other."""
    narrow = longest(candidate for candidate in found if candidate.time.kind not in _BROAD)
    broad = [
        candidate
        for candidate in found
        if candidate.time.kind in _BROAD
        and not any(one.start < candidate.end and candidate.start < one.end for one in narrow)
    ]
    return sorted([*narrow, *longest(broad)], key=lambda candidate: candidate.start)


class _Judge:
    """Judges the times of one text, in the order written."""

    def __init__(
        self, text: Text, matchers: list[Matcher], today: date | None, cadence: timedelta
    ) -> None:
        self._text = text
        self._matchers = matchers
        self._today = today
        self._cadence = cadence
        self._contexts = [Context(text, lexicon) for lexicon in ready().lexicons]
        self._ruled_out_until = -1

    @cached_property
    def _allowed(self) -> list[tuple[int, int]]:
        text = self._text.normalized.text
        return longest(span for matcher in self._matchers for span in matcher.allowed(text))

    @cached_property
    def _language(self) -> int:
        """The language of most of the text, which decides where a sentence does not."""
        return self._text.most(ready().telltales)

    def verdict(self, candidate: Candidate) -> _Verdict:
        """Judge a time, and remember it for those that are listed after it."""
        verdict = self._verdict(candidate)
        if verdict is _Verdict.RULED_OUT and candidate.time.kind not in _BROAD:
            self._ruled_out_until = candidate.end
        return verdict

    def _verdict(self, candidate: Candidate) -> _Verdict:
        start, end, time, rule = candidate
        context = self._contexts[self._language_at(start, end)]
        tense = context.tense(start, end)
        promised = tense in {Tense.FUTURE, Tense.IMPLIED_FUTURE}
        stands_alone = tense is Tense.FUTURE and self._text.normalized.text[start].isalpha()
        may_be_listed = rule is not Rule.ALWAYS and not stands_alone
        listed = may_be_listed and self._continues_a_list(start, context.lexicon)
        described = tense is Tense.NO_STATEMENT or listed
        if time.kind in _DATES and (dated := self._by_date(candidate, tense, described)):
            return dated
        if described:
            return _Verdict.RULED_OUT
        has_lead_in = time.rules.after_lead_in is not None
        ahead = time.kind in _NEVER_OVER and context.is_put_right(start, end)
        owned = rule in _OF_POINTS and self._text.normalized.text.startswith("'s ", end)
        said = tense is Tense.FUTURE if owned else promised
        qualifies = has_lead_in and not ahead and not said
        if qualifies and context.qualifies_a_noun(start, end):
            return _Verdict.RULED_OUT
        bare_date = time.kind in _DATES and rule is Rule.UNLESS_PAST and tense is Tense.UNKNOWN
        if bare_date or _refuses(rule, tense, context, start, end):
            excused = self._excused(candidate, context)
            return _Verdict.RULED_OUT if excused else _Verdict.PROMISE
        if tense in PAST_OR_HABITUAL:
            return _Verdict.RULED_OUT
        right, ahead = context.is_put_right(start, end), context.tells_of_the_future(start, end)
        if not (right and ahead if rule in _STRICT else right or context.is_sure(start, end)):
            over = tense is Tense.UNKNOWN and context.is_over(start, end, at_a_point=True)
            return _Verdict.RULED_OUT if over else _Verdict.UNDECIDED
        return _Verdict.RULED_OUT if self._excused(candidate, context) else _Verdict.PROMISE

    def _language_at(self, start: int, end: int) -> int:
        vocabularies = ready().telltales
        begin, finish = self._text.sentence(start, end)
        found = self._text.most(vocabularies, begin, finish)
        if found or not self._text.knows_none(vocabularies, start, end):
            return found
        words = self._text.words[begin:finish]
        looks = (any(map(lexicon.LOOKS.fullmatch, words)) for lexicon in ready().lexicons)
        return next((language for language, like in enumerate(looks) if like), self._language)

    def _continues_a_list(self, start: int, lexicon: Lexicon) -> bool:
        """Tell whether a time continues a list whose last time is ruled out."""
        until = self._ruled_out_until
        joint = lexicon.LIST_JOINT.fullmatch
        return 0 <= until <= start and joint(self._text.normalized.text, until, start) is not None

    def _by_date(self, candidate: Candidate, tense: Tense, described: bool) -> _Verdict | None:
        """Judge a date by the calendar, where that decides."""
        if self._today is None:
            return None
        today, phrase = self._today, self._text.normalized.text[candidate.start : candidate.end]
        spans = spans_meant(phrase, today)
        # "It will be there on Nov 20" means the next one, although the last was a week ago.
        sure = names_a_year(phrase) or tense is not Tense.FUTURE
        if sure and spans and all(last < today for _, last in spans):
            return _Verdict.RULED_OUT
        if any(first > today for first, _ in spans) and not described:
            context = self._contexts[self._language_at(*candidate[:2])]
            excused = self._excused(candidate, context, ahead=True)
            return _Verdict.RULED_OUT if excused else _Verdict.PROMISE
        return None

    def _is_logged(self, start: int, end: int, context: Context) -> bool:
        """Tell whether a time is one of several of a log: "09:12 alarm, 09:31 line cut"."""
        begin, finish = self._text.sentence(start, end)
        words = self._text.words[begin:finish]
        clocks = sum(_is_clock(word) is not None for word in words)
        return clocks >= _OF_A_LOG and context.tells_what_was_done(start, end)

    def _excused(self, candidate: Candidate, context: Context, *, ahead: bool = False) -> bool:
        """Tell whether the sentence of a time says that it is no promise after all.

        A date that lies `ahead` by the calendar is not over, whatever the tense.
        """
        start, end, time, rule = candidate
        text = self._text.normalized.text
        may_be_over = not ahead and rule is not Rule.ALWAYS and time.kind not in _NEVER_OVER
        if may_be_over and context.is_over(start, end, at_a_point=rule in _OF_POINTS):
            return True
        if time.kind == "time of day" and self._is_logged(start, end, context):
            return True
        sentence = self._text.around(start, end, _TIME)
        if any(matcher.excuses(time.kind, sentence) for matcher in self._matchers):
            return True
        nearest = bisect_right(self._allowed, (start, len(text))) - 1
        if nearest >= 0 and self._allowed[nearest][1] >= end:
            return True
        if time.kind == "estimate" or not any(
            matcher.announces(sentence) for matcher in self._matchers
        ):
            return False
        until = reach(text[start:end], time.kind, self._today, ready().lexicons)
        return until is not None and until <= self._cadence


def _refuses(rule: Rule, tense: Tense, context: Context, start: int, end: int) -> bool:
    """Apply the rule of a time to its context."""
    match rule:
        case Rule.NEVER:
            return False
        case Rule.ALWAYS:
            return True
        case Rule.UNLESS_PAST_BESIDE_IT:
            return tense is not Tense.PAST or context.begins_clause(start)
        case Rule.UNLESS_CLEARLY_PAST:
            return tense is not Tense.PAST
        case Rule.UNLESS_PAST:
            told = tense is not Tense.UNKNOWN or context.may_promise(start, end)
            return told and tense not in PAST_OR_HABITUAL
        case Rule.UNLESS_CONTACT:
            return tense is not Tense.PAST and (
                context.is_about_a_fix(start, end) or not context.is_about_contact(start, end)
            )
        case Rule.IF_ABOUT_A_FIX:
            return tense not in PAST_OR_HABITUAL and context.is_about_a_fix(start, end)
        case Rule.IF_PUT_RIGHT:
            return tense is Tense.FUTURE or (
                tense not in {Tense.PAST, Tense.NO_STATEMENT} and context.is_put_right(start, end)
            )
        case Rule.IF_WILL_BE_RIGHT:
            return (
                tense not in {Tense.PAST, Tense.NO_STATEMENT}
                and context.is_put_right(start, end)
                and context.tells_of_the_future(start, end)
            )
        case Rule.IF_WILL_BE:
            return tense is Tense.FUTURE or (
                tense not in {Tense.PAST, Tense.NO_STATEMENT}
                and (context.is_put_right(start, end) or context.is_sure(start, end))
            )
        case Rule.IF_FUTURE | Rule.IF_FUTURE_OR_IMPLIED:
            if tense is Tense.FUTURE:
                return True
            implied = rule is Rule.IF_FUTURE_OR_IMPLIED and tense is Tense.IMPLIED_FUTURE
            return implied or context.says_nothing_else(start, end)
