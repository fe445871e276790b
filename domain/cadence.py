"""Decides when the next status update is owed to clients (T6)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.business_time import BusinessCalendar
from domain.policy import Cadence, FixedHourCadence


@dataclass(frozen=True, slots=True)
class UpdateDue:
    """An update owed: not met after `deadline`, sent at `send_at` so that it arrives in time."""

    deadline: datetime
    send_at: datetime


def next_update(cadence: Cadence, calendar: BusinessCalendar, last: datetime) -> UpdateDue:
    """When the update after the one of `last` is due (UTC).

    By elapsed time it is due `max_gap_hours` later, and before the next local date ends: around
    the night the clock jumps ahead 24 hours can skip a whole date. A day that support does not
    open counts for nothing where the cadence keeps to business days.
    """
    if isinstance(cadence, FixedHourCadence):
        at = _next_fixed_hour(cadence, calendar, last)
        return UpdateDue(at, at)
    deadline = last + timedelta(hours=cadence.max_gap_hours)
    if cadence.business_days_only and not calendar.is_open(deadline):
        deadline = calendar.next_opening(deadline)
        return UpdateDue(deadline, deadline)
    if cadence.every_local_date:
        tomorrow = calendar.local_date(last) + timedelta(days=1)
        deadline = min(deadline, calendar.end_of_local_date(tomorrow))
    return UpdateDue(deadline, deadline - timedelta(minutes=cadence.lead_minutes))


def _next_fixed_hour(
    cadence: FixedHourCadence, calendar: BusinessCalendar, last: datetime
) -> datetime:
    zone = ZoneInfo(calendar.time_zone)
    day = calendar.local_date(last)
    while True:
        at = datetime.combine(day, cadence.local_time, tzinfo=zone).astimezone(last.tzinfo)
        if at > last and (not cadence.business_days_only or _opens_on(calendar, day)):
            return at
        day += timedelta(days=1)


def _opens_on(calendar: BusinessCalendar, day: date) -> bool:
    start = calendar.end_of_local_date(day - timedelta(days=1))
    return any(calendar.openings_between(start, calendar.end_of_local_date(day)))
