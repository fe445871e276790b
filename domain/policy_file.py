"""What a policy file may say, and how it becomes a policy with holidays as dates."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple, Self

from pydantic import Field, ValidationError, model_validator

from domain.business_time import BusinessCalendar, SpecialDays, WeekHours
from domain.contract.events import Role
from domain.contract.values import Severity
from domain.policy import (
    READING,
    AcknowledgeRules,
    CallRules,
    CaseRules,
    DefectRules,
    Policy,
    PreferenceRules,
    ReleaseRules,
    ReviewRules,
    Section,
    SeverityRules,
    SnoozeRules,
    Texts,
)
from domain.staff_places import Recipients, recipients_of
from domain.toml_text import Key, dotted


class HolidayRules(Section):
    """Observed holidays by name, as the `holidays` library calls them, and single days."""

    country: str
    """Country of the holidays, as the `holidays` package names it."""
    subdivision: str | None = None
    """A state or province with holidays of its own."""
    observed: list[str]
    """The holidays observed, by their English names in that package; each also on the day it is
    observed on."""
    also: list[date] = Field(default_factory=list)
    """Further single dates."""
    years_ahead: int = Field(default=5, ge=1, le=20)
    """For how many years ahead holidays are known to whatever begins."""


class Contradiction(NamedTuple):
    """What is wrong with keys that are right by themselves."""

    key: Key
    """The key that is to be changed, or is missing."""
    reason: str
    """Reads on from the key."""


class Contradictory(ValueError):  # noqa: N818 - says what a part of a file is
    """Keys contradict each other, or some are missing: `found` has all of it."""

    def __init__(self, found: Sequence[Contradiction]) -> None:
        super().__init__("; ".join(f"{dotted(key)} {reason}" for key, reason in found))
        self.found = found


class CalendarRules(Section):
    """Support hours and holidays as a policy file gives them (C5)."""

    time_zone: str
    """Zone of hours, dates and holidays: an IANA name."""
    hours: WeekHours
    """Opening hours of each day of the week, from and to. Days left out are closed; `24:00` is
    midnight."""
    holidays: HolidayRules
    """Dates on which support is closed all day."""
    also_open: SpecialDays = ()
    """Dates that are open whatever their day of the week and the holidays say: with the usual
    hours, or those that are given."""

    @model_validator(mode="after")
    def _hours_make_sense(self) -> Self:
        if found := list(self._contradictions()):
            raise Contradictory(found)
        return self

    def _contradictions(self) -> Iterator[Contradiction]:
        if not any(self.hours.values()):
            yield Contradiction(("hours",), "must open on at least one day of the week")
        for place, day in enumerate(self.also_open):
            if day.date in self.holidays.also:
                reason = f"opens {day.date}, which holidays.also closes: keep it in one"
                yield Contradiction(("also_open", place), reason)
        try:
            yield from self.without_hours(self.hours)
        except ValidationError as error:
            reason = str(error.errors()[0]["ctx"]["error"])
            yield Contradiction(("time_zone",), reason)

    def without_hours(self, hours: WeekHours) -> Iterator[Contradiction]:
        """The special days that have no hours, and whose usual ones, of these, are none.

        Raises:
            ValidationError: the zone is not known.
        """
        usual = BusinessCalendar(time_zone=self.time_zone, hours=hours)
        for place, day in enumerate(self.also_open):
            try:
                usual.hours_on(day)
            except ValueError as error:
                yield Contradiction(("also_open", place), str(error))

    def resolve(self, holidays: list[date], known_until: date | None) -> BusinessCalendar:
        """The calendar with its holidays as dates."""
        return BusinessCalendar.model_validate(
            {
                "time_zone": self.time_zone,
                "hours": self.hours,
                "holidays": sorted({*holidays, *self.holidays.also}),
                "also_open": self.also_open,
                "holidays_known_until": known_until,
            }
        )


class PolicyFile(Section):
    """A policy as written; `version` is a hash of everything it says."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    """Name of the policy: lower-case letters, digits and hyphens."""
    calendar: CalendarRules
    """When support is open."""
    cases: CaseRules
    """Intake and first response."""
    defects: DefectRules
    """What holds for every defect."""
    releases: ReleaseRules
    """What is told of releases, and when."""
    severities: dict[Severity, SeverityRules]
    """What each severity obliges to; all four are required."""
    calls: CallRules = CallRules()
    """Calls booked through a case."""
    reviews: ReviewRules = ReviewRules()
    """The regular impact review."""
    acknowledge: AcknowledgeRules | None = None
    """Notices that staff acknowledge, or have repeated; without this table, none."""
    snooze: SnoozeRules = SnoozeRules()
    """Reminders that staff put off."""
    contacts: dict[Role, Recipients]
    """Where each role is told: an address, or a list of addresses and of places that settings know,
    such as `place:oncall-slack`. All roles are required."""
    texts: Texts
    """How mails are signed."""
    preferences: PreferenceRules = PreferenceRules()
    """What people may opt out of."""

    @classmethod
    def read(cls, content: object) -> Self:
        """A policy as a file has it.

        Raises:
            ValidationError: for a wrong value, and for an unknown key.
        """
        return cls.model_validate(content, extra="forbid")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if found := list(self._contradictions()):
            raise Contradictory(found)
        return self

    def _contradictions(self) -> Iterator[Contradiction]:
        for severity in sorted(set(Severity) - set(self.severities)):
            yield Contradiction(("severities", str(severity)), "is missing")
        for role in sorted(set(Role) - set(self.contacts)):
            told = [str(s) for s, rules in self.severities.items() if role in rules.notified]
            by = f": {', '.join(told)} escalates to it" if told else ""
            yield Contradiction(("contacts", str(role)), f"is missing{by}")
        for role, given in self.contacts.items():
            known = [recipient.lower() for recipient in recipients_of(given)]
            for place, recipient in enumerate(known):
                if recipient in known[:place]:
                    again = ("contacts", str(role), place)
                    yield Contradiction(again, "is there already: name it once")
        for severity, rules in self.severities.items():
            key = ("severities", str(severity))
            if rules.hours is not None and rules.hours != "24x7":
                if not any(rules.hours.values()):
                    yield Contradiction((*key, "hours"), "must open on at least one day")
                for _, reason in self.calendar.without_hours(rules.hours):
                    yield Contradiction((*key, "hours"), f"leave a date without hours: {reason}")
            for place, step in enumerate(rules.rungs):
                # A step is known by these two once it is done, so the second would never be.
                if (step.share, step.event) in ((s.share, s.event) for s in rules.rungs[:place]):
                    reason = (
                        f"is there already, {step.event} at {step.share:g}: "
                        "give it another share or event"
                    )
                    yield Contradiction((*key, "rungs", place), reason)

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that change when anything in the file changes."""
        # What a file leaves open is no part of it: a new key with a default makes no new version.
        said = self.model_dump(mode="json", exclude_unset=True)
        content = json.dumps(said, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    def resolve(self, holidays: list[date], known_until: date) -> Policy:
        """The policy with its calendar's holidays as dates, known until that date (T8)."""
        content: dict[str, Any] = self.model_dump(exclude={"calendar"})
        return Policy.model_validate(
            content
            | {
                "version": self.version,
                "reading": READING,
                "calendar": self.calendar.resolve(holidays, known_until),
            }
        )
