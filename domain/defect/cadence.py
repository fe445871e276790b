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
    the night the clock jumps ahead 24 hours can skip a whole date. Where the cadence keeps to
    business days, one that would be sent on a date support does not open is sent at the next
    opening.
    """
    if isinstance(cadence, FixedHourCadence):
        at = _next_fixed_hour(cadence, calendar, last)
        return UpdateDue(at + timedelta(minutes=cadence.grace_minutes), at)
    lead = timedelta(minutes=cadence.lead_minutes)
    deadline = last + timedelta(hours=cadence.max_gap_hours)
    if cadence.every_local_date:
        tomorrow = calendar.local_date(last) + timedelta(days=1)
        deadline = min(deadline, calendar.end_of_local_date(tomorrow))
    send_at = deadline - lead
    if cadence.business_days_only and not _opens_on(calendar, calendar.local_date(send_at)):
        send_at = calendar.next_opening(send_at)
    return UpdateDue(send_at + lead, send_at)


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
