"""Decides which days a written date can mean, seen from today."""

import re
from calendar import monthrange
from datetime import date

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_RECENT = 183
"""Days back to which a date without a year is taken to have been meant."""
_ISO = re.compile(r"(?<!\d)(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})")
_TWO_ENDED = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](20\d\d|\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_MONTH = re.compile("|".join(_MONTHS))
_DAY = re.compile(r"(?<![\d:])(\d{1,2})(?![\d:])")
_QUARTER = re.compile(r"q([1-4])|([1-4])q")


def spans_meant(phrase: str, today: date) -> list[tuple[date, date]]:
    """Return the first and last date of every reading of a date.

    A day and month without a year are taken to be over where the nearest such date is; otherwise
    there is no reading, and the surroundings decide.
    """
    spans: list[tuple[date, date]] = []
    if iso := _ISO.search(phrase):
        _add(spans, int(iso[1]), int(iso[2]), int(iso[3]))
    elif two_ended := _TWO_ENDED.search(phrase):
        one, other, year = (int(number) for number in two_ended.groups())
        year += 2000 if year < 100 else 0
        _add(spans, year, one, other)
        _add(spans, year, other, one)
    elif named := _YEAR.search(phrase):
        year = int(named[1])
        if month := _MONTH.search(phrase):
            number = _MONTHS.index(month[0]) + 1
            day = _DAY.search(phrase)
            _add(spans, year, number, int(day[1]) if day else None)
        elif quarter := _QUARTER.search(phrase):
            last = 3 * int(quarter[1] or quarter[2])
            spans.append((date(year, last - 2, 1), date(year, last, monthrange(year, last)[1])))
        else:
            spans.append((date(year, 1, 1), date(year, 12, 31)))
    elif (month := _MONTH.search(phrase)) and (day := _DAY.search(phrase)):
        number = _MONTHS.index(month[0]) + 1
        for year in (today.year - 1, today.year):
            _add(spans, year, number, int(day[1]))
        spans = [span for span in spans if 0 <= (today - span[0]).days < _RECENT]
    return spans


def names_a_year(phrase: str) -> bool:
    """Tell whether a date says its year in full."""
    return _YEAR.search(phrase) is not None


def _add(spans: list[tuple[date, date]], year: int, month: int, day: int | None) -> None:
    """Add the date, or the whole month where there is no day, unless there is none such."""
    if 1 <= month <= 12 and (day is None or 1 <= day <= monthrange(year, month)[1]):
        last = day or monthrange(year, month)[1]
        spans.append((date(year, month, day or 1), date(year, month, last)))
