"""The support policy as data: its rules, and the part of them that an entity pins."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from domain.business_time import BusinessCalendar, WeekHours
from domain.contract.client_texts import ClientText
from domain.contract.events import Role, StaffEvent, Topic
from domain.contract.values import Channel, Instant, Package, Severity, TargetUnit, Value
from domain.staff_places import Recipients, recipients_of


class Section(Value):
    """A table of the policy file.

    An unknown key of a file is an error there (`PolicyFile.read`), not a silent default.
    What was pinned may hold keys of a later version: a worker that was rolled back reads it still.
    A key that is added has a default that changes nothing, so that what was pinned before it goes
    on as before.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class ElapsedCadence(Section):
    """Updates by elapsed time (T6): at most `max_gap_hours` apart, and one on every local date."""

    mode: Literal["elapsed"] = "elapsed"
    """By the time since the last update."""
    max_gap_hours: float = Field(default=24, gt=0)
    """Longest time between two updates, in hours."""
    lead_minutes: float = Field(default=15, ge=0, lt=720)
    """How many minutes before the limit an update is sent, so that it arrives in time; less than
    half a day, since the limit can be the end of a date."""
    every_local_date: bool = True
    """Whether every date of the calendar's zone needs an update."""
    business_days_only: bool = False
    """Whether only dates with opening hours count."""

    @model_validator(mode="after")
    def _lead_inside_gap(self) -> Self:
        if self.lead_minutes * 60 >= self.max_gap_hours * 3600:
            raise ValueError("lead_minutes must be shorter than max_gap_hours")
        return self


class FixedHourCadence(Section):
    """Updates at one hour of the day in the calendar's zone (T6)."""

    mode: Literal["fixed_hour"]
    """At the same hour every day."""
    local_time: time
    """The hour, in the calendar's zone."""
    grace_minutes: float = Field(default=15, gt=0)
    """Minutes that an update sent at that hour may take to arrive (T9)."""
    business_days_only: bool = False
    """Whether updates are sent on dates with opening hours only."""


Cadence = Annotated[ElapsedCadence | FixedHourCadence, Field(discriminator="mode")]


class Target(Section):
    """A budget of time (T2): `amount` in `unit`."""

    amount: float = Field(gt=0)
    """The budget, in `unit`."""
    unit: TargetUnit
    """What the budget is counted in: days of opening, hours of opening, or days of 24 hours."""


class EscalationStep(Section):
    """Whom to tell when a share of the target's budget is spent; 1.0 is the target missed."""

    share: float = Field(gt=0, allow_inf_nan=False)
    """Share of the budget that is spent; 1 is all of it, 1.5 half of it again after the target was
    missed."""
    event: StaffEvent
    """What staff are told."""
    role: Role
    """Who is told."""


SeverityHours = Annotated[
    Annotated[Literal["24x7"], Tag("always")] | Annotated[WeekHours, Tag("week")],
    # Without it an error would name both forms, whichever was meant.
    Discriminator(lambda hours: "always" if isinstance(hours, str) else "week"),
]


class SeverityRules(Section):
    """What one severity obliges us to."""

    hours: SeverityHours | None = None
    """Support hours that its target, the steps of its escalation and its updates keep to, where
    others than the calendar's: as there, on the same holidays; or `24x7`, holidays included."""
    target: Target | None = None
    """Time budget for a fix; none if left out."""
    rungs: list[EscalationStep] = Field(default_factory=list)
    """Whom to notify as the budget is spent."""
    updates: Cadence | None = None
    """How often attached clients are updated; never if left out."""
    status_page: bool = False
    """Whether such a defect is an incident on the status page."""
    urgent: bool = False
    """Engineering is notified the moment a defect gets this severity."""
    progress_by_mail: bool = False
    """Whether progress is mailed at once (D6)."""
    round_the_clock: bool = False
    """Notices to staff do not wait for support hours (T10)."""
    raised_at_clients: int | None = Field(default=None, ge=2)
    """Number of distinct clients from which on the priority is raised."""
    area_work: bool | None = None
    """Whether defects are marked as being worked on when work begins in their area (R6); by default
    S3 and S4 are."""

    @property
    def notified(self) -> set[Role]:
        """To whom it escalates."""
        return {step.role for step in self.rungs}


class CaseRules(Section):
    """Intake and first response (C3, C4, C6)."""

    critical_first_response_hours: float = Field(gt=0)
    """Time for the first response to a critical case, in hours round the clock (C6)."""
    critical_subject_word: str = Field(min_length=1)
    """The word in the subject of an e-mail that makes a case critical, standing alone (C6)."""
    information_reminders: int = Field(ge=0)
    """How many reminders of missing information are sent (C3)."""
    information_reminder_business_days: float = Field(gt=0)
    """Business days between them (C3)."""
    information_close_business_days: float | None = Field(default=None, gt=0)
    """Business days after the last reminder until a case without an answer is closed (C3)."""
    information_return_days: float = Field(default=14, gt=0)
    """Days within which the client's answer reopens such a case (C3)."""
    note_pauses_reminders: bool = False
    """Whether a note in free words pauses reminders and closing until a specialist has written
    again, and what it answers by an item's label counts as given (C3)."""
    channels: dict[Package, list[Channel]]
    """The channels each support package includes (C4)."""


class CallRules(Section):
    """Calls that are booked through a case (C4, C11)."""

    allowance_minutes: dict[Package, int] = Field(
        default={"standard": 60, "legacy": 60, "premium": 600}
    )
    """Minutes of consultation a client may use in one period."""
    period: Literal["month", "year"] = "year"
    """The period after which the allowance starts anew."""
    longest_minutes: dict[Package, int] = Field(default_factory=dict)
    """Longest call of each support package, where there is a limit."""
    reminder_hours: list[float] = Field(default=[24.0, 1.0])
    """Hours before a call at which both sides are reminded (C11)."""


class DefectRules(Section):
    """What holds for defects of every severity."""

    reopen_window_days: float = Field(gt=0)
    """Days within which a resolved defect can be reopened and a merge undone."""
    reclassification_decided_business_days: float = Field(default=2, gt=0)
    """Business days until the first reminder of an undecided request (D4)."""
    reclassification_reminder_business_days: float = Field(default=1, gt=0)
    """Business days between the reminders after that (D4)."""
    next_update_hours: float | None = Field(default=None, gt=0)
    """How far ahead a text for clients may say that the next update comes, in hours; by default as
    far apart as the updates of S1 are at most (D7)."""


class ReleaseRules(Section):
    """Releases as attached clients and engineering hear of them (R5)."""

    reminder_days_before: float = Field(gt=0)
    """Days before a release at which attached clients are reminded (R5)."""
    overdue_after_minutes: float = Field(ge=0)
    """Minutes after the planned hour at which engineering is asked about a release nobody has
    reported on (R5)."""
    notice_days: list[Annotated[float, Field(gt=0)]] = Field(default_factory=list)
    """Days before a release at which every address on record is notified (R2)."""

    def remind_at(self, deploy_at: datetime) -> datetime:
        """When clients are reminded of a release (R5)."""
        return deploy_at - timedelta(days=self.reminder_days_before)

    def overdue_at(self, deploy_at: datetime) -> datetime:
        """When engineering is asked about a release, unless there is word of it (R5)."""
        return deploy_at + timedelta(minutes=self.overdue_after_minutes)


class ReviewRules(Section):
    """The regular review of defects by their impact on clients."""

    severity: Severity = Severity.S3
    """Which defects are ranked."""
    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "mon"
    """Day of the week."""
    local_time: time = time(9)
    """The hour, in the calendar's zone."""
    shown: int = Field(default=20, ge=1, le=100)
    """How many places of the ranking the digest shows."""


class PreferenceRules(Section):
    """What a person may opt out of."""

    optional: list[Topic] = Field(default=list(Topic))
    """The topics a person may opt out of."""
    digest_hour: int = Field(default=8, ge=0, le=23)
    """The hour at which those who want a digest of them get it, in their own zone."""


_ASKABLE = frozenset(
    {
        *(StaffEvent.CASE_FIRST_RESPONSE_MISSED, StaffEvent.CASE_CLIENT_WROTE),
        *(StaffEvent.DEFECT_URGENT, StaffEvent.DEFECT_ESCALATED, StaffEvent.DEFECT_RAISED),
        *(StaffEvent.DEFECT_WINDOW_OPENED, StaffEvent.DEFECT_TARGET_WARNING),
        *(StaffEvent.DEFECT_TARGET_MISSED, StaffEvent.DEFECT_UPDATE_NEEDED),
        *(StaffEvent.DEFECT_RELEASE_OVERDUE, StaffEvent.RECLASSIFICATION_REQUESTED),
        StaffEvent.RECLASSIFICATION_REMINDER,
    }
)
"""The notices of a matter that is over some day; others could be repeated without end."""


class RepeatRules(Section):
    """How a notice is repeated that nobody acknowledges."""

    every_minutes: float = Field(default=30, ge=1, le=10_080)
    """Minutes from one time to the next."""
    at_most: int = Field(default=8, ge=0, le=100)
    """How often it is repeated to one role."""


class AcknowledgeRules(Section):
    """Notices that staff acknowledge: until somebody does they are repeated, then go up (T7)."""

    events: list[StaffEvent] = Field(
        default=[
            StaffEvent.DEFECT_URGENT,
            StaffEvent.CASE_FIRST_RESPONSE_MISSED,
            StaffEvent.DEFECT_ESCALATED,
            StaffEvent.DEFECT_TARGET_MISSED,
        ]
    )
    """Which notices are to be acknowledged."""
    roles: list[Role] = Field(default=[role for role in Role if role is not Role.COO])
    """Who is asked to; by default everybody but the COO, who is notified once."""
    repeat: RepeatRules = RepeatRules()
    """How often such a notice is repeated."""
    goes_up: dict[Role, Role] = Field(default_factory=dict)
    """Whom it goes to after the last repeat to a role; by default to nobody, since the published
    policy names for each step of an escalation whom to notify, once."""

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if strange := sorted(set(self.events) - _ASKABLE):
            known = ", ".join(sorted(_ASKABLE))
            raise ValueError(f"events may not have {', '.join(strange)}, but any of {known}")
        for role in self.goes_up:
            passed, upper = {role}, self.goes_up.get(role)
            while upper is not None:
                if upper in passed:
                    raise ValueError(f"goes_up leads from {role} back to {upper}")
                passed.add(upper)
                upper = self.goes_up.get(upper)
        return self

    def asks(self, event: StaffEvent, role: Role) -> bool:
        """Whether a role is asked to acknowledge a notice."""
        return event in self.events and role in self.roles

    def repeats(self, role: Role, so_far: int) -> bool:
        """Whether a notice is repeated once more to a role, after so many repeats."""
        return role in self.roles and so_far < self.repeat.at_most


class SnoozeRules(Section):
    """How long staff may put off a reminder."""

    at_most_days: float = Field(default=7, gt=0, le=90)
    """Days from now within which it comes again."""


READING = 2
"""How the rules are read by what is pinned from now on: see `PinnedPolicy.reading`."""


class PinnedPolicy(Section):
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
    acknowledge: AcknowledgeRules | None = None
    snooze: SnoozeRules = SnoozeRules()
    reading: int = 1
    """How its rules are read, so that what was pinned before goes on as it was. From 2 on a target
    that was missed stays due when it was missed, whatever stops its clock or is adopted later, and
    what was spent is counted in the unit of a policy that is adopted."""

    def calendar_of(self, severity: Severity) -> BusinessCalendar:
        """When support is open for defects of a severity."""
        return self._calendars.get(severity, self.calendar)

    @cached_property
    def _calendars(self) -> Mapping[Severity, BusinessCalendar]:
        return {
            severity: self.calendar.with_hours(rules.hours)
            for severity, rules in self.severities.items()
            if rules.hours is not None
        }

    def __copy__(self) -> Self:
        # The calendars stay behind: model_copy(update=...) changes the fields of the copy.
        copied = super().__copy__()
        copied.__dict__.pop("_calendars", None)
        return copied

    @property
    def next_update_within(self) -> timedelta:
        """How far ahead a text for clients may say that the next update comes (D7)."""
        if self.defects.next_update_hours is not None:
            return timedelta(hours=self.defects.next_update_hours)
        rules = self.severities.get(Severity.S1)
        if rules is not None and isinstance(rules.updates, ElapsedCadence):
            return timedelta(hours=rules.updates.max_gap_hours)
        return timedelta(days=1)

    def marks_area_work(self, severity: Severity) -> bool:
        """Whether defects of a severity are marked when work begins in their area (R6)."""
        said = self.severities[severity].area_work
        return severity in {Severity.S3, Severity.S4} if said is None else said


class Texts(Section):
    """How the vendor signs."""

    vendor: str
    """The vendor's name in mails."""
    product: str
    """The product's name in mails and on pages."""
    signature: str
    """The last line of mails."""


class Policy(PinnedPolicy):
    """A whole policy, holidays resolved to dates: the pinned part, addresses and texts."""

    contacts: dict[Role, Recipients]
    texts: Texts
    preferences: PreferenceRules = PreferenceRules()

    def recipients(self, role: Role) -> tuple[str, ...]:
        """Where a role is told: addresses, and places such as `place:oncall-slack`."""
        return recipients_of(self.contacts[role])

    def pinned(self) -> PinnedPolicy:
        """The part that belongs into a workflow's state; addresses are looked up when needed."""
        return PinnedPolicy.model_validate(self.model_dump(include=set(PinnedPolicy.model_fields)))


class PolicyRequest(Value):
    """Which policy to pin, and the year around which its holidays are needed."""

    name: str
    """Name of the policy."""
    year: int
    """The year around which its holidays are needed."""
    at: Instant | None = None
    """When the texts were written; None where there are none."""
    texts: list[ClientText] = Field(default_factory=list)
    """Texts of a start payload that are bound for clients: judged together with the pinning."""
