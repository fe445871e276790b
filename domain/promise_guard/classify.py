"""Decides which of the times that a text names are promises."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from domain.promise_guard.context import SETTLED, Reading, Sense
from domain.promise_guard.dates import names_a_year, spans_meant
from domain.promise_guard.match import Candidate, candidates, excused
from domain.promise_guard.rules import Rule, refused


@dataclass(frozen=True)
class Promise:
    """A promise of time in a text bound for a client (D7).

    `phrase` is the slice of the text from `start`, exactly as written. `why` continues a sentence
    that begins with the phrase: '"by Friday" names a day'.
    """

    phrase: str
    why: str
    start: int


_DATED = frozenset({"numeric date", "written date", "month and year", "year", "quarter"})
_GLUE = re.compile(r"[\s,/&+-]{0,3}(?:(?:and|or|to|until|till|through|on)?[\s,/&-]{0,2})")


def promises_in(text: str, today: date | None) -> Iterator[Promise]:
    """Yield every promise of time in the text, in the order written."""
    reading = Reading(text)
    plain = reading.plain.text
    innocent = excused(plain)
    starts = [start for start, _ in innocent]
    innocent_until = -1
    for candidate in candidates(plain):
        start, end = candidate.start, candidate.end
        nearest = bisect_left(starts, start + 1) - 1
        listed = 0 <= innocent_until <= start and _GLUE.fullmatch(plain, innocent_until, start)
        if nearest >= 0 and innocent[nearest][1] >= end:
            verdict = _Verdict.INNOCENT
        else:
            verdict = _verdict(reading, candidate, today, listed=bool(listed))
        if verdict is _Verdict.INNOCENT:
            innocent_until = end
        if verdict is not _Verdict.PROMISE:
            continue
        first, phrase = reading.plain.written(text, start, end)
        if phrase.endswith(".") and "." not in phrase.split()[-1][:-1]:
            phrase = phrase[:-1]
        yield Promise(phrase, candidate.time.why, first)


class _Verdict(Enum):
    """What a time turns out to be."""

    PROMISE = auto()
    INNOCENT = auto()
    """Something says so, and says it of a list that follows as well."""
    UNPROMISED = auto()
    """Nothing says that it is promised."""


def _verdict(
    reading: Reading, candidate: Candidate, today: date | None, *, listed: bool
) -> _Verdict:
    """Judge one time; `listed` says that it continues a list whose last one was innocent."""
    start, end, time, rule = candidate
    sense = reading.sense(start, end)
    described = sense is Sense.MENTIONED or (listed and rule is not Rule.ALWAYS)
    if today is not None and time.kind in _DATED:
        phrase = reading.plain.text[start:end]
        spans = spans_meant(phrase, today)
        named = names_a_year(phrase) or sense is not Sense.PROMISED
        if named and spans and all(last < today for _, last in spans):
            return _Verdict.INNOCENT
        if any(first > today for first, _ in spans) and not described:
            return _Verdict.PROMISE
    if described:
        return _Verdict.INNOCENT
    promised = sense in {Sense.PROMISED, Sense.OURS}
    if time.led is not None and not promised and reading.names_a_thing(start, end):
        return _Verdict.INNOCENT
    if refused(rule, sense, reading, start, end):
        return _Verdict.PROMISE
    return _Verdict.INNOCENT if sense in SETTLED else _Verdict.UNPROMISED
