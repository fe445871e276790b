"""Decides what the words around a time say about it: promised, over, or only described."""

from bisect import bisect_left
from collections.abc import Iterator
from enum import Enum, auto

from domain.promise_guard.english.lexicon import (
    ABLE,
    ARTICLES,
    BEING,
    CONTROLS,
    COORDINATORS,
    DETERMINERS,
    FUTURE,
    HAPPENED,
    HAVE,
    IRREGULAR,
    LINKS,
    NOT_A_NOUN,
    OURS,
    OVER,
    PAUSES,
    PRESENT,
    RECORDS,
    REGULAR,
    RELEASE_NOUN,
    REQUESTS,
    RESOLUTION,
    SINCE,
    STOPS,
    SUBJECTS,
    SUBORDINATORS,
    TAKES,
    TIME_WORD,
    UNDECIDED_AFTER,
    US,
)
from domain.promise_guard.normalize import Word, make_plain, split

_REACH = 25
"""Words looked at on either side of a time to learn its tense."""


class Sense(Enum):
    """What the surroundings of a time say about it."""

    PROMISED = auto()
    """Something will be: "the export will work on Monday"."""
    OURS = auto()
    """No tense, but we, a fix or a release are spoken of: "fix on Monday"."""
    OVER = auto()
    """It was: "the export was broken on Monday"."""
    PERHAPS_OVER = auto()
    """A participle says so, which may be an adjective or a wish: "repaired on Monday"."""
    REGULAR = auto()
    """It happens again and again, or describes the software: "the job runs at 02:00"."""
    MENTIONED = auto()
    """Data, a control on the screen, or a request: "set the filter to next week"."""
    NONE = auto()


_PAST = frozenset({Sense.OVER, Sense.PERHAPS_OVER})
SETTLED = frozenset({Sense.OVER, Sense.PERHAPS_OVER, Sense.REGULAR})
"""Say of themselves that nothing is promised."""


class Reading:
    """A text made plain and split into words, of which a time's surroundings can be asked."""

    def __init__(self, text: str) -> None:
        self.plain = make_plain(text)
        self.words = split(self.plain.text)
        self._starts = [word.start for word in self.words]

    def sense(self, start: int, end: int) -> Sense:
        """Return what the words around the plain slice say about it."""
        first = bisect_left(self._starts, start)
        after = bisect_left(self._starts, end)
        before, alone = self._before(first)
        if before is Sense.NONE:
            return self._after(after, opening=alone)
        if before is Sense.OURS:
            ahead = self._after(after, opening=alone)
            backdrop = any(word.text == "after" for word in self.words[max(first - 6, 0) : first])
            if (
                ahead is Sense.OVER
                or (ahead is Sense.PERHAPS_OVER and self._verb(after))
                or (ahead is not Sense.NONE and backdrop)
            ):
                return ahead
        return before

    def _before(self, first: int) -> tuple[Sense, bool]:
        """Return the sense of the words before a time, and whether it opens its sentence."""
        kept = Sense.NONE
        content = 0
        present = False
        for at in range(first - 1, max(first - _REACH, -1), -1):
            word = self.words[at].text
            if word in STOPS:
                return kept, content == 0
            if word in PAUSES:
                if content:
                    return kept, False
                continue
            pronoun = word == "that" and at == first - 1 and not self._takes(first)
            if (word in SUBORDINATORS and not pronoun) or (
                word in COORDINATORS and (content == 0 or kept is Sense.OURS)
            ):
                return kept, content == 0
            content += 1
            sense = self._marker(at, first)
            if sense in {Sense.PROMISED, Sense.MENTIONED}:
                return sense, False
            if present and sense in _PAST and word != "last":
                continue
            if sense is Sense.OVER and (kept is not Sense.OURS or self._closes(at)):
                return sense, False
            if sense is Sense.PERHAPS_OVER and (kept is not Sense.OURS or self._has_object(at)):
                return sense, False
            if word in US:
                return Sense.OURS, False
            present = present or word in PRESENT
            if sense is Sense.OURS or (sense is Sense.REGULAR and kept is Sense.NONE):
                kept = sense
        return kept, content == 0

    def _takes(self, first: int) -> bool:
        """Tell whether a time begins with its verb: "take two hours"."""
        return first < len(self.words) and self.words[first].text in TAKES

    def _closes(self, at: int) -> bool:
        """Tell whether a sign of the past covers our noun after it: "since the update"."""
        follower = self.words[at + 1].text
        return (
            self.words[at].text in SINCE | HAPPENED
            or follower in DETERMINERS
            or OURS.fullmatch(follower) is not None
            or RESOLUTION.fullmatch(follower) is not None
        )

    def _has_object(self, at: int) -> bool:
        """Tell whether what follows a participle makes it a verb: "we deployed a fix"."""
        return self.words[at + 1].text in DETERMINERS

    def _after(self, first: int, *, opening: bool) -> Sense:
        """Return the sense of the words after a time, across a pause where it opens a sentence."""
        kept = Sense.NONE
        content = 0
        for at in range(first, min(first + _REACH, len(self.words))):
            word = self.words[at].text
            if word in STOPS:
                break
            if word in PAUSES:
                if not opening:
                    break
                continue
            if word in SUBORDINATORS and content > 1:
                break
            if word in COORDINATORS and (content > 1 or not (opening or self._time_at(at + 1))):
                break
            content += 1
            sense = self._marker(at, first)
            if sense in {Sense.OVER, Sense.PROMISED, Sense.PERHAPS_OVER}:
                return sense
            if sense is Sense.NONE and word in US:
                sense = Sense.OURS
            if sense in {Sense.OURS, Sense.REGULAR} and kept is Sense.NONE:
                kept = sense
        return kept

    def _time_at(self, at: int) -> bool:
        return at < len(self.words) and TIME_WORD.fullmatch(self.words[at].text) is not None

    def _marker(self, at: int, time_at: int) -> Sense:
        """Return what one word tells about the time at word `time_at`."""
        word = self.words[at].text
        previous = self.words[at - 1].text if at else ""
        if word == "could":
            able = self.words[at + 1].text if at + 1 < len(self.words) else ""
            return Sense.OVER if able in ABLE else Sense.PROMISED
        if FUTURE.fullmatch(word) or (word == "be" and previous == "to"):
            return Sense.PROMISED
        if word in HAPPENED:
            return Sense.OVER
        if word in OVER:
            lasts = any(FUTURE.fullmatch(word) for word in self._just_before(at)[:2])
            return Sense.PROMISED if lasts else Sense.OVER
        if word in CONTROLS and at < time_at:
            return self._control(at)
        if word in RECORDS and at < time_at and self._leads_to(at, time_at):
            return self._record(at, time_at)
        if word in REQUESTS and at < time_at and self._asked(at):
            return Sense.MENTIONED
        if OURS.fullmatch(word):
            return Sense.OURS
        if word in REGULAR:
            return Sense.REGULAR
        return Sense.PERHAPS_OVER if self._verb(at) else Sense.NONE

    def _verb(self, at: int) -> bool:
        """Tell whether the word looks like a verb of the past rather than an adjective."""
        if at >= len(self.words):
            return False
        word = self.words[at].text
        ends = len(word) > 4 and word.endswith("ed") and not word.endswith("eed")
        if not ends and word not in IRREGULAR:
            return False
        before = self._just_before(at)
        if not before or before[0] in SUBJECTS:
            return before[1:2] not in (["have"], ["get"], ["see"], ["want"], ["need"])
        if before[0] in DETERMINERS:
            return False
        if before[0] in HAVE:
            return not any(FUTURE.fullmatch(word) for word in before)
        return not any(
            word in UNDECIDED_AFTER or word in HAVE or FUTURE.fullmatch(word) for word in before
        )

    def _just_before(self, at: int) -> list[str]:
        """Return the words of the same clause before a word, nearest first, four at most."""
        words: list[str] = []
        for word in reversed(self.words[max(at - 4, 0) : at]):
            if word.text in STOPS or word.text in PAUSES:
                break
            words.append(word.text)
        return words

    def _control(self, at: int) -> Sense:
        """Judge "set", "choose", ...: an instruction, unless it is we who do it."""
        before = self._just_before(at)
        if self.words[at].text == "set" and before and before[0] in BEING:
            return Sense.PROMISED
        ours = any(word in US or OURS.fullmatch(word) for word in before)
        return Sense.NONE if ours else Sense.MENTIONED

    def _leads_to(self, at: int, time_at: int) -> bool:
        between = [word.text for word in self.words[at + 1 : time_at]]
        return len(between) <= 2 and all(word in LINKS for word in between)

    def _record(self, at: int, time_at: int) -> Sense:
        """Judge "records", "date range", ...: data, unless its clause says what we or a fix do."""
        for back in range(at - 1, max(at - 12, -1), -1):
            word = self.words[back].text
            if word in STOPS:
                break
            if word in US or OURS.fullmatch(word) or FUTURE.fullmatch(word):
                return Sense.NONE
        ahead = self._after(bisect_left(self._starts, self.words[time_at - 1].end), opening=False)
        return Sense.NONE if ahead is Sense.PROMISED else Sense.MENTIONED

    def _asked(self, at: int) -> bool:
        """Tell whether the client is asked: "please send", "could you reply"."""
        before = self._just_before(at)
        return "please" in before or (
            before[:1] == ["you"] and before[1:2] in (["can"], ["could"], ["would"], ["will"])
        )

    def sentence(self, start: int, end: int) -> Iterator[Word]:
        """Yield the words of the sentence the plain slice stands in, without those of the slice."""
        first = bisect_left(self._starts, start)
        after = bisect_left(self._starts, end)
        opens = first
        while opens and first - opens < _REACH and self.words[opens - 1].text not in STOPS:
            opens -= 1
        yield from self.words[opens:first]
        for at in range(after, min(after + _REACH, len(self.words))):
            if self.words[at].text in STOPS:
                break
            yield self.words[at]

    def follows_a_pause(self, start: int) -> bool:
        """Tell whether a mark of punctuation parts the time from what is said before it."""
        first = bisect_left(self._starts, start)
        return first > 0 and self.words[first - 1].text in PAUSES

    def names_a_thing(self, start: int, end: int) -> bool:
        """Tell whether the time only says which thing is meant: "the Friday report"."""
        text = self.plain.text
        after = bisect_left(self._starts, end)
        if after >= len(self.words):
            return False
        word = self.words[after]
        closed = end + (text[end] in "\"'" and word.start != end)
        if word.text == "'s" and word.start == end and after + 1 < len(self.words):
            thing = self.words[after + 1]
            return thing.start - word.end == 1 and not RELEASE_NOUN.fullmatch(thing.text)
        if word.start != closed + 1 or text[closed] not in " -" or not word.text[0].isalpha():
            return False
        first = bisect_left(self._starts, start)
        leads = [word.text for word in self.words[max(first - 1, 0) : after - 1]]
        return (
            any(lead in ARTICLES for lead in leads)
            and word.text not in NOT_A_NOUN
            and not RELEASE_NOUN.fullmatch(word.text)
        )
