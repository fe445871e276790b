"""Finds what a policy file may say, but whose writer will hardly have meant it."""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import get_args

from domain.addresses import ascii_domain
from domain.business_time import BusinessCalendar, Openings, Weekday
from domain.contract.values import Severity
from domain.policy import FixedHourCadence, SeverityRules, Target
from domain.policy_file import PolicyFile
from domain.policy_findings import Problem
from domain.staff_places import place_name, recipients_of, variable_of
from domain.toml_text import Key

_SOON = timedelta(days=92)
"""How long before the last single date of a calendar its writer is reminded of it."""
_RESERVED = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")
"""Names below which no mail arrives (RFC 2606)."""


def warnings(
    file: PolicyFile,
    holidays: Collection[date],
    today: date,
    places: Collection[str] | None = None,
) -> list[Problem]:
    """What to look at again: `holidays` are the dates that the file's names stand for, and `places`
    the names of those of staff that settings know, where these are looked at."""
    looks: tuple[Callable[[], Iterator[Problem]], ...] = (
        lambda: _calendar(file, holidays, today),
        lambda: _cases(file),
        lambda: _calls(file),
        lambda: _review(file),
        lambda: _severities(file, today),
        lambda: _horizon(file, holidays, today),
        lambda: _contacts(file, places),
    )
    return [problem for look in looks for problem in look()]


# --- the calendar ---------------------------------------------------------------------------------


def _calendar(file: PolicyFile, holidays: Collection[date], today: date) -> Iterator[Problem]:
    rules = file.calendar
    key = ("calendar", "holidays")
    if not holidays and not rules.holidays.also:
        yield Problem((*key, "observed"), "has none: support is closed on no holiday")
    if rules.holidays.also and (last := max(rules.holidays.also)) < today + _SOON:
        reason = f"ends on {last}: no later date is closed beside the observed holidays"
        yield Problem((*key, "also"), reason, "add the dates of the coming year")
    for place, day in enumerate(rules.holidays.also):
        if not rules.hours.get(_weekday(day)):
            yield Problem((*key, "also", place), f"changes nothing: {_weekday(day)} is closed")
        elif day in holidays:
            yield Problem((*key, "also", place), "changes nothing: it is an observed holiday")
    for place, special in enumerate(rules.also_open):
        usual = rules.hours.get(_weekday(special.date))
        if special.date not in holidays and usual and special.hours in {None, usual}:
            reason = f"changes nothing: {special.date} is open as usual"
            yield Problem(("calendar", "also_open", place), reason)


def _horizon(file: PolicyFile, holidays: Collection[date], today: date) -> Iterator[Problem]:
    """Targets that are due after the last date with known holidays (T8)."""
    known_until = date(today.year + file.calendar.holidays.years_ahead, 12, 31)
    calendar = file.calendar.resolve(sorted(holidays), known_until)
    # What began on the first of January has the same horizon as what begins on the last day.
    start = datetime(today.year, 12, 31, 12, tzinfo=UTC)
    for severity, rules in file.severities.items():
        if rules.target is None or rules.target.unit == "calendar_days" or rules.hours == "24x7":
            continue
        own = calendar if rules.hours is None else calendar.with_hours(rules.hours)
        if _left_by(own, known_until, start, rules.target):
            ahead = file.calendar.holidays.years_ahead
            reason = f"can be due after {known_until}, up to when holidays are known"
            hint = f"raise calendar.holidays.years_ahead above {ahead}" if ahead < 20 else None
            yield Problem(("severities", str(severity), "target"), reason, hint)


def _left_by(calendar: BusinessCalendar, last: date, start: datetime, target: Target) -> bool:
    """Whether some of a budget that begins at `start` is left when a date is over."""
    end = calendar.end_of_local_date(last)
    if target.unit == "business_days":
        return calendar.business_days_between(start, end) < target.amount
    return calendar.business_time_between(start, end) / timedelta(hours=1) < target.amount


def _weekday(day: date) -> Weekday:
    found: Weekday = get_args(Weekday)[day.weekday()]
    return found


# --- cases, calls, the review ---------------------------------------------------------------------


def _cases(file: PolicyFile) -> Iterator[Problem]:
    rules = file.cases
    if rules.information_close_business_days is not None and not rules.information_reminders:
        reason = "closes cases that nobody was reminded of: information_reminders is 0"
        yield Problem(("cases", "information_close_business_days"), reason)
    for package in file.calls.allowance_minutes:
        if not rules.channels.get(package):
            reason = "has no channel: every contact of such a client is flagged"
            yield Problem(("cases", "channels", package), reason)


def _calls(file: PolicyFile) -> Iterator[Problem]:
    for package, longest in file.calls.longest_minutes.items():
        allowed = file.calls.allowance_minutes.get(package, 0)
        if longest > allowed:
            reason = f"is more than the {allowed} minutes of allowance_minutes.{package}"
            yield Problem(("calls", "longest_minutes", package), reason)


def _review(file: PolicyFile) -> Iterator[Problem]:
    rules = file.reviews
    openings = file.calendar.hours.get(rules.weekday, ())
    if not _covered(rules.local_time, [openings]):
        reason = f"is outside support hours on {rules.weekday}: the digest waits until they begin"
        yield Problem(("reviews", "local_time"), reason)


# --- severities -----------------------------------------------------------------------------------


def _severities(file: PolicyFile, today: date) -> Iterator[Problem]:
    for severity, rules in file.severities.items():
        for within, reason, hint in _severity(rules, file, today):
            yield Problem(("severities", str(severity), *within), reason, hint)
    yield from _reversed(file)


def _severity(rules: SeverityRules, file: PolicyFile, today: date) -> Iterator[Problem]:
    reached = [step.share for step in rules.rungs if step.share >= 1]
    if rules.target is not None and not reached:
        said = "before it is spent" if rules.rungs else "of it at all"
        hint = 'such as { share = 1.0, event = "defect.target_missed", role = "support_manager" }'
        yield Problem(("target",), f"is missed without word to anybody, who hears {said}", hint)
    if rules.target is None and rules.rungs:
        yield Problem(("rungs",), "are never reached: there is no target", "give it a target")
    if rules.hours is not None and rules.target is None and rules.updates is None:
        yield Problem(("hours",), "change nothing: there is neither target nor updates")
    if isinstance(rules.updates, FixedHourCadence):
        yield from _skipped(rules.updates.local_time, file, today)
    if isinstance(rules.updates, FixedHourCadence) and rules.hours != "24x7":
        week = (rules.hours or file.calendar.hours).values()
        if not _covered(rules.updates.local_time, week):
            reason = "is outside support hours on every day of the week"
            yield Problem(("updates", "local_time"), reason, f"give one within {_spoken(week)}")


def _skipped(at: time, file: PolicyFile, today: date) -> Iterator[Problem]:
    """An hour that the clock jumps over when it is put ahead (T1)."""
    zone = file.calendar.resolve([], None)
    start = datetime(today.year, today.month, today.day, tzinfo=UTC)
    for change in zone.clock_changes_between(start, start + timedelta(days=366)):
        before, after = (change.at + each for each in (change.before, change.after))
        if before.time() <= at < after.time() and before < after:
            reason = f"is no hour of {before:%Y-%m-%d}: clocks go ahead to {after:%H:%M}"
            yield Problem(("updates", "local_time"), reason)


def _reversed(file: PolicyFile) -> Iterator[Problem]:
    targets = {s: r.target for s, r in file.severities.items() if r.target is not None}
    ordered = [severity for severity in Severity if severity in targets]
    for worse, better in pairwise(ordered):
        more, less = targets[worse], targets[better]
        if more.unit == less.unit and more.amount > less.amount:
            reason = f"gives {worse} more time than {better}, which is less severe"
            yield Problem(("severities", str(worse), "target"), reason)


def _covered(at: time, week: Collection[Openings]) -> bool:
    said = f"{at:%H:%M}"
    return any(start <= said < end for openings in week for start, end in openings)


def _spoken(week: Collection[Openings]) -> str:
    openings = dict.fromkeys(opening for day in week for opening in day)
    return " or ".join(f"{start} to {end}" for start, end in openings)


# --- contacts -------------------------------------------------------------------------------------


def _contacts(file: PolicyFile, places: Collection[str] | None) -> Iterator[Problem]:
    named = {role for rules in file.severities.values() for role in rules.notified}
    reserved = []
    for role, given in file.contacts.items():
        told = ", and escalations go to it" if role in named else ""
        for place, recipient in enumerate(recipients_of(given)):
            whole: Key = ("contacts", str(role))
            key = whole if isinstance(given, str) else (*whole, place)
            if (name := place_name(recipient)) is not None:
                if places is not None and name not in places:
                    reason = "is a place that the settings here say nothing of"
                    yield Problem(key, reason, f"set {variable_of(name)} for each worker")
                continue
            domain = recipient.rpartition("@")[2].lower()
            try:
                ascii_domain(domain)
            except ValueError:
                yield Problem(key, f"is an address that no mail can be sent to{told}")
            if any(domain == name or domain.endswith(f".{name}") for name in _RESERVED):
                reserved.append(str(role))
    if reserved:
        roles = ", ".join(dict.fromkeys(reserved))
        reason = f"has addresses at which no mail arrives (RFC 2606): {roles}"
        yield Problem(("contacts",), reason, "give those of your staff")
