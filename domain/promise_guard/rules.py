"""Decides which surroundings excuse a time: the rules that the rows of `times.py` name."""

from enum import Enum, auto

from domain.promise_guard.context import SETTLED, Reading, Sense
from domain.promise_guard.english.lexicon import (
    COME,
    CONTACT,
    HEDGES,
    PAUSES,
    RESOLUTION,
    TIME_WORD,
)


class Rule(Enum):
    """Which surroundings make a time named a promise."""

    NEVER = auto()
    IF_FUTURE = auto()
    """The clause says that something will be."""
    IF_PROMISED = auto()
    """As above, or it speaks of us, a fix or a release, or nothing else is said at all."""
    IF_RESOLUTION = auto()
    """The sentence is about something fixed, released, available or done, and not over."""
    UNLESS_PAST = auto()
    """The clause does not say that it is over or happens regularly."""
    UNLESS_CLEARLY_PAST = auto()
    """The clause does not say that it is over; a participle ("fixed in 3 days") does not."""
    UNLESS_MET = auto()
    """As above, and no mark of punctuation parts the time from the words that say so."""
    UNLESS_CONTACT = auto()
    """The clause does not say that it is over, nor the sentence only that we will be in touch."""
    ALWAYS = auto()


def refused(rule: Rule, sense: Sense, reading: Reading, start: int, end: int) -> bool:
    """Apply the rule of a time to the sense of its surroundings."""
    match rule:
        case Rule.ALWAYS:
            return True
        case Rule.UNLESS_MET:
            return sense is not Sense.OVER or reading.follows_a_pause(start)
        case Rule.UNLESS_CLEARLY_PAST:
            return sense is not Sense.OVER
        case Rule.UNLESS_PAST:
            return sense not in SETTLED
        case Rule.UNLESS_CONTACT:
            around = [word.text for word in reading.sentence(start, end)]
            contact = any(
                word in CONTACT or (word == "back" and before in COME)
                for before, word in zip(["", *around], around, strict=False)
            )
            resolved = any(RESOLUTION.fullmatch(word) for word in around)
            return sense is not Sense.OVER and (resolved or not contact)
        case Rule.IF_RESOLUTION:
            return sense not in SETTLED and any(
                RESOLUTION.fullmatch(word.text) for word in reading.sentence(start, end)
            )
        case Rule.IF_PROMISED | Rule.IF_FUTURE:
            stands_alone = all(
                word.text in HEDGES or word.text in PAUSES or TIME_WORD.fullmatch(word.text)
                for word in reading.sentence(start, end)
            )
            ours = rule is Rule.IF_PROMISED and sense is Sense.OURS
            return sense is Sense.PROMISED or ours or stands_alone
        case Rule.NEVER:
            return False
