"""Decides where a text names a time, with which words leading to it, and where an innocent."""

import re
from functools import cache
from typing import NamedTuple

from domain.promise_guard.english.allowlist import INNOCENTS
from domain.promise_guard.english.times import TIMES, Time
from domain.promise_guard.patterns import alternatives, compiled
from domain.promise_guard.rules import Rule

_LEAD_REACH = 60
"""Characters before a time among which the words that lead to it are looked for."""

_DEADLINE = r"""
    by
    (?:no|not) (?:later|earlier|sooner) than|not before|on or before|as (?:early|late|soon) as
    come(?!<on>)|next|coming|upcoming|effective
    (?:moved|pushed|postponed|rescheduled|delayed|deferred|shifted|bumped)(?: back| out)? to
    (?:moved|pushed|postponed|rescheduled|delayed|deferred|shifted|bumped)(?: back| out)? until
"""
_ANCHOR = r"""
    on|at|in|end|during|over|until|till|'til|before|after|prior to|ahead of|from|starting|beginning
    as of|around|about|towards?|sometime|some time|early|late|later|mid|following|through
    this(?!<on>)|between|within|or|the very|part of|say
    approximately|approx\.?|roughly|circa|ca\.?|~
    hopefully|maybe|probably|perhaps|likely|possibly|tentatively
    (?:the )?(?:first|second|latter) half of
    (?:the )?(?:very )?(?:start|beginning|middle|end|close|course|week|month|day|rest) of
    (?:the )?(?:morning|afternoon|evening|night) of
"""

_LEADS = "|".join((alternatives(_DEADLINE), alternatives(_ANCHOR), "for"))
_LEAD = re.compile(
    compiled(rf"(?:(?:{_LEADS}):? [\"'(]?(?:the |an? )?){{1,4}}").pattern.removesuffix(r"(?!\w)")
    + r"\Z"
)
_LED_ITSELF = compiled("in|over|during|within|for")
_DEADLINE_LEAD = compiled(_DEADLINE)
_MET_BY = compiled("by")
_AIMED_LEAD = compiled("for")


@cache
def _found_by() -> list[tuple[Time, re.Pattern[str]]]:
    """Compiled when first needed: it takes half a second, which no command line should wait for."""
    return [(time, compiled(time.pattern)) for time in TIMES]


@cache
def _excused_by() -> list[re.Pattern[str]]:
    return [compiled(innocent.pattern) for innocent in INNOCENTS]


class Candidate(NamedTuple):
    """A time found in the plain text, with the words that lead to it."""

    start: int
    end: int
    time: Time
    rule: Rule


def candidates(plain: str) -> list[Candidate]:
    """Return the times named, in order, each once: the longest of those that overlap."""
    found: list[Candidate] = []
    for time, pattern in _found_by():
        for match in pattern.finditer(plain):
            start, rule = _led(plain, match.start(), time)
            if rule is not Rule.NEVER:
                found.append(Candidate(start, match.end(), time, rule))
    found.sort(key=lambda candidate: (candidate.start, -candidate.end))
    kept: list[Candidate] = []
    for candidate in found:
        if not kept or candidate.end > kept[-1].end:
            kept.append(candidate)
    return kept


def _led(plain: str, start: int, time: Time) -> tuple[int, Rule]:
    """Return where the time begins with the words that lead to it, and the rule they call for."""
    if time.led is None or _LED_ITSELF.match(plain, start):
        return start, time.bare
    lead = _LEAD.search(plain, max(start - _LEAD_REACH, 0), start)
    if lead is None:
        return start, time.bare
    if _DEADLINE_LEAD.search(lead[0]):
        return lead.start(), Rule.UNLESS_MET if _MET_BY.search(lead[0]) else Rule.ALWAYS
    return lead.start(), time.aimed if _AIMED_LEAD.search(lead[0]) else time.led


def excused(plain: str) -> list[tuple[int, int]]:
    """Return the slices that innocents cover, none within another, in order."""
    slices = sorted(
        (match.span() for pattern in _excused_by() for match in pattern.finditer(plain)),
        key=lambda span: (span[0], -span[1]),
    )
    kept: list[tuple[int, int]] = []
    for span in slices:
        if not kept or span[1] > kept[-1][1]:
            kept.append(span)
    return kept
