"""What the interface answers, described for readers and programs.

The answers themselves are the contract's and pass through as they are: these models describe them
and decide nothing. A test holds them against what the machines say.
"""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from domain.contract.release import ReleaseKind
from domain.contract.values import Channel, Effort, Severity, Stage
from domain.defect.state import State

CaseState = Literal["open", "waiting_for_client", "attached", "closed"]
DefectState = State
ReleaseState = Literal["planned", "frozen", "deploying", "deployed", "cancelled"]

T = TypeVar("T")


class Answer(BaseModel):
    """The contract only grows: more fields than these may come."""

    model_config = ConfigDict(extra="allow")


class PolicyName(Answer):
    """The policy something is under, and its version."""

    name: str
    version: str


class RejectedSignal(Answer):
    """A signal that could not be applied."""

    at: datetime
    signal: str
    reason: str


class Status(Answer):
    """What every status has."""

    number: str
    rejected: list[RejectedSignal]
    policy: PolicyName
    needs_attention: bool = Field(description="Somebody should look.")
    attention: list[str] = Field(description="Reasons, other than deliveries.")
    pending_deliveries: int
    failed_deliveries: int


class FirstResponse(Answer):
    """The first response owed to a critical case (C6)."""

    due_at: datetime
    met_at: datetime | None
    missed_at: datetime | None


class BookedCall(Answer):
    """A call (C11)."""

    at: datetime
    minutes: int


class CaseStatus(Status):
    """How a case stands."""

    client: str
    channel: Channel
    priority: Literal["normal", "critical"]
    state: CaseState
    flags: list[str]
    missing: list[str]
    reminders: int
    critical_justified: bool | None
    first_response: FirstResponse | None
    defect: str | None
    call: BookedCall | None
    consultation_left: int | None
    outcome: str | None
    unanswered_until: datetime | None
    opened_at: datetime
    closed_at: datetime | None


class Target(Answer):
    """A target as a budget (T2)."""

    budget: float
    spent: float
    unit: Literal["business_days", "calendar_days"]
    due_at: datetime | None
    missed_at: datetime | None


class PlannedFor(Answer):
    """The release a fix is planned for."""

    id: str
    deploy_at: datetime


class OfferedWorkaround(Answer):
    """A way to live with it (D5)."""

    description: str
    effort: Effort


class SeverityFeedback(Answer):
    """How severe a client says it is (D3)."""

    client: str
    severity: Severity
    at: datetime


class PendingReclassification(Answer):
    """What a client has asked for and nobody has decided (D4)."""

    client: str
    severity: Severity
    requested_at: datetime
    reminders: int


class DefectStatus(Status):
    """How a defect stands."""

    title: str
    severity: Severity
    stage: Stage
    state: DefectState
    functional_area: str
    priority: Literal["normal", "raised"]
    target: Target | None
    next_update_due_at: datetime | None
    updates_missed: int
    release: PlannedFor | None
    workaround: OfferedWorkaround | None
    cases: list[str]
    case_count: int
    affected_clients: int
    feedback: list[SeverityFeedback]
    reclassification: PendingReclassification | None
    waiting_for_clients: int
    area_work_since: datetime | None
    merged_into: str | None
    confirmed_at: datetime
    resolved_at: datetime | None


class Members(Answer):
    """The defects of a release, counted."""

    attached: int
    to_align: int | None = Field(description="Still to be told of the plan; null while unknown.")
    missing: list[str]


class AdvanceNotice(Answer):
    """One advance notice (R2)."""

    days: float
    at: datetime
    sent_at: datetime | None
    skipped: bool


class ReleaseStatus(Status):
    """How a release stands."""

    kind: ReleaseKind
    title: str
    state: ReleaseState
    deploy_at: datetime
    window_minutes: int | None
    functional_areas: list[str]
    public_notes: str | None
    plan_version: int
    defects: Members
    notices: list[AdvanceNotice]
    banner: dict[str, Any] | None
    fan_outs: list[dict[str, Any]]
    planned_at: datetime
    deployed_at: datetime | None
    cancelled_at: datetime | None


class Kept(Answer):
    """How something stood when the database last heard of it: its status, as far as it is kept."""

    number: str
    state: str


class Fact(Answer):
    """Something that happened."""

    sequence: int
    at: datetime
    event: str
    actor: str | None = None


class DueInstant(Answer):
    """Something that is due, and why then."""

    what: str
    due_at: datetime | None
    text: str


class Explanation(Answer):
    """What produced every due instant of a defect, as data and in words."""

    number: str
    at: datetime
    due: list[DueInstant]
    text: str


class Started(BaseModel):
    """It was started, and nobody has answered for it yet: ask for its status in a while."""

    number: str


class Page(BaseModel, Generic[T]):
    """A page of a list, ordered by number."""

    items: list[T]
    next: str | None = Field(description="What to give as `after` for more; null at the end.")


class Received(BaseModel):
    """What became of a mail."""

    outcome: Literal["opened", "noted", "unsubscribed", "ignored"]
    case: str | None = Field(description="The case it opened or was noted on.")
    reason: str | None = Field(description="Why it was ignored.")
    repeated: bool = Field(description="It had come before, and nothing was done again.")
