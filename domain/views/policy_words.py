"""Says a policy in words: a sentence for each thing that it says."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import NamedTuple, get_args

from domain.business_time import Openings, SpecialDay, Weekday, WeekHours
from domain.contract.events import Role, StaffEvent
from domain.contract.values import Severity
from domain.policy import AcknowledgeRules, Cadence, ElapsedCadence, SeverityRules
from domain.policy_file import CalendarRules, PolicyFile
from domain.staff_places import recipients_of
from domain.toml_text import dotted

_DAYS = dict(zip(get_args(Weekday), ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
_EVENTS: Mapping[StaffEvent, str] = {
    StaffEvent.DEFECT_WINDOW_OPENED: "that the time for a fix has begun",
    StaffEvent.DEFECT_TARGET_WARNING: "that the target is near",
    StaffEvent.DEFECT_TARGET_MISSED: "that the target is missed",
    StaffEvent.DEFECT_ESCALATED: "that the defect is escalated",
}
"""What a step of an escalation tells, in words; of others the event is named."""
POLICY, CALENDAR = "Policy", "Calendar"
"""Parts that are first in a policy."""


class Statement(NamedTuple):
    """One thing that a policy says: a sentence with a place for what it says of it."""

    part: str
    key: str
    """Dotted, as in the file; steps, dates and single words of a list by what they are."""
    sentence: str
    """With `{}` for the value, or without one where it says all by being there."""
    value: str | tuple[str, ...] = ""
    """Several where it is a list, whose sentence then ends with a colon and them."""
    aside: str = ""
    """What helps to read it, and is said elsewhere."""

    def __str__(self) -> str:
        """The whole sentence."""
        said = self.value if isinstance(self.value, str) else ", ".join(self.value) or "none"
        aside = f" ({self.aside})" if self.aside else ""
        return f"{self.sentence.format(said)}{aside}."


def statements(file: PolicyFile) -> list[Statement]:
    """Everything that a policy says."""
    return [
        Statement(POLICY, "name", "It is called {}", file.name),
        *_calendar(file.calendar),
        *_cases(file),
        *_calls(file),
        *(said for each in sorted(file.severities) for said in _severity(each, file)),
        *_defects(file),
        *_releases(file),
        *_reviews(file),
        *_acknowledge(file.acknowledge),
        *_snooze(file),
        *_people(file),
    ]


# --- the calendar ---------------------------------------------------------------------------------


def _calendar(rules: CalendarRules) -> Iterator[Statement]:
    holidays, key = rules.holidays, "calendar"
    yield Statement(CALENDAR, f"{key}.time_zone", "Its zone is {}", rules.time_zone)
    yield Statement(CALENDAR, f"{key}.hours", "Support is open {}", _week(rules.hours))
    where = f"{holidays.country}, {holidays.subdivision}".removesuffix(", None")
    yield Statement(CALENDAR, f"{key}.holidays.country", "Its holidays are those of {}", where)
    names = tuple(holidays.observed)
    sentence = "It is closed on these holidays, and on the days they are observed: {}"
    yield Statement(CALENDAR, f"{key}.holidays.observed", sentence, names)
    for day in dict.fromkeys(holidays.also):
        sentence = f"It is also closed on {day:%a} {day}"
        yield Statement(CALENDAR, f"{key}.holidays.also.{day}", sentence)
    for special in rules.also_open:
        sentence = f"Whatever else holds, {special.date:%a} {special.date} is open {{}}"
        at = f"{key}.also_open.{special.date}"
        yield Statement(CALENDAR, at, sentence, _special(special))
    ahead = _count(holidays.years_ahead, "year")
    sentence = "To what begins, holidays are known for {} ahead"
    yield Statement(CALENDAR, f"{key}.holidays.years_ahead", sentence, ahead)


def _special(day: SpecialDay) -> str:
    return "as usual" if day.hours is None else _openings(day.hours)


def _week(hours: WeekHours) -> str:
    """The hours of a week, days that follow each other with the same ones together."""
    each = [(day, _openings(hours.get(day, ()))) for day in get_args(Weekday)]
    said = []
    for openings, some in groupby(each, key=lambda both: both[1]):
        days = [_DAYS[day] for day, _ in some]
        if openings:
            span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
            said.append(f"{span} {openings}")
    return "; ".join(said)


def _openings(openings: Openings) -> str:
    return " and ".join(f"{start} to {end}" for start, end in openings)


# --- cases and calls ------------------------------------------------------------------------------


def _cases(file: PolicyFile) -> Iterator[Statement]:
    part, rules = "Cases", file.cases

    def say(key: str, sentence: str, value: str | tuple[str, ...] = "") -> Statement:
        return Statement(part, f"cases.{key}", sentence, value)

    hours = _count(rules.critical_first_response_hours, "hour")
    sentence = "A critical case gets its first response within {}, day and night"
    yield say("critical_first_response_hours", sentence, hours)
    sentence = 'An email is critical with the word "{}" in its subject'
    yield say("critical_subject_word", sentence, rules.critical_subject_word)
    sentence = "Who leaves out information is reminded {}"
    yield say("information_reminders", sentence, _count(rules.information_reminders, "time"))
    days = _count(rules.information_reminder_business_days, "business day")
    yield say("information_reminder_business_days", "The reminders are {} apart", days)
    if rules.information_close_business_days is not None:
        days = _count(rules.information_close_business_days, "business day")
        sentence = "A case without an answer is closed {} after the last reminder"
        yield say("information_close_business_days", sentence, days)
    sentence = "An answer within {} opens it again"
    yield say("information_return_days", sentence, _count(rules.information_return_days, "day"))
    if rules.note_pauses_reminders:
        sentence = "Who has written in free words is neither reminded nor closed out"
        yield say("note_pauses_reminders", sentence)
    for package, channels in sorted(rules.channels.items()):
        sentence = f"With the package {package} one may use these channels: {{}}"
        yield say(f"channels.{package}", sentence, tuple(map(str, channels)))


def _calls(file: PolicyFile) -> Iterator[Statement]:
    part, rules = "Calls", file.calls
    for package, allowed in sorted(rules.allowance_minutes.items()):
        sentence = f"With the package {package} calls may take {{}} in each period"
        key = f"calls.allowance_minutes.{package}"
        yield Statement(part, key, sentence, _count(allowed, "minute"))
    yield Statement(part, "calls.period", "This period is one {}", rules.period)
    for package, longest in sorted(rules.longest_minutes.items()):
        sentence = f"With the package {package} no call is longer than {{}}"
        key = f"calls.longest_minutes.{package}"
        yield Statement(part, key, sentence, _count(longest, "minute"))
    hours = tuple(_count(ahead, "hour") for ahead in rules.reminder_hours)
    sentence = "Both sides are reminded of a call so long ahead: {}"
    yield Statement(part, "calls.reminder_hours", sentence, hours)


# --- severities and defects -----------------------------------------------------------------------


def _severity(severity: Severity, file: PolicyFile) -> Iterator[Statement]:
    rules, key = file.severities[severity], f"severities.{severity}"

    def say(name: str, sentence: str, value: str = "", aside: str = "") -> Statement:
        return Statement(str(severity), f"{key}.{name}", sentence, value, aside)

    if rules.hours is not None:
        hours = "round the clock" if rules.hours == "24x7" else _week(rules.hours)
        yield say("hours", "It has support hours of its own: {}", hours)
    budget = "no target" if rules.target is None else _budget(rules)
    yield say("target", "It is owed a fix within {}" if rules.target else "It has {}", budget)
    for step in sorted(rules.rungs, key=lambda step: step.share):
        told = _EVENTS.get(step.event, "the event")
        share = f"{_number(step.share * 100)} %"
        sentence = f"Once {share} of its budget is spent, {{}} is told {told}, {step.event}"
        at = f"rungs.{step.share!r}.{step.event}"
        yield say(at, sentence, _role(step.role), _told_at(file, step.role))
    yield say("updates", "Attached clients get {}", _cadence(rules.updates))
    for name, holds, sentence in (
        ("status_page", rules.status_page, "It is an incident on the status page"),
        ("urgent", rules.urgent, "Engineering is told the moment a defect becomes one"),
        ("progress_by_mail", rules.progress_by_mail, "Progress is mailed at once"),
        ("round_the_clock", rules.round_the_clock, "Notices to staff do not wait for hours"),
    ):
        if holds:
            yield say(name, sentence)
    if rules.raised_at_clients is not None:
        sentence = "Its priority is raised once {} have it"
        yield say("raised_at_clients", sentence, _count(rules.raised_at_clients, "client"))
    marked = severity in {Severity.S3, Severity.S4} if rules.area_work is None else rules.area_work
    if marked:
        yield say("area_work", "It is marked when work begins in its functional area")


def _budget(rules: SeverityRules) -> str:
    if rules.target is None:
        return ""
    return _count(rules.target.amount, rules.target.unit.removesuffix("s").replace("_", " "))


def _cadence(cadence: Cadence | None) -> str:
    if cadence is None:
        return "no regular status updates"
    within = "business day" if cadence.business_days_only else "day"
    if not isinstance(cadence, ElapsedCadence):
        grace = _count(cadence.grace_minutes, "minute")
        at = f"{cadence.local_time:%H:%M}" if not cadence.local_time.second else None
        return f"a status update each {within} at {at or cadence.local_time}, within {grace}"
    gap, lead = _count(cadence.max_gap_hours, "hour"), _count(cadence.lead_minutes, "minute")
    dates = f" and one on each {within}" if cadence.every_local_date else ""
    only = ", on business days only" if cadence.business_days_only and not dates else ""
    return f"status updates at most {gap} apart{dates}{only}, sent {lead} ahead"


def _defects(file: PolicyFile) -> Iterator[Statement]:
    part, rules = "Defects", file.defects
    for name, sentence, value in (
        (
            "reopen_window_days",
            "A resolved defect can be reopened, and a merge undone, within {}",
            _count(rules.reopen_window_days, "day"),
        ),
        (
            "reclassification_decided_business_days",
            "Who decides on another severity is reminded after {}",
            _count(rules.reclassification_decided_business_days, "business day"),
        ),
        (
            "reclassification_reminder_business_days",
            "The reminders after that are {} apart",
            _count(rules.reclassification_reminder_business_days, "business day"),
        ),
    ):
        yield Statement(part, f"defects.{name}", sentence, value)
    if rules.next_update_hours is not None:
        sentence = "A text may announce the next status update within {}"
        value = _count(rules.next_update_hours, "hour")
        yield Statement(part, "defects.next_update_hours", sentence, value)


# --- releases, the review, people -----------------------------------------------------------------


def _releases(file: PolicyFile) -> Iterator[Statement]:
    part, rules = "Releases", file.releases
    days = _count(rules.reminder_days_before, "day")
    sentence = "Attached clients are reminded of a release {} ahead"
    yield Statement(part, "releases.reminder_days_before", sentence, days)
    minutes = _count(rules.overdue_after_minutes, "minute")
    sentence = "Engineering is asked about a release of which there is no word after {}"
    yield Statement(part, "releases.overdue_after_minutes", sentence, minutes)
    ahead = tuple(_count(each, "day") for each in rules.notice_days)
    sentence = "Every address on record hears of a release so long ahead: {}"
    yield Statement(part, "releases.notice_days", sentence, ahead)


def _reviews(file: PolicyFile) -> Iterator[Statement]:
    part, rules = "Review", file.reviews
    at = rules.local_time.isoformat("minutes" if not rules.local_time.second else "auto")
    for name, sentence, value in (
        ("severity", "It ranks the open defects of {}", str(rules.severity)),
        ("weekday", "It comes each {}", _DAYS[rules.weekday]),
        ("local_time", "It comes at {}", at),
        ("shown", "It shows the first {}", _count(rules.shown, "place")),
    ):
        yield Statement(part, f"reviews.{name}", sentence, value)


def _acknowledge(rules: AcknowledgeRules | None) -> Iterator[Statement]:
    part, key = "Acknowledged notices", "acknowledge"
    if rules is None:
        return
    yield Statement(part, f"{key}.events", "Staff acknowledge: {}", tuple(map(str, rules.events)))
    roles = tuple(map(_role, rules.roles))
    yield Statement(part, f"{key}.roles", "These are asked to: {}", roles)
    minutes, times = rules.repeat.every_minutes, rules.repeat.at_most
    sentence = "Until somebody does, it is repeated every {}"
    yield Statement(part, f"{key}.repeat.every_minutes", sentence, _count(minutes, "minute"))
    sentence = "To each role it is repeated at most {}"
    yield Statement(part, f"{key}.repeat.at_most", sentence, _count(times, "time"))
    for role, upper in sorted(rules.goes_up.items()):
        sentence = f"After the last repeat to {_role(role)} it goes to {{}}"
        yield Statement(part, f"{key}.goes_up.{role}", sentence, _role(upper))


def _snooze(file: PolicyFile) -> Iterator[Statement]:
    days = _count(file.snooze.at_most_days, "day")
    sentence = "Staff may put a reminder off for at most {}"
    yield Statement("Reminders to staff", "snooze.at_most_days", sentence, days)


def _people(file: PolicyFile) -> Iterator[Statement]:
    topics = tuple(map(str, file.preferences.optional))
    sentence = "A person may opt out of: {}"
    yield Statement("Preferences", dotted(("preferences", "optional")), sentence, topics)
    hour = f"{file.preferences.digest_hour:02}:00"
    sentence = "Who wants that once a day gets it at {} of their own zone"
    yield Statement("Preferences", dotted(("preferences", "digest_hour")), sentence, hour)
    for role in Role:
        sentence = f"{_role(role)[0].upper()}{_role(role)[1:]} is told at {{}}"
        yield Statement("Contacts", f"contacts.{role}", sentence, _told_at(file, role))
    for name, sentence, value in (
        ("vendor", "The vendor is called {}", file.texts.vendor),
        ("product", "The product is called {}", file.texts.product),
        ("signature", "Mails end with: {}", file.texts.signature),
    ):
        yield Statement("Texts", f"texts.{name}", sentence, value)


def _told_at(file: PolicyFile, role: Role) -> str:
    return ", ".join(recipients_of(file.contacts[role]))


# --- words ----------------------------------------------------------------------------------------


def _role(role: Role) -> str:
    said = "COO" if role is Role.COO else role.replace("_", " ")
    return (
        f"the {said}"
        if role in {Role.COO, Role.SUPPORT_MANAGER, Role.ENGINEERING_MANAGER}
        else said
    )


def _number(amount: float) -> str:
    return f"{amount:.12g}"


def _count(amount: float, what: str) -> str:
    return f"{_number(amount)} {what}{'' if amount == 1 else 's'}"
