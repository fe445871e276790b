"""Tells how far ahead a time lies at most: the next update may be announced within the cadence."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from domain.promise_guard.dates import nearest_ahead
from domain.promise_guard.language import Lexicon

_WITHIN_A_DAY = frozenset(
    {
        "today",
        "still today",
        "time of day",
        "bare hour",
        "part of the day",
        "daylight",
        "before long",
    }
    | {"end of period, short", "end of business, short"}
)
"""The kinds of times that come within a day where nothing else is said."""
_MANY = 9.0
"""What "in the coming days" stands for, at most."""
_PLURAL = ("s", "n")
_CLOCK = re.compile(
    r"\d{1,2}[:.]\d\d|\d ?[ap]\.?m|\d ?(?:uhr|o'clock)|noon|midnight|mittag|mitternacht"
)
_PARTS = re.compile(r"\d{1,4}(?:[.,]\d{1,2})?|[^\W\d_]{1,20}")


def reach(
    phrase: str, kind: str, today: date | None, lexicons: Sequence[Lexicon]
) -> timedelta | None:
    """Return how long it takes at most until a time, a normalized phrase, has come.

    None where that cannot be told: without `today` a weekday may be a week away.
    """
    parts = _PARTS.findall(phrase)
    for lexicon in lexicons:
        if not lexicon.UNSURE_DAYS.isdisjoint(parts):
            return None
        if not lexicon.AFTER_TOMORROW.isdisjoint(parts):
            return timedelta(days=2)
        if not lexicon.TOMORROW.isdisjoint(parts):
            return timedelta(days=1)
        if length := _length(parts, lexicon):
            return length
    if today is not None and (ahead := nearest_ahead(phrase, today)):
        return ahead - today
    for lexicon in lexicons:
        if (day := _weekday(parts, lexicon)) is not None:
            return None if today is None else timedelta(days=(day - today.weekday() - 1) % 7 + 1)
    if any(not lexicon.TODAY.isdisjoint(parts) for lexicon in lexicons):
        return timedelta(hours=23)
    within_a_day = kind in _WITHIN_A_DAY or _CLOCK.search(phrase)
    return timedelta(hours=23) if within_a_day else None


def _length(parts: list[str], lexicon: Lexicon) -> timedelta | None:
    """Return the longest length that is named: "30 to 60 minutes"."""
    number: float | None = None
    longest: timedelta | None = None
    for part in parts:
        if part[0].isdigit():
            number = float(part.replace(",", "."))
        elif part in lexicon.NUMBERS:
            number = lexicon.NUMBERS[part]
        elif (hours := lexicon.UNITS.get(part)) is not None:
            some = _MANY if part.endswith(_PLURAL) else 1.0
            length = timedelta(hours=hours * (some if number is None else number))
            longest = max(longest or length, length)
    return longest


def _weekday(parts: list[str], lexicon: Lexicon) -> int | None:
    days = (
        day for part in parts for start, day in lexicon.WEEKDAYS.items() if part.startswith(start)
    )
    return next(days, None)
