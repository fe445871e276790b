"""Finds in a text what the tables of a language list, and says how such tables are written.

In a pattern a blank stands for any one blank or hyphen, `<name>` for the fragment of that name,
and each line is an alternative. Repeats must have a bound; a test sees to it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, NamedTuple, TypeVar

S = TypeVar("S", bound=tuple[Any, ...])
"""Something that begins with where it begins and where it ends."""

_LEAD_IN_REACH = 60
"""Characters before a time among which its lead-in is looked for."""
_ABBREVIATED = ("approx", "vorauss", "tues", "thurs", "sept", "prob")
_SENTENCE_END = re.compile(
    "(?<=[a-z]{4}[.!?])" + "".join(rf"(?<!{word}\.)" for word in _ABBREVIATED) + " (?![0-9])|\n"
)
"""Ends what is surely a sentence: times are looked for in one after the other."""
_WORDS_KNOWN = 10_000
"""Of how many words it is remembered what they hold of the parts that rows need."""
_AROUND_WORDS = "\"'()[],;:!?"
_PLACEHOLDER = re.compile(r"<([a-z ]{1,30})>")
_SIGNS = {"#": re.compile("[0-9]"), "#u": re.compile("[0-9] ?(?:hr?|d|w|m|min|wk|std)(?![a-z])")}
"""What stands for more than itself in the needs of a row."""
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
    IF_PUT_RIGHT = auto()
    """The clause says that something will be, or the sentence that it is as it should be."""
    IF_WILL_BE_RIGHT = auto()
    """The sentence says that something will be, and that it is as it should be."""
    IF_WILL_BE = auto()
    """The sentence says that something will be, or that it is as it should be."""
    UNLESS_PAST = auto()
    """The clause does not say that it is past or happens regularly; where it says nothing, the
    sentence has a word of what we do or of what comes of it."""
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
    needs: str = ""
    """A text without any of these parts is not searched, "": all are. "#" stands for a digit, "#u"
    for one with a short unit, "_" for the edge of a word."""


class Excuse(NamedTuple):
    """A sentence in which a time is no promise, although the words beside it say so."""

    pattern: str
    """Found in the sentence, in which "@" stands for the time."""
    unless: str = ""
    """Found in the sentence where it promises all the same."""
    only: frozenset[str] = frozenset()
    """The kinds of times that it excuses; all where there are none."""
    clause: bool = False
    """Only the clause of the time is looked at."""


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
    excuses: Mapping[str, Excuse]
    announcements: Sequence[Excuse]
    """Sentences that say when the next update comes, and nothing else."""


class Candidate(NamedTuple):
    """A time found in a normalized text, its lead-in included."""

    start: int
    end: int
    time: Time
    rule: Rule


class Pattern:
    """A pattern of the tables, compiled when it is first looked for: few texts need all of them."""

    def __init__(self, written: str, fragments: Mapping[str, str]) -> None:
        self._written = written
        self._fragments = fragments

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, which matches whole words."""
        return compiled(self._written, self._fragments)


class Matcher:
    """Finds what the tables list."""

    def __init__(self, tables: Tables) -> None:
        fragments, lead_ins = tables.fragments, tables.lead_ins
        self.times = [
            (time, frozenset(time.needs.split()), Pattern(time.pattern, fragments))
            for time in tables.times
        ]
        self._rows_by_part: dict[str, list[int]] = {"": []}
        for row, (_, needs, _) in enumerate(self.times):
            for part in needs or ("",):
                self._rows_by_part.setdefault(part, []).append(row)
        for sign in _SIGNS:
            self._rows_by_part.setdefault(sign, [])
        parts = frozenset[str]().union(*(needs for _, needs, _ in self.times))
        known = lru_cache(_WORDS_KNOWN)(
            lambda word: frozenset(p for p in parts if p in f"_{word.strip(_AROUND_WORDS)}_")
        )
        self._parts_of: Callable[[str], frozenset[str]] = known
        self._allowlist = [Pattern(pattern, fragments) for pattern in tables.allowlist]
        self._excuses = [_Excusing(excuse, fragments) for excuse in tables.excuses.values()]
        self._announcements = [_Excusing(said, fragments) for said in tables.announcements]
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

    def signs(self, text: str) -> frozenset[str]:
        """Return what a text has of the parts that rows need."""
        parts = (self._parts_of(word) for word in {*text.split()})
        signs = (sign for sign, pattern in _SIGNS.items() if pattern.search(text))
        return frozenset[str]().union(*parts, signs)

    def candidates(self, text: str) -> Iterator[Candidate]:
        """Yield the times named, row by row."""
        begin = 0
        for finish in (*(mark.start() for mark in _SENTENCE_END.finditer(text)), len(text)):
            for row in self._rows(text[begin:finish]):
                time, _, pattern = self.times[row]
                for match in pattern.compiled.finditer(text, begin, finish):
                    start, rule = self._led(text, match.start(), time.rules)
                    if rule is not Rule.NEVER:
                        yield Candidate(start, match.end(), time, rule)
            begin = finish

    def _rows(self, sentence: str) -> list[int]:
        """Return the rows that can match in a sentence."""
        found = (self._rows_by_part[part] for part in self.signs(sentence))
        return sorted({*self._rows_by_part[""], *chain.from_iterable(found)})

    def allowed(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the slices that the allowlist covers."""
        for pattern in self._allowlist:
            yield from (match.span() for match in pattern.compiled.finditer(text))

    def excuses(self, kind: str, sentence: str) -> bool:
        """Tell whether a sentence, "@" standing for a time of a kind, excuses that time."""
        return any(excuse.covers(kind, sentence) for excuse in self._excuses)

    def announces(self, sentence: str) -> bool:
        """Tell whether a sentence only says that the next update comes at the time."""
        return any(said.covers("", sentence) for said in self._announcements)

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


class _Excusing:
    """An excuse, compiled."""

    def __init__(self, excuse: Excuse, fragments: Mapping[str, str]) -> None:
        self._pattern = Pattern(excuse.pattern, fragments)
        self._unless = Pattern(excuse.unless, fragments) if excuse.unless else None
        self._only = excuse.only
        self._clause = excuse.clause

    def covers(self, kind: str, sentence: str) -> bool:
        if self._only and kind not in self._only:
            return False
        if self._clause:
            before, _, after = sentence.partition("@")
            sentence = f"{before.rpartition(', ')[2]}@{after.partition(', ')[0]}"
        if not self._pattern.compiled.search(sentence):
            return False
        return self._unless is None or not self._unless.compiled.search(sentence)


def longest(found: Iterable[S]) -> list[S]:
    """Return what begins first, or is longest, of slices that lie within others, in order."""
    kept: list[S] = []
    for item in sorted(found, key=lambda item: (item[0], -item[1])):
        if not kept or item[1] > kept[-1][1]:
            kept.append(item)
    return kept


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
