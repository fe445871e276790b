"""Decides which of the times that a text names are promises."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from functools import cache

from domain.promise_guard.context import PAST_OR_HABITUAL, Context, Tense
from domain.promise_guard.dates import names_a_year, spans_meant
from domain.promise_guard.english import TABLES, lexicon
from domain.promise_guard.match import Candidate, Matcher, Rule
from domain.promise_guard.normalize import CLAUSE_ENDS

_DATES = frozenset({"numeric date", "written date", "month and year", "year", "quarter"})
"""The kinds of times that `dates.py` understands."""


@dataclass(frozen=True)
class Promise:
    """A promise of time in a text bound for a client (D7).

    `phrase` is the slice of the text from `start`, exactly as written. `why` continues a sentence
    that begins with the phrase: '"by Friday" names a day'.
    """

    phrase: str
    why: str
    start: int


class _Verdict(Enum):
    PROMISE = auto()
    RULED_OUT = auto()
    """The context says that it is none, and says so of the times listed after it."""
    UNDECIDED = auto()
    """Nothing says that it is one, so it passes."""


@cache
def _english() -> Matcher:
    """Made when first needed: no command line should wait for it."""
    return Matcher(TABLES)


def promises_in(text: str, today: date | None) -> Iterator[Promise]:
    """Yield every promise of time in the text, in the order written."""
    context = Context(text)
    normalized = context.normalized.text
    allowed = _english().allowed(normalized)
    starts = [start for start, _ in allowed]
    ruled_out_until = -1
    for candidate in _english().candidates(normalized):
        start, end, time, _ = candidate
        nearest = bisect_right(starts, start) - 1
        if nearest >= 0 and allowed[nearest][1] >= end:
            verdict = _Verdict.RULED_OUT
        else:
            listed = 0 <= ruled_out_until <= start and lexicon.LIST_JOINT.fullmatch(
                normalized, ruled_out_until, start
            )
            verdict = _verdict(context, candidate, today, listed=bool(listed))
        if verdict is _Verdict.RULED_OUT:
            ruled_out_until = end
        if verdict is _Verdict.PROMISE:
            first, phrase = context.normalized.original(text, start, end)
            # The full stop of a sentence is no part of the phrase, that of "5 p.m." is.
            if phrase.endswith(".") and "." not in phrase.split()[-1][:-1]:
                phrase = phrase[:-1]
            yield Promise(phrase, time.why, first)


def _verdict(
    context: Context, candidate: Candidate, today: date | None, *, listed: bool
) -> _Verdict:
    """Judge a time; `listed`: it continues a list whose last time is ruled out."""
    start, end, time, rule = candidate
    tense = context.tense(start, end)
    described = tense is Tense.NO_STATEMENT or (listed and rule is not Rule.ALWAYS)
    if today is not None and time.kind in _DATES:
        phrase = context.normalized.text[start:end]
        spans = spans_meant(phrase, today)
        # "It will be there on Nov 20" means the next one, although the last was a week ago.
        sure = names_a_year(phrase) or tense is not Tense.FUTURE
        if sure and spans and all(last < today for _, last in spans):
            return _Verdict.RULED_OUT
        if any(first > today for first, _ in spans) and not described:
            return _Verdict.PROMISE
    if described:
        return _Verdict.RULED_OUT
    promised = tense in {Tense.FUTURE, Tense.IMPLIED_FUTURE}
    has_lead_in = time.rules.after_lead_in is not None
    if has_lead_in and not promised and context.qualifies_a_noun(start, end):
        return _Verdict.RULED_OUT
    if _refuses(rule, tense, context, start, end):
        return _Verdict.PROMISE
    return _Verdict.RULED_OUT if tense in PAST_OR_HABITUAL else _Verdict.UNDECIDED


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
            return tense not in PAST_OR_HABITUAL
        case Rule.UNLESS_CONTACT:
            sentence = context.sentence(start, end)
            return tense is not Tense.PAST and (
                _is_about_a_fix(sentence) or not _is_about_contact(sentence)
            )
        case Rule.IF_ABOUT_A_FIX:
            return tense not in PAST_OR_HABITUAL and _is_about_a_fix(context.sentence(start, end))
        case Rule.IF_FUTURE | Rule.IF_FUTURE_OR_IMPLIED:
            if tense is Tense.FUTURE:
                return True
            implied = rule is Rule.IF_FUTURE_OR_IMPLIED and tense is Tense.IMPLIED_FUTURE
            return implied or _says_nothing_else(context.sentence(start, end))


def _is_about_a_fix(sentence: list[str]) -> bool:
    return any(map(lexicon.RESOLUTION.fullmatch, sentence))


def _is_about_contact(sentence: list[str]) -> bool:
    return any(
        word in lexicon.CONTACT or (word == "back" and before in lexicon.CONTACT_WITH_BACK)
        for before, word in zip(["", *sentence], sentence, strict=False)
    )


def _says_nothing_else(sentence: list[str]) -> bool:
    return all(
        word in lexicon.HEDGES or word in CLAUSE_ENDS or lexicon.TIME_WORD.fullmatch(word)
        for word in sentence
    )
