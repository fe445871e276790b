"""What a defect is and how it stands: the complete state, in small parts, and the views of it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from domain.business_time import BusinessCalendar
from domain.contract.defect import ReleaseDeployed
from domain.contract.parsing import InvalidCommand
from domain.contract.status import (
    DefectState,
    DefectStatus,
    OfferedWorkaround,
    PendingReclassification,
    PlannedFor,
    SeverityFeedback,
    TargetStatus,
)
from domain.contract.values import Instant, Severity, Stage, Value, Workaround
from domain.defect.attached import AttachedCases
from domain.defect.target import TargetClock
from domain.defect.update_clock import UpdateClock
from domain.entity import Entity, iso
from domain.policy import SeverityRules
from domain.state import Part

CASES_SHOWN = 100
"""Cases a `status` names; `case_count` counts them all."""
HOLDS_KEPT = 20
FEEDBACK_KEPT = 20
PLANS_KEPT = 20


class Span(Value):
    """From one instant to another."""

    start: Instant
    end: Instant


class HoldState(Part):
    """Whether the budget is not being spent, and for whom (T2)."""

    since: Instant | None = None
    reason: Literal["staff", "client"] = "staff"
    """Whether staff put it on hold, or every case waits for its client."""
    waiting_cases: Annotated[
        dict[str, None], BeforeValidator(dict.fromkeys), PlainSerializer(list)
    ] = Field(default_factory=dict)
    """Cases that wait for their clients."""
    past: list[Span] = Field(default_factory=list)

    def end(self, now: datetime) -> None:
        """The budget is spent again."""
        if self.since is not None:
            self.past = [*self.past, Span(start=self.since, end=now)][-HOLDS_KEPT:]
            self.since, self.reason = None, "staff"


class Updates(Part):
    """What clients are owed while the severity asks for updates (T6, T9)."""

    clock: UpdateClock | None = None
    missed: int = 0
    draft: str | None = None
    """The text of the next one, written ahead of time."""
    without_text: bool = False
    """Whether the last one said only that work goes on, so that engineering is asked for a text."""


class PlannedRelease(Value):
    """The release a fix is planned for, and what was already done about its date (R3, R5)."""

    id: str
    deploy_at: Instant
    scheduled_at: Instant
    reminded: bool = False
    overdue_asked: bool = False
    watched: bool = False
    """The release asks when its hour passes, once for all its defects."""

    def unwatched(self) -> "PlannedRelease":
        """The plan of a defect that the release may have lost sight of: it asks by itself."""
        return self.model_copy(update={"watched": False})


class ReleasePlan(Part):
    """Where the fix is planned for, and what was heard of plans."""

    release: PlannedRelease | None = None
    versions: dict[str, int] = Field(default_factory=dict)
    """The newest plan version heard of per release; each release counts its own."""
    deployed_meanwhile: ReleaseDeployed | None = None
    """Word that the release is out, which came while the cases were being moved (R4)."""

    def unwatch(self) -> None:
        """From now on the defect asks by itself when the hour of its release passes."""
        self.release = self.release and self.release.unwatched()


class Incident(Part):
    """Its place on the status page."""

    count: int = 0
    """Incidents posted so far; the last one is open while `is_open`."""
    is_open: bool = False


class Merge(Part):
    """What it has to do with defects that are the same."""

    moving: str | None = None
    """Key of the effect that moves its cases to another defect, or takes them back."""
    refused: str | None = None
    """Why the last attempt to do so failed."""
    into: str | None = None
    at: Instant | None = None
    formerly: list[str] = Field(default_factory=list)
    """Defects that were merged into this one."""


class Progress(Value):
    """The latest text written for clients (D6)."""

    text: str
    at: Instant


class UnknownCases(Value):
    """The database knew fewer cases than are attached when it was asked whom to tell."""

    attached: int
    known: int


class Reclassification(Value):
    """A client's undecided request (D4)."""

    client: str
    severity: Severity
    justification: str = ""
    """The client's reasons, cut where they are long; all of them are on the timeline."""
    requested_at: Instant
    remind_at: Instant
    reminders: int = 0


class Defect(Entity):
    """A confirmed defect."""

    kind = "defect"

    title: str
    severity: Severity
    functional_area: str
    public_summary: str | None = None
    material: bool = True
    blocks_access: bool = False
    workaround: Workaround | None = None
    stage: Stage = Stage.INVESTIGATING
    priority: Literal["normal", "raised"] = "normal"
    confirmed_at: Instant
    resolved_at: Instant | None = None
    closed_at: Instant | None = None
    cases: AttachedCases = Field(default_factory=AttachedCases)
    unknown_cases: UnknownCases | None = None
    """Until a message to everyone finds all of them in the database."""
    imported_alone: bool = False
    """Imported without a case, and none came since: that none is attached needs no attention."""
    target: TargetClock = Field(default_factory=TargetClock)
    hold: HoldState = Field(default_factory=HoldState)
    updates: Updates = Field(default_factory=Updates)
    plan: ReleasePlan = Field(default_factory=ReleasePlan)
    incident: Incident = Field(default_factory=Incident)
    merge: Merge = Field(default_factory=Merge)
    progress: Progress | None = None
    feedback: list[SeverityFeedback] = Field(default_factory=list)
    reclassification: Reclassification | None = None
    area_work_since: Instant | None = None
    """When work last began in its area (R6)."""

    # --- how it stands ---------------------------------------------------------------------------

    @property
    def rules(self) -> SeverityRules:
        """What the pinned policy says of the present severity."""
        return self.policy.severities[self.severity]

    @property
    def calendar(self) -> BusinessCalendar:
        """When support is open for defects of the present severity."""
        return self.policy.calendar_of(self.severity)

    @property
    def rests(self) -> bool:
        """On hold."""
        return self.hold.since is not None

    @property
    def active(self) -> bool:
        """Neither resolved, nor merged into another, nor closed."""
        return self.resolved_at is None and self.merge.at is None

    @property
    def finished(self) -> bool:
        """Closed: resolved, and the reopen window is over; nobody is left to be told."""
        return self.closed_at is not None and not self.by_telephone

    @property
    def state(self) -> DefectState:
        """The one word for where it stands."""
        if self.closed_at is not None:
            return "closed"
        if self.merge.at is not None:
            return "merged"
        if self.resolved_at is not None:
            return "resolved"
        if self.hold.since is not None:
            return "on_hold"
        return "scheduled" if self.plan.release is not None else "open"

    @property
    def has_target(self) -> bool:
        """Targets hold for material functionality, or where users are kept out (D2)."""
        return self.rules.target is not None and (self.material or self.blocks_access)

    @property
    def affected_clients(self) -> int:
        """Distinct clients attached, however many cases each has."""
        return self.cases.client_count

    @property
    def target_due_at(self) -> datetime | None:
        """When the running budget is spent (UTC); None while it is not being spent."""
        if not self.has_target or self.rules.target is None:
            return None
        due = self.target.due_at(self.severity, self.rules.target, self.calendar)
        if due is not None and due == self.target.since and self.policy.reading >= 2:
            # Nothing was left of it when its clock went on: it was spent before.
            return self.target.missed_at.get(self.severity, due)
        return due

    @property
    def target_missed(self) -> bool:
        """Whether the target of the present severity was missed."""
        return self.severity in self.target.missed_at

    @property
    def next_update_text(self) -> str | None:
        """What the next update has to say: the draft, or progress since the last one (D6)."""
        clock, progress = self.updates.clock, self.progress
        if clock is None or self.updates.draft is not None:
            return self.updates.draft if clock else None
        return progress.text if progress is not None and progress.at > clock.last_at else None

    @property
    def attention(self) -> list[str]:
        """Reasons, other than deliveries, why support should look."""
        reasons = self.unreachable
        if self.active and not self.cases and not self.imported_alone:
            reasons.append("no case is attached")
        if (unknown := self.unknown_cases) is not None:
            reasons.append(
                f"{unknown.attached} cases are attached, but the database knew {unknown.known} of"
                " them when everyone was told: see `starter.py reconcile`"
            )
        due = self.target_due_at
        if due is not None and self.calendar.horizon_exceeded(due):
            known = self.calendar.holidays_known_until
            reasons.append(f"holidays are known only until {known}, before the target is due")
        return reasons

    # --- views -----------------------------------------------------------------------------------

    def target_status(self, now: datetime) -> TargetStatus | None:
        """Days budgeted and spent by `now`, due and missed instants; None where no target holds."""
        rules = self.rules
        if not self.has_target or rules.target is None:
            return None
        spent = self.target.spent_by(self.severity, rules.target, self.calendar, now)
        return TargetStatus(
            budget=rules.target.amount,
            spent=round(float(spent), 6),
            unit=rules.target.unit,
            due_at=self.target_due_at,
            missed_at=self.target.missed_at.get(self.severity),
        )

    def budget_text(self, now: datetime) -> dict[str, str]:
        """Budget and what is spent of it, in words; empty where no target holds."""
        target = self.target_status(now)
        if target is None:
            return {}
        unit = target.unit.replace("_", " ")
        return {"budget": f"{target.budget:g} {unit}", "spent": f"{target.spent:.2f} {unit}"}

    @property
    def planned_for(self) -> PlannedFor | None:
        """The release its fix is planned for, as others see it."""
        release = self.plan.release
        return PlannedFor(id=release.id, deploy_at=release.deploy_at) if release else None

    @property
    def release_fact(self) -> dict[str, Any] | None:
        """The same in JSON values."""
        planned = self.planned_for
        return planned.model_dump(mode="json") if planned else None

    @property
    def workaround_fact(self) -> dict[str, Any] | None:
        """The workaround in JSON values."""
        return self.workaround.model_dump(mode="json") if self.workaround else None

    def status(self, now: datetime) -> DefectStatus:
        """The contract's `status`."""
        asked = self.reclassification
        return DefectStatus(
            number=self.number,
            title=self.title,
            severity=self.severity,
            stage=self.stage,
            state=self.state,
            functional_area=self.functional_area,
            owner=self.owner,
            priority=self.priority,
            target=self.target_status(now),
            next_update_due_at=self.updates.clock.deadline if self.updates.clock else None,
            update_draft=self.updates.draft,
            update_written=self.next_update_text is not None,
            updates_missed=self.updates.missed,
            release=self.planned_for,
            workaround=self.workaround
            and OfferedWorkaround(
                description=self.workaround.description, effort=self.workaround.effort
            ),
            cases=self.cases.last(CASES_SHOWN),
            case_count=len(self.cases),
            affected_clients=self.affected_clients,
            feedback=self.feedback,
            reclassification=asked
            and PendingReclassification(
                client=asked.client,
                severity=asked.severity,
                requested_at=asked.requested_at,
                reminders=asked.reminders,
            ),
            waiting_for_clients=len(self.hold.waiting_cases),
            area_work_since=self.area_work_since,
            merged_into=self.merge.into,
            rejected=self.rejected,
            to_acknowledge=self.to_acknowledge,
            snoozed=self.snoozed,
            policy=self.policy_version,
            confirmed_at=self.confirmed_at,
            resolved_at=self.resolved_at,
        )

    def snapshot(self, now: datetime) -> dict[str, Any]:
        """`status`, and the texts written for clients."""
        return super().snapshot(now) | {
            "needs_attention": bool(self.attention),
            "public_summary": self.public_summary,
            "progress": self.progress and self.progress.model_dump(mode="json"),
        }


def require_active(defect: Defect) -> None:
    """Refuse what cannot be done with a defect that is over.

    Raises:
        InvalidCommand: it is resolved, merged or closed.
    """
    if defect.closed_at is not None:
        raise InvalidCommand("state", f"is closed since {iso(defect.closed_at)}")
    if defect.merge.into is not None:
        raise InvalidCommand("state", f"is merged into {defect.merge.into}")
    if not defect.active:
        raise InvalidCommand("state", f"is {defect.state}; reopen it first")


def require_not_moving(defect: Defect) -> None:
    """Refuse what cannot be done while cases are on their way to another defect, or back.

    Raises:
        InvalidCommand: they are.
    """
    if defect.merge.moving is not None:
        raise InvalidCommand("state", "is being merged with another defect")
