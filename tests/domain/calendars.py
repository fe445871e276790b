"""Business calendars for tests, and instants by their clocks."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.business_time import BusinessCalendar

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
CHICAGO = "America/Chicago"


def calendar(
    *openings: tuple[str, str],
    days: tuple[str, ...] = WORKDAYS,
    zone: str = CHICAGO,
    holidays: tuple[str, ...] = (),
    **more: Any,
) -> BusinessCalendar:
    """A calendar with the same openings on each of `days`."""
    return BusinessCalendar.model_validate(
        {
            "time_zone": zone,
            "hours": {day: [list(opening) for opening in openings] for day in days},
            "holidays": list(holidays),
            **more,
        }
    )


def local(text: str, zone: str = CHICAGO) -> datetime:
    """The instant at which the clock in `zone` shows `text`, the first if it does so twice."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def utc(text: str) -> datetime:
    """The instant at which it is `text` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


SUPPORT = calendar(("07:00", "18:00"), holidays=("2026-11-26", "2026-12-25"))
UNEVEN = BusinessCalendar.model_validate(
    {"time_zone": CHICAGO, "hours": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "11:00"]]}}
)
