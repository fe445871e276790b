"""How entities stand, as queries, updates, HTTP, portal and agents answer it: one model for all."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from domain.contract.release import ReleaseKind
from domain.contract.values import Channel, Effort, Instant, Severity, Stage

CaseState = Literal["open", "waiting_for_client", "attached", "closed"]
DefectState = Literal["open", "on_hold", "scheduled", "resolved", "merged", "closed"]
ReleaseState = Literal["planned", "frozen", "deploying", "deployed", "cancelled"]

OVER: tuple[DefectState, ...] = ("resolved", "merged", "closed")
"""The states in which a defect owes nothing any more."""


class View(BaseModel):
    """Something that is answered. The contract only grows: more fields than these may come."""

    model_config = ConfigDict(extra="allow", frozen=True)


class PolicyVersion(View):
    """The policy something is under, and its version."""

    name: str
    version: str


class Rejection(View):
    """A signal that could not be applied, and why."""

    at: Instant
    signal: str
    reason: str


class Status(View):
    """What every status has."""

    number: str
    state: str
    needs_attention: bool = Field(default=False, description="Somebody should look.")
    attention: list[str] = Field(default=[], description="Reasons, other than deliveries.")
    pending_deliveries: int = Field(default=0, description="Effects not carried out yet.")
    failed_deliveries: int = Field(
        default=0, description="Effects refused for good; `retry_deliveries` tries them again."
    )
    policy: PolicyVersion
    rejected: list[Rejection] = Field(description="The last 20 signals that did not apply.")

    def with_deliveries(
        self, *, needs_attention: bool, attention: list[str], pending: int, failed: int
    ) -> Self:
        """With what only the outbox knows."""
        return self.model_copy(
            update={
                "needs_attention": needs_attention,
                "attention": attention,
                "pending_deliveries": pending,
                "failed_deliveries": failed,
            }
        )

    def without_deliveries(self) -> dict[str, Any]:
        """In JSON values, without what only the outbox knows."""
        return self.model_dump(mode="json", exclude=_OF_DELIVERIES)


_OF_DELIVERIES = {"needs_attention", "attention", "pending_deliveries", "failed_deliveries"}


class FirstResponseStatus(View):
    """The first response owed to a critical case (C6)."""

    due_at: Instant
    met_at: Instant | None
    missed_at: Instant | None


class BookedCall(View):
    """A call (C11)."""

    at: Instant
    minutes: int


class CaseStatus(Status):
    """How a case stands."""

    client: str
    channel: Channel
    priority: Literal["normal", "critical"]
    state: CaseState
    flags: list[str]
    missing: list[str] = Field(description="Items the client was asked for and has not given.")
    reminders: int
    critical_justified: bool | None
    first_response: FirstResponseStatus | None
    defect: str | None
    call: BookedCall | None
    consultation_left: int | None = Field(description="Minutes, as far as this case has heard.")
    outcome: Literal["answered", "defect_resolved", "closed", "unanswered"] | None
    unanswered_until: Instant | None = Field(
        description="Closed for want of information: until then it opens again when that comes."
    )
    opened_at: Instant
    closed_at: Instant | None


class TargetStatus(View):
    """A target as a budget (T2)."""

    budget: float
    spent: float
    unit: Literal["business_days", "calendar_days"]
    due_at: Instant | None = Field(description="None while the budget is not being spent.")
    missed_at: Instant | None


class PlannedFor(View):
    """The release a fix is planned for."""

    id: str
    deploy_at: Instant


class OfferedWorkaround(View):
    """A workaround, as written for clients (D5)."""

    description: str
    effort: Effort


class SeverityFeedback(View):
    """How severe a client says it is (D3)."""

    client: str
    severity: Severity
    at: Instant


class PendingReclassification(View):
    """The open request of a client for another severity (D4)."""

    client: str
    severity: Severity
    requested_at: Instant
    reminders: int


class DefectStatus(Status):
    """How a defect stands."""

    title: str
    severity: Severity
    stage: Stage
    state: DefectState
    functional_area: str
    priority: Literal["normal", "raised"]
    target: TargetStatus | None = Field(description="None where no target holds (D2).")
    next_update_due_at: Instant | None
    updates_missed: int
    release: PlannedFor | None
    workaround: OfferedWorkaround | None
    cases: list[str] = Field(description="The last 100; `case_count` counts all.")
    case_count: int
    affected_clients: int
    feedback: list[SeverityFeedback]
    reclassification: PendingReclassification | None
    waiting_for_clients: int = Field(description="Cases that wait for their clients.")
    area_work_since: Instant | None
    merged_into: str | None
    confirmed_at: Instant
    resolved_at: Instant | None


class Members(View):
    """The defects of a release, counted."""

    attached: int
    to_align: int | None = Field(
        description="Cases still to be notified of the plan; null while unknown."
    )
    missing: list[str]


class AdvanceNotice(View):
    """One advance notice (R2)."""

    days: float
    at: Instant
    sent_at: Instant | None
    skipped: bool


class Banner(View):
    """What the portal's login page announces (R2)."""

    release_kind: ReleaseKind
    title: str
    deploy_at: Instant
    window_minutes: int | None
    functional_areas: list[str]
    public_notes: str | None


class FanOutStatus(View):
    """How far the defects of a release have been told of one state of its plan."""

    plan: Literal["planned", "deployed", "cancelled"]
    plan_version: int
    began_at: Instant
    ended_at: Instant | None
    told: int
    left: int | None = Field(
        description="Defects still to be notified; null before the first page."
    )
    superseded: bool


class ReleaseStatus(Status):
    """How a release stands."""

    kind: ReleaseKind
    title: str
    state: ReleaseState
    deploy_at: Instant
    window_minutes: int | None
    functional_areas: list[str]
    public_notes: str | None
    plan_version: int
    defects: Members
    notices: list[AdvanceNotice]
    banner: Banner | None
    fan_outs: list[FanOutStatus]
    planned_at: Instant
    deployed_at: Instant | None
    cancelled_at: Instant | None


class AreaWorkStatus(Status):
    """How far the marking of an area has come (R6)."""

    functional_area: str
    state: Literal["marking", "done"]
    marked: int
    began_at: Instant
    ended_at: Instant | None


class ReviewStatus(Status):
    """How far an impact review has come."""

    severity: Severity
    state: Literal["ranking", "waiting", "done"]
    total: int | None = Field(description="Defects ranked; null until the ranking is there.")
    began_at: Instant
    ended_at: Instant | None


class ReceiverStatus(Status):
    """How a receiver of webhooks is served."""

    receiver: str
    state: Literal["up", "troubled", "down", "stopped"]
    stopped: Literal["gone", "disabled", "removed"] | None
    problem: str | None
    sent: int
    waiting: int
    given_up: int
    failures: int
    down_since: Instant | None
    next_try_at: Instant | None


STATUSES: tuple[type[Status], ...] = (
    CaseStatus,
    DefectStatus,
    ReleaseStatus,
    AreaWorkStatus,
    ReviewStatus,
    ReceiverStatus,
)
"""One for each workflow."""
