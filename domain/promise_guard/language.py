"""What the guard asks of a language: words, ways to name a time, excuses, spelling.

A language is a folder such as `english/`, and `languages.py` lists them all. Its lexicon is a
module with the names below, which the English one explains; its tables are written as `match.py`
says.
"""

import re
from typing import NamedTuple, Protocol

from domain.promise_guard.match import Tables
from domain.promise_guard.spelling import Spelling

Words = frozenset[str]
Forms = re.Pattern[str]


class Lexicon(Protocol):
    """The words that say something about a time near them."""

    TELLTALES: Words
    LOOKS: Forms
    ABBREVIATIONS: Words
    SUBORDINATORS: Words
    COORDINATORS: Words
    OR: Words
    THEREFORE: Words
    WITHIN: Words
    FOR_WHEN: Words
    ARTICLES: Words
    DETERMINERS: Words
    SUBJECTS: Words
    PREPOSITIONS: Words
    NOT_A_NOUN: Words
    WE: Words
    CONTACT: Words
    CONTACT_WITH_BACK: Words
    SET_BY_US_AFTER: Words
    PAST: Words
    PAST_OF_OUR_WORK: Words
    LAST: Words
    PAST_EVENTS: Words
    PAST_AFTER_COULD: Words
    IRREGULAR_PARTICIPLES: Words
    PERFECT: Words
    HELPED: Words
    OPEN_BEFORE_PARTICIPLE: Words
    OPEN_BEFORE_SUBJECT: Words
    PRESENT: Words
    ONCE: Words
    HABITUAL: Words
    INSTRUCTIONS: Words
    RECORD_NOUNS: Words
    RECORD_PREPOSITIONS: Words
    REQUESTS: Words
    DURATION_VERBS: Words
    HEDGES: Words
    REPORTED: Words
    PUT_RIGHT: Words
    DELIVERY: Words
    LEADS_AHEAD: Words
    ABLE: Words
    NEGATIONS: Words
    WAS: Words
    FUTURE: Forms
    AS_PLANNED: Words
    SURE_FUTURE: Forms
    OUR_WORK: Forms
    RESOLUTION: Forms
    RELEASE_NOUNS: Forms
    PARTICIPLE: Forms
    LIST_JOINT: Forms
    ADJUNCTS: Forms
    TIME_WORD: Forms
    AFTER_TOMORROW: Words
    TODAY: Words
    TOMORROW: Words
    UNSURE_DAYS: Words
    NUMBERS: dict[str, float]
    UNITS: dict[str, float]
    WEEKDAYS: dict[str, int]
    VERB_REACH: int


class Language(NamedTuple):
    """A language that promises are found in."""

    lexicon: Lexicon
    tables: Tables
    spelling: Spelling
