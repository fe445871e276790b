"""Says when support is open, in one line (C5)."""

from collections.abc import Mapping
from itertools import groupby

from domain.business_time import BusinessCalendar, Weekday

_DAYS: Mapping[Weekday, str] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


def opening_hours(calendar: BusinessCalendar) -> str:
    """`Monday to Friday, 07:00 to 18:00 (America/Chicago), except holidays`."""
    week = [(name, tuple(calendar.hours.get(day, ()))) for day, name in _DAYS.items()]
    spans = []
    for openings, days in groupby(week, key=lambda day: day[1]):
        names = [name for name, _ in days]
        if openings:
            first, last = names[0], names[-1]
            when = first if first == last else f"{first} to {last}"
            hours = " and ".join(f"{opens} to {closes}" for opens, closes in openings)
            spans.append(f"{when}, {hours}")
    return f"{'; '.join(spans)} ({calendar.time_zone}), except holidays"
