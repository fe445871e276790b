"""Shows a month of a policy: what is open on each date, and how much business time it has."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.business_time import BusinessCalendar
from domain.contract.status import PolicyVersion
from domain.contract.values import Severity, Value
from domain.policy import PinnedPolicy

_HOUR = timedelta(hours=1)
_ADDED = "closed by holidays.also"
"""What a holiday is called that has no name."""


class ClockShown(Value):
    """The clock on the wall shows `after` where it would have shown `before`."""

    before: str
    after: str
    ahead: bool
    """Whether it was put ahead; else back."""


class Day(Value):
    """One date of a month."""

    date: date
    openings: list[tuple[str, str]]
    """From and to, as the clock on the wall shows it; `24:00` is midnight."""
    hours: float
    """Their length, in hours that really pass."""
    holidays: list[str]
    """Names of what it is closed for, or would be without special hours."""
    special: bool
    """Whether it has hours of its own, whatever its day of the week and the holidays say."""
    clock: ClockShown | None = None
    """How the clock is put ahead or back on it."""


class Hours(Value):
    """A month by one set of support hours."""

    severities: list[Severity]
    """Whose hours these are; empty for the calendar of the policy."""
    round_the_clock: bool
    business_days: int
    hours: float
    days: list[Day]
    """Dates that the zone left out, as Samoa did in 2011, are not among them."""


class Month(Value):
    """A month of a policy."""

    policy: PolicyVersion
    month: str
    time_zone: str
    calendar: Hours
    severities: list[Hours]
    """The same by the hours of severities that have their own."""


def month_of(
    policy: PinnedPolicy, year: int, month: int, names: Mapping[date, Sequence[str]]
) -> Month:
    """A month of a policy; `names` are those of its holidays."""
    own: dict[str, list[Severity]] = {}
    for severity, rules in policy.severities.items():
        if rules.hours is not None:
            own.setdefault(repr(rules.hours), []).append(severity)

    def hours(severities: list[Severity]) -> Hours:
        calendar = policy.calendar_of(severities[0]) if severities else policy.calendar
        always = bool(severities) and policy.severities[severities[0]].hours == "24x7"
        days = list(_days(calendar, year, month, {} if always else names))
        return Hours(
            severities=severities,
            round_the_clock=always,
            business_days=sum(1 for day in days if day.openings),
            hours=sum(day.hours for day in days),
            days=days,
        )

    return Month(
        policy=PolicyVersion(name=policy.name, version=policy.version),
        month=f"{year:04}-{month:02}",
        time_zone=policy.calendar.time_zone,
        calendar=hours([]),
        severities=[hours(severities) for severities in own.values()],
    )


def _days(
    calendar: BusinessCalendar, year: int, month: int, names: Mapping[date, Sequence[str]]
) -> Iterator[Day]:
    first = date(year, month, 1)
    last = date(year, month, monthrange(year, month)[1])
    start = calendar.end_of_local_date(first - timedelta(days=1))
    end = calendar.end_of_local_date(last)
    openings = list(calendar.openings_between(start, end))
    zone = ZoneInfo(calendar.time_zone)
    clocks = {
        calendar.local_date(change.at): ClockShown(
            before=_clock(change.at, change.before),
            after=_clock(change.at, change.after),
            ahead=change.after > change.before,
        )
        for change in calendar.clock_changes_between(start, end)
    }
    for number in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(number)
        if calendar.end_of_local_date(day) == calendar.end_of_local_date(day - timedelta(days=1)):
            continue
        of_day = [opening for opening in openings if opening.local_date == day]
        yield Day(
            date=day,
            openings=[(_wall(o.start, day, zone), _wall(o.end, day, zone)) for o in of_day],
            hours=sum((o.end - o.start for o in of_day), timedelta()) / _HOUR,
            holidays=list(names.get(day, [_ADDED])) if day in calendar.holidays else [],
            special=any(special.date == day for special in calendar.also_open),
            clock=clocks.get(day),
        )


def _clock(at: datetime, offset: timedelta) -> str:
    return f"{at.astimezone(UTC) + offset:%H:%M}"


def _wall(at: datetime, day: date, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%H:%M}" if local.date() <= day else "24:00"


# --- in words -------------------------------------------------------------------------------------


def lines(month: Month) -> Iterator[str]:
    """The month as people read it, a line for each date, and totals at its end."""
    first = month.calendar.days[0].date
    yield f"{first:%B %Y} by {month.policy.name} {month.policy.version}, {month.time_zone}"
    for day in month.calendar.days:
        if day.date.weekday() == 0 or day.date.day == 1:
            yield ""
        yield _line(day)
    yield ""
    yield f"Support is open on {_total(month.calendar)}."
    for own in month.severities:
        yield from _own(own, month.calendar)


def _line(day: Day) -> str:
    notes = [*day.holidays, *(["special hours"] if day.special else []), *_clock_words(day)]
    hours = f"{day.hours:g} h" if day.openings else ""
    return f"{day.date:%a %d}  {_openings(day):<28} {hours:>6}  {'; '.join(notes)}".rstrip()


def _openings(day: Day) -> str:
    return ", ".join(f"{start} - {end}" for start, end in day.openings) or "closed"


def _clock_words(day: Day) -> list[str]:
    if day.clock is None:
        return []
    way = "ahead" if day.clock.ahead else "back"
    return [f"clocks go {way}, from {day.clock.before} to {day.clock.after}"]


def _total(hours: Hours) -> str:
    days = "1 day" if hours.business_days == 1 else f"{hours.business_days} days"
    return f"{days}, {hours.hours:g} hours in all"


def _own(own: Hours, usual: Hours) -> Iterator[str]:
    who = ", ".join(own.severities)
    if own.round_the_clock:
        yield f"For {who} round the clock: {_total(own)}."
        return
    yield f"For {who} on {_total(own)}; other than above:"
    for day, other in zip(own.days, usual.days, strict=True):
        if day.openings != other.openings:
            yield f"  {_line(day)}"
