"""Says when support is open, in one line (C5)."""

from itertools import groupby

from domain.business_time import BusinessCalendar, Weekday
from portal.pages.i18n import Translations

_DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def opening_hours(calendar: BusinessCalendar, words: Translations) -> str:
    """`Monday to Friday, 07:00 to 18:00 (America/Chicago), except holidays`."""
    named = zip(_DAYS, words.language.weekdays, strict=True)
    week = [(name, tuple(calendar.hours.get(day, ()))) for day, name in named]
    weeks = []
    for openings, days in groupby(week, key=lambda day: day[1]):
        names = [name for name, _ in days]
        if openings:
            spans = [words.plain("hours.span", opens=a, closes=b) for a, b in openings]
            hours = spans[0]
            for later in spans[1:]:
                hours = words.plain("hours.spans", earlier=hours, later=later)
            weeks.append(words.plain("hours.week", days=_from_to(names, words), hours=hours))
    return words.plain("hours.all", weeks="; ".join(weeks), zone=calendar.time_zone)


def _from_to(names: list[str], words: Translations) -> str:
    first, last = names[0], names[-1]
    return first if first == last else words.plain("hours.days", first=first, last=last)
