"""The support policy as data: what a policy file may say, and the part of it a machine pins."""

import hashlib
import json
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from domain.business_time import BusinessCalendar
from domain.contract.client_texts import ClientText
from domain.contract.events import Role, StaffEvent, Topic
from domain.contract.values import Address, Channel, Instant, Package, Severity, Value


class _Section(Value):
    """A table of the policy file.

    A key a file has and nobody knows is an error there (`PolicyFile.read`), not a silent default.
    What was pinned may hold keys of a later version: a worker that was rolled back reads it still.
    A key that is added has a default that changes nothing, so that what was pinned before it goes
    on as before.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)


class ElapsedCadence(_Section):
    """Updates by elapsed time (T6): at most `max_gap_hours` apart, and one on every local date.

    `lead_minutes` is how long before the limit one is sent, so that it arrives within it; less
    than half a day, since the limit can be the end of a date.
    """

    mode: Literal["elapsed"] = "elapsed"
    max_gap_hours: float = Field(default=24, gt=0)
    lead_minutes: float = Field(default=15, ge=0, lt=720)
    every_local_date: bool = True
    business_days_only: bool = False

    @model_validator(mode="after")
    def _lead_inside_gap(self) -> Self:
        if self.lead_minutes * 60 >= self.max_gap_hours * 3600:
            raise ValueError("lead_minutes must be shorter than max_gap_hours")
        return self


class FixedHourCadence(_Section):
    """Updates at one hour of the day in the calendar's zone (T6).

    `grace_minutes` is how long one sent at that hour may take to arrive (T9).
    """

    mode: Literal["fixed_hour"]
    local_time: time
    grace_minutes: float = Field(default=15, gt=0)
    business_days_only: bool = False


Cadence = Annotated[ElapsedCadence | FixedHourCadence, Field(discriminator="mode")]


class Target(_Section):
    """A budget of time (T2): `amount` in `unit`."""

    amount: float = Field(gt=0)
    unit: Literal["business_days", "calendar_days"]


class EscalationStep(_Section):
    """Whom to tell when a share of the target's budget is spent; 1.0 is the target missed."""

    share: float = Field(gt=0, le=1)
    event: StaffEvent
    role: Role


class SeverityRules(_Section):
    """What one severity obliges us to."""

    target: Target | None = None
    rungs: list[EscalationStep] = Field(default_factory=list)
    updates: Cadence | None = None
    status_page: bool = False
    urgent: bool = False
    """Engineering is told the moment a defect gets this severity."""
    progress_by_mail: bool = False
    round_the_clock: bool = False
    """Notices to staff do not wait for support hours (T10)."""
    raised_at_clients: int | None = Field(default=None, ge=2)
    """Raised in priority once this many distinct clients are hit."""
    area_work: bool | None = None
    """Marked as being worked on when work begins in its area (R6); by default S3 and S4 are."""


class CaseRules(_Section):
    """Intake and first response (C3, C4, C6)."""

    critical_first_response_hours: float = Field(gt=0)
    critical_subject_word: str = Field(min_length=1)
    information_reminders: int = Field(ge=0)
    information_reminder_business_days: float = Field(gt=0)
    information_close_business_days: float | None = Field(default=None, gt=0)
    """How long after the last reminder a case is closed that nobody gave information on."""
    information_return_days: float = Field(default=14, gt=0)
    """How long such a case goes on at once when the client answers after all."""
    channels: dict[Package, list[Channel]]


class CallRules(_Section):
    """Calls that are booked through a case (C4, C11)."""

    allowance_minutes: dict[Package, int] = Field(
        default={"standard": 60, "legacy": 60, "premium": 600}
    )
    """What a client may use of consultation in one period."""
    period: Literal["month", "year"] = "year"
    longest_minutes: dict[Package, int] = Field(default_factory=dict)
    """The longest call per support package, where there is a limit."""
    reminder_hours: list[float] = Field(default_factory=lambda: [24.0, 1.0])


class DefectRules(_Section):
    """What holds for defects of every severity."""

    reopen_window_days: float = Field(gt=0)
    reclassification_decided_business_days: float = Field(default=2, gt=0)
    """When a request nobody has decided is reminded of for the first time (D4)."""
    reclassification_reminder_business_days: float = Field(default=1, gt=0)
    """How far apart the reminders after that are."""


class ReleaseRules(_Section):
    """Releases as attached clients and engineering hear of them (R5)."""

    reminder_days_before: float = Field(gt=0)
    overdue_after_minutes: float = Field(ge=0)
    notice_days: list[Annotated[float, Field(gt=0)]] = Field(default_factory=list)
    """How many days ahead everybody is told of a release (R2)."""

    def remind_at(self, deploy_at: datetime) -> datetime:
        """When clients are reminded of a release (R5)."""
        return deploy_at - timedelta(days=self.reminder_days_before)

    def overdue_at(self, deploy_at: datetime) -> datetime:
        """When engineering is asked about a release, unless there is word of it (R5)."""
        return deploy_at + timedelta(minutes=self.overdue_after_minutes)


class ReviewRules(_Section):
    """The regular review of defects by their impact on clients."""

    severity: Severity = Severity.S3
    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "mon"
    local_time: time = time(9)
    shown: int = Field(default=20, ge=1, le=100)
    """Places of the ranking that the digest shows."""


class PreferenceRules(_Section):
    """What a person may opt out of."""

    optional: list[Topic] = Field(default_factory=lambda: list(Topic))


class PinnedPolicy(_Section):
    """What a case or defect carries with it from the day it began (T8)."""

    name: str
    version: str
    calendar: BusinessCalendar
    cases: CaseRules
    defects: DefectRules
    releases: ReleaseRules
    severities: dict[Severity, SeverityRules]
    calls: CallRules = CallRules()
    reviews: ReviewRules = ReviewRules()

    def marks_area_work(self, severity: Severity) -> bool:
        """Whether defects of a severity are marked when work begins in their area (R6)."""
        said = self.severities[severity].area_work
        return severity in {Severity.S3, Severity.S4} if said is None else said


class Texts(_Section):
    """How the vendor signs."""

    vendor: str
    product: str
    signature: str


class Policy(PinnedPolicy):
    """A whole policy, holidays resolved to dates: the pinned part, addresses and texts."""

    contacts: dict[Role, Address]
    texts: Texts
    preferences: PreferenceRules = PreferenceRules()

    def pinned(self) -> PinnedPolicy:
        """The part that belongs into a workflow's state; addresses are looked up when needed."""
        return PinnedPolicy.model_validate(self.model_dump(include=set(PinnedPolicy.model_fields)))


class PolicyRequest(Value):
    """Which policy to pin, and the year around which its holidays are needed."""

    name: str
    year: int
    at: Instant | None = None
    """When the texts were written; None where there are none."""
    texts: list[ClientText] = Field(default_factory=list)
    """Texts of a start payload that are bound for clients: judged together with the pinning."""


class HolidayRules(_Section):
    """Observed holidays by name, as the `holidays` library calls them, and single days."""

    country: str
    subdivision: str | None = None
    observed: list[str]
    also: list[date] = Field(default_factory=list)
    years_ahead: int = Field(default=5, ge=1, le=20)


class CalendarRules(_Section):
    """Support hours and holidays as a policy file gives them (C5)."""

    time_zone: str
    hours: dict[str, list[tuple[str, str]]]
    holidays: HolidayRules

    @model_validator(mode="after")
    def _hours_make_sense(self) -> Self:
        if not any(self.hours.values()):
            raise ValueError("hours must open on at least one day of the week")
        self.resolve([], None)
        return self

    def resolve(self, holidays: list[date], known_until: date | None) -> BusinessCalendar:
        """The calendar with its holidays as dates."""
        return BusinessCalendar.model_validate(
            {
                "time_zone": self.time_zone,
                "hours": self.hours,
                "holidays": sorted({*holidays, *self.holidays.also}),
                "holidays_known_until": known_until,
            }
        )


class PolicyFile(_Section):
    """A policy as written; `version` is a hash of everything it says."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    calendar: CalendarRules
    cases: CaseRules
    defects: DefectRules
    releases: ReleaseRules
    severities: dict[Severity, SeverityRules]
    calls: CallRules = CallRules()
    reviews: ReviewRules = ReviewRules()
    contacts: dict[Role, Address]
    texts: Texts
    preferences: PreferenceRules = PreferenceRules()

    @classmethod
    def read(cls, content: object) -> Self:
        """A policy as a file has it.

        Raises:
            ValidationError: for a wrong value, and for a key that nobody knows.
        """
        return cls.model_validate(content, extra="forbid")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for field, given, needed in (
            ("severities", set(self.severities), set(Severity)),
            ("contacts", set(self.contacts), set(Role)),
        ):
            if missing := sorted(needed - given):
                raise ValueError(f"{field} must also say: {', '.join(missing)}")
        return self

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
                "calendar": self.calendar.resolve(holidays, known_until),
            }
        )
