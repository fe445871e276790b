"""Decides which days a written date can mean, seen from today."""

import re
from calendar import monthrange
from datetime import date

_RECENT = 183
"""Days back to which a date without a year is taken to have been meant."""
_ISO = re.compile(r"(?<!\d)(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})")
_TWO_ENDED = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](20\d\d|\d\d)(?!\d)")
"""The day or the month first."""
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
    "mai": 5,
    "okt": 10,
    "dez": 12,
    "ene": 1,
    "abr": 4,
    "ago": 8,
    "dic": 12,
}
"""How the names of months begin, in any of the languages."""
_MONTH = re.compile(rf"(?!martes)(?:{'|'.join(_MONTHS)})")
_DAY = re.compile(r"(?<![\d:])(\d{1,2})(?![\d:])")
_QUARTER = re.compile(r"q([1-4])|([1-4])q")


def spans_meant(phrase: str, today: date) -> list[tuple[date, date]]:
    """Return the first and last day of every reading of a normalized date.

    A day and month without a year are taken to be over where the nearest such date is; otherwise
    there is no reading, and the context decides.
    """
    if iso := _ISO.search(phrase):
        return _existing([(int(iso[1]), int(iso[2]), int(iso[3]))])
    if two_ended := _TWO_ENDED.search(phrase):
        one, other, year = (int(number) for number in two_ended.groups())
        year += 2000 if year < 100 else 0
        return _existing([(year, one, other), (year, other, one)])
    named, found = _MONTH.search(phrase), _DAY.search(phrase)
    month = _MONTHS[named[0]] if named else None
    day = int(found[1]) if found else None
    if stated := _YEAR.search(phrase):
        year = int(stated[1])
        if month:
            return _existing([(year, month, day)])
        if quarter := _QUARTER.search(phrase):
            last = 3 * int(quarter[1] or quarter[2])
            return [(date(year, last - 2, 1), date(year, last, monthrange(year, last)[1]))]
        return [(date(year, 1, 1), date(year, 12, 31))]
    if month is None or day is None:
        return []
    spans = _existing([(year, month, day) for year in (today.year - 1, today.year)])
    return [span for span in spans if 0 <= (today - span[0]).days < _RECENT]


def nearest_ahead(phrase: str, today: date) -> date | None:
    """Return the first day from today on that a normalized date can mean."""
    named, found = _MONTH.search(phrase), _DAY.search(phrase)
    if names_a_year(phrase) or named is None or found is None:
        readings = [first for first, _ in spans_meant(phrase, today)]
    else:
        month, day = _MONTHS[named[0]], int(found[1])
        years = (today.year, today.year + 1)
        readings = [first for first, _ in _existing([(year, month, day) for year in years])]
    return min((first for first in readings if first >= today), default=None)


def names_a_year(phrase: str) -> bool:
    """Tell whether a date says its year in full."""
    return _YEAR.search(phrase) is not None


def _existing(readings: list[tuple[int, int, int | None]]) -> list[tuple[date, date]]:
    """Return those dates that there are; the whole month where there is no day."""
    return [
        (date(year, month, day or 1), date(year, month, day or monthrange(year, month)[1]))
        for year, month, day in readings
        if 1 <= month <= 12 and (day is None or 1 <= day <= monthrange(year, month)[1])
    ]
