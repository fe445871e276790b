"""Finds in a text what the tables of a language list, and says how such tables are written.

In a pattern a blank stands for any one blank or hyphen, `<name>` for the fragment of that name,
and each line is an alternative. Repeats must have a bound; a test sees to it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple

_LEAD_IN_REACH = 60
"""Characters before a time among which its lead-in is looked for."""
_PLACEHOLDER = re.compile(r"<([a-z ]{1,30})>")
_BLANK = re.compile(r"\[(?:\\.|[^\]\\]){0,60}\]|\\.| ")


class Rule(Enum):
    """Which context makes a promise of a time that is named."""

    NEVER = auto()
    IF_FUTURE = auto()
    """The clause says that something will be, or nothing else is said at all."""
    IF_FUTURE_OR_IMPLIED = auto()
    """As above, or the clause speaks of us, a fix or a release."""
    IF_ABOUT_A_FIX = auto()
    """The sentence is about something fixed, released, available or done, and not past."""
    UNLESS_PAST = auto()
    """The clause does not say that it is past or happens regularly."""
    UNLESS_CLEARLY_PAST = auto()
    """The clause does not say that it is past; a participle ("fixed in 3 days") does not."""
    UNLESS_PAST_BESIDE_IT = auto()
    """As above, and no punctuation parts the time from the words that say so."""
    UNLESS_CONTACT = auto()
    """The clause does not say that it is past, nor the sentence only that we will be in touch."""
    ALWAYS = auto()


class Rules(NamedTuple):
    """The rules of a way to name a time, by the lead-in before it.

    After a deadline, which is no choice of the row, it is ALWAYS ("next Monday"), or
    UNLESS_PAST_BESIDE_IT where it can have been met ("by Monday").
    """

    alone: Rule
    after_lead_in: Rule | None = None
    """None: the pattern has a lead-in of its own, and none is looked for."""
    after_for: Rule = Rule.ALWAYS


class Time(NamedTuple):
    """A way to name a time."""

    kind: str
    why: str
    """Continues a sentence that begins with the phrase found."""
    rules: Rules
    pattern: str


class LeadIns(NamedTuple):
    """Patterns of the words that lead to a time."""

    deadline: str
    met_deadline: str
    """Those of the deadlines that can have been met: "by"."""
    preposition: str
    purpose: str
    """ "For", which speaks of plans more than other prepositions do."""
    article: str
    """May stand between a lead-in and the time."""
    within_times: str
    """Where the pattern of a time begins with one of these, it has its lead-in."""


class Tables(NamedTuple):
    """What a language lists."""

    fragments: Mapping[str, str]
    times: Sequence[Time]
    lead_ins: LeadIns
    allowlist: Iterable[str]


class Candidate(NamedTuple):
    """A time found in a normalized text, its lead-in included."""

    start: int
    end: int
    time: Time
    rule: Rule


class Matcher:
    """Finds what the tables list. To make one takes some 0.3 s, for its patterns are compiled."""

    def __init__(self, tables: Tables) -> None:
        fragments, times, lead_ins, allowlist = tables
        self._times = [(time, compiled(time.pattern, fragments)) for time in times]
        self._allowlist = [compiled(pattern, fragments) for pattern in allowlist]
        words = "|".join(
            _alternatives(lines)
            for lines in (lead_ins.deadline, lead_ins.preposition, lead_ins.purpose)
        )
        lead_in = rf"(?:(?:{words}):? [\"'(]?(?:{lead_ins.article})?){{1,4}}"
        self._lead_in = re.compile(rf"(?<!\w)(?:{_expanded(lead_in, fragments)})\Z")
        self._deadline = compiled(lead_ins.deadline, fragments)
        self._met_deadline = compiled(lead_ins.met_deadline, fragments)
        self._purpose = compiled(lead_ins.purpose, fragments)
        self._within_times = compiled(lead_ins.within_times, fragments)

    def candidates(self, text: str) -> list[Candidate]:
        """Return the times named, in order, each once: the longest of those that overlap."""
        found: list[Candidate] = []
        for time, pattern in self._times:
            for match in pattern.finditer(text):
                start, rule = self._led(text, match.start(), time.rules)
                if rule is not Rule.NEVER:
                    found.append(Candidate(start, match.end(), time, rule))
        found.sort(key=lambda candidate: (candidate.start, -candidate.end))
        kept: list[Candidate] = []
        for candidate in found:
            if not kept or candidate.end > kept[-1].end:
                kept.append(candidate)
        return kept

    def allowed(self, text: str) -> list[tuple[int, int]]:
        """Return the slices that the allowlist covers, none within another, in order."""
        found = [match.span() for pattern in self._allowlist for match in pattern.finditer(text)]
        kept: list[tuple[int, int]] = []
        for span in sorted(found, key=lambda span: (span[0], -span[1])):
            if not kept or span[1] > kept[-1][1]:
                kept.append(span)
        return kept

    def _led(self, text: str, start: int, rules: Rules) -> tuple[int, Rule]:
        """Return where a time begins with its lead-in, and the rule that this calls for."""
        if rules.after_lead_in is None or self._within_times.match(text, start):
            return start, rules.alone
        lead_in = self._lead_in.search(text, max(start - _LEAD_IN_REACH, 0), start)
        if lead_in is None:
            return start, rules.alone
        if self._deadline.search(lead_in[0]):
            can_be_met = self._met_deadline.search(lead_in[0])
            return lead_in.start(), Rule.UNLESS_PAST_BESIDE_IT if can_be_met else Rule.ALWAYS
        purpose = self._purpose.search(lead_in[0])
        return lead_in.start(), rules.after_for if purpose else rules.after_lead_in


def compiled(pattern: str, fragments: Mapping[str, str]) -> re.Pattern[str]:
    """Compile a pattern of the tables, which matches whole words."""
    return re.compile(rf"(?<!\w)(?:{_expanded(pattern, fragments)})(?!\w)")


def _expanded(pattern: str, fragments: Mapping[str, str]) -> str:
    """Fill in the fragments, and make blanks as wide as they are meant."""
    pattern = _alternatives(pattern)
    while _PLACEHOLDER.search(pattern):
        pattern = _PLACEHOLDER.sub(lambda name: f"(?:{_alternatives(fragments[name[1]])})", pattern)
    return _BLANK.sub(lambda part: "[ \n\t-]" if part[0] == " " else part[0], pattern)


def _alternatives(lines: str) -> str:
    """Return a pattern that matches what any of the lines matches."""
    if "\n" not in lines:
        return lines
    return "|".join(line.strip() for line in lines.strip().splitlines())
