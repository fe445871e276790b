"""How entities stand, as queries, updates, HTTP, portal and agents answer it: one model for all."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from domain.contract.events import Reminder, Role
from domain.contract.release import ReleaseKind
from domain.contract.values import Channel, Effort, Instant, Severity, Stage, TargetUnit

CaseState = Literal["open", "waiting_for_client", "attached", "closed"]
DefectState = Literal["open", "on_hold", "scheduled", "resolved", "merged", "closed"]
ReleaseState = Literal["planned", "frozen", "deploying", "deployed", "cancelled"]

OVER: tuple[DefectState, ...] = ("resolved", "merged", "closed")
"""The states in which a defect owes nothing any more."""


class View(BaseModel):
    """Something that is answered. The contract only grows: more fields than these may come."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)


class PolicyVersion(View):
    """The policy something is under, and its version."""

    name: str
    """Name of the policy."""
    version: str
    """Twelve hexadecimal digits that change with anything in its file."""


class Rejection(View):
    """A signal that could not be applied, and why."""

    at: Instant
    """When the signal came."""
    signal: str
    """Its name, cut at 100 characters."""
    reason: str
    """Why it did not apply, cut at 500 characters."""


class ToNotify(View):
    """A message that people without an email address are to be told by telephone."""

    message: str
    """Its key, which `record_notification` takes."""
    event: str
    """What it is about."""
    since: Instant
    """When it was decided."""
    cases: list[str]
    """A case of each person who was not told yet."""


class ToAcknowledge(View):
    """A notice that staff were asked to acknowledge, and have not (T7)."""

    notice: str
    """Its key, which `acknowledge` takes."""
    event: str
    """What it is about."""
    role: Role
    """Whom it was sent to last."""
    since: Instant
    """When it was decided."""
    times: int
    """How often it was sent."""
    next_at: Instant | None
    """When it is sent again; null where it is not."""


class Snoozed(View):
    """A reminder to staff that somebody has put off."""

    reminder: Reminder
    """What staff were reminded of."""
    since: Instant
    """When it was put off."""
    until: Instant
    """When it comes again, unless its matter is over by then."""


class Status(View):
    """What every status has."""

    number: str
    """The number people use, which is the workflow's id."""
    state: str
    """The one word for where it stands."""
    needs_attention: bool = False
    """Support should look at it."""
    attention: list[str] = []
    """Reasons, other than deliveries."""
    pending_deliveries: int = 0
    """Effects not carried out yet."""
    failed_deliveries: int = 0
    """Effects refused for good; `retry_deliveries` tries them again."""
    by_telephone: list[ToNotify] = []
    """What is to be told by telephone, the longest waiting first."""
    # Left out where there is nothing, so that a policy without it shows what it always has.
    to_acknowledge: list[ToAcknowledge] = Field(default=[], exclude_if=lambda open_: not open_)
    """Notices to staff that nobody has acknowledged, the longest waiting first."""
    snoozed: list[Snoozed] = Field(default=[], exclude_if=lambda put_off: not put_off)
    """Reminders to staff that somebody has put off."""
    policy: PolicyVersion
    """The policy it is under, as pinned."""
    rejected: list[Rejection]
    """The last 20 signals that did not apply."""

    def with_deliveries(
        self,
        *,
        needs_attention: bool,
        attention: list[str],
        pending: int,
        failed: int,
        by_telephone: list[ToNotify],
    ) -> Self:
        """With what only the outbox knows."""
        return self.model_copy(
            update={
                "needs_attention": needs_attention,
                "attention": attention,
                "pending_deliveries": pending,
                "failed_deliveries": failed,
                "by_telephone": by_telephone,
            }
        )

    def without_deliveries(self) -> dict[str, Any]:
        """In JSON values, without what only the outbox knows."""
        return self.model_dump(mode="json", exclude=_OF_DELIVERIES)


_OF_DELIVERIES = {
    *("needs_attention", "attention", "pending_deliveries", "failed_deliveries"),
    "by_telephone",
}


class FirstResponseStatus(View):
    """The first response owed to a critical case (C6)."""

    due_at: Instant
    """When it is due."""
    met_at: Instant | None
    """When it reached the client in time."""
    missed_at: Instant | None
    """The instant at which it was missed."""


class BookedCall(View):
    """A call (C11)."""

    at: Instant
    """When the call begins."""
    minutes: int
    """How long it is."""


class CaseStatus(Status):
    """How a case stands."""

    client: str
    """Whose case it is."""
    channel: Channel
    """How the contact came in (C4)."""
    priority: Literal["normal", "critical"]
    """Whether it is critical (C6)."""
    state: CaseState
    """The one word for where it stands."""
    owner: str | None = None
    """Who works on it."""
    flags: list[str]
    """`channel_not_in_package`, where the client's package does not include the channel."""
    missing: list[str]
    """Items the client was asked for and has not given."""
    reminders: int
    """Reminders of missing information since the client was last asked."""
    client_wrote_at: Instant | None = None
    """When the client wrote something that a specialist has to look at before reminders go on."""
    critical_justified: bool | None
    """What a specialist decided (C7); null before."""
    first_response: FirstResponseStatus | None
    """Of a critical case only."""
    defect: str | None
    """Number of the defect it is on."""
    call: BookedCall | None
    """The call that is booked."""
    consultation_left: int | None
    """Minutes, as far as this case has heard."""
    outcome: Literal["answered", "defect_resolved", "closed", "unanswered"] | None
    """How it ended."""
    unanswered_until: Instant | None
    """Closed for want of information: until then it opens again when that comes."""
    opened_at: Instant
    """When it was logged."""
    closed_at: Instant | None
    """When it was closed."""


class TargetStatus(View):
    """A target as a budget (T2)."""

    budget: float
    """Time for a fix, in `unit`."""
    spent: float
    """How much of it is spent by now."""
    unit: TargetUnit
    """What the budget is counted in."""
    due_at: Instant | None
    """None while the budget is not being spent."""
    missed_at: Instant | None
    """When the target was missed."""


class PlannedFor(View):
    """The release a fix is planned for."""

    id: str
    """Number of the release."""
    deploy_at: Instant
    """When it is to be deployed."""


class OfferedWorkaround(View):
    """A workaround, as written for clients (D5)."""

    description: str
    """What to do meanwhile."""
    effort: Effort
    """How laborious that is."""


class SeverityFeedback(View):
    """How severe a client says it is (D3)."""

    client: str
    """Who says so."""
    severity: Severity
    """How severe it is for them."""
    at: Instant
    """When they said it."""


class PendingReclassification(View):
    """The open request of a client for another severity (D4)."""

    client: str
    """Who asked."""
    severity: Severity
    """For which severity."""
    requested_at: Instant
    """When."""
    reminders: int
    """Reminders to decide since then."""


class DefectStatus(Status):
    """How a defect stands."""

    title: str
    """What staff call it."""
    severity: Severity
    """How badly it hurts (D1)."""
    stage: Stage
    """Where the work stands, as clients see it."""
    state: DefectState
    """The one word for where it stands."""
    functional_area: str
    """Where in the product it is."""
    owner: str | None = None
    """Who works on it."""
    priority: Literal["normal", "raised"]
    """Raised where it hits several clients (S3)."""
    target: TargetStatus | None
    """None where no target holds (D2)."""
    next_update_due_at: Instant | None
    """By when clients must have the next update; null where none is owed."""
    update_draft: str | None = None
    """The text of the next update, written ahead of time."""
    update_written: bool = False
    """Whether the next update has something to say: a draft, or progress since the last one."""
    updates_missed: int
    """Updates that did not reach clients in time (T9)."""
    release: PlannedFor | None
    """The release its fix is planned for."""
    workaround: OfferedWorkaround | None
    """The one that clients were given."""
    cases: list[str]
    """The last 100; `case_count` counts all."""
    case_count: int
    """Cases attached."""
    affected_clients: int
    """Distinct clients attached."""
    feedback: list[SeverityFeedback]
    """What clients say of its severity, the last of each (D3)."""
    reclassification: PendingReclassification | None
    """An undecided request (D4)."""
    waiting_for_clients: int
    """Cases that wait for their clients."""
    area_work_since: Instant | None
    """When work last began in its area (R6)."""
    merged_into: str | None
    """Number of the defect that goes on for both."""
    confirmed_at: Instant
    """When it was confirmed."""
    resolved_at: Instant | None
    """When it was resolved."""


class Members(View):
    """The defects of a release, counted."""

    attached: int
    """Defects in the release."""
    to_align: int | None
    """Defects still to be notified of the plan; null while unknown."""
    missing: list[str]
    """The last numbers that should have been notified and do not run here."""


class AdvanceNotice(View):
    """One advance notice (R2)."""

    days: float
    """How many days ahead."""
    at: Instant
    """When it is due."""
    sent_at: Instant | None
    """When it was sent."""
    skipped: bool
    """It was too late for this one."""


class Banner(View):
    """What the portal's login page announces (R2)."""

    release_kind: ReleaseKind
    """Major, maintenance or hotfix."""
    title: str
    """What the release is called."""
    deploy_at: Instant
    """When it is to be deployed."""
    window_minutes: int | None
    """How long the maintenance takes."""
    functional_areas: list[str]
    """Areas it touches."""
    public_notes: str | None
    """What was written for clients."""


class FanOutStatus(View):
    """How far the defects of a release have been notified of one state of its plan."""

    plan: Literal["planned", "deployed", "cancelled"]
    """Which state of the plan they are notified of."""
    plan_version: int
    """Its version."""
    began_at: Instant
    """When it began."""
    ended_at: Instant | None
    """When all were notified, or a newer one took its place."""
    told: int
    """Defects notified so far."""
    left: int | None
    """Defects still to be notified; null before the first page."""
    superseded: bool
    """It gave way to a newer one."""


class ReleaseStatus(Status):
    """How a release stands."""

    kind: ReleaseKind
    """Major, maintenance or hotfix (R1)."""
    title: str
    """What the release is called."""
    state: ReleaseState
    """The one word for where it stands."""
    deploy_at: Instant
    """When it is to be deployed."""
    window_minutes: int | None
    """How long the maintenance takes."""
    functional_areas: list[str]
    """Areas it touches."""
    public_notes: str | None
    """What was written for clients."""
    plan_version: int
    """Grows with each change of the plan."""
    defects: Members
    """Which are in it, counted."""
    notices: list[AdvanceNotice]
    """The advance notices (R2)."""
    banner: Banner | None
    """What the portal's login page announces now."""
    fan_outs: list[FanOutStatus]
    """How far its defects have been told, the last ten."""
    planned_at: Instant
    """When it was planned."""
    deployed_at: Instant | None
    """When it was deployed."""
    cancelled_at: Instant | None
    """When it was cancelled."""


class AreaWorkStatus(Status):
    """How far the marking of an area has come (R6)."""

    functional_area: str
    """Where work began."""
    state: Literal["marking", "done"]
    """The one word for where it stands."""
    marked: int
    """Defects notified so far."""
    began_at: Instant
    """When work began."""
    ended_at: Instant | None
    """When every defect had been told."""


class ReviewStatus(Status):
    """How far an impact review has come."""

    severity: Severity
    """Which defects are reviewed."""
    state: Literal["ranking", "waiting", "done"]
    """`waiting`: the digest waits for support hours (T10)."""
    total: int | None
    """Defects ranked; null until the ranking is there."""
    began_at: Instant
    """When it began."""
    ended_at: Instant | None
    """When the ranking was there."""


class ReceiverStatus(Status):
    """How a receiver of webhooks is served."""

    receiver: str
    """Id of the receiver."""
    state: Literal["up", "troubled", "down", "stopped"]
    """The one word for where it stands."""
    stopped: Literal["gone", "disabled", "removed"] | None
    """Why nothing is sent any more."""
    problem: str | None
    """A short code of the last failure, such as `http-503`."""
    sent: int
    """Messages it has taken."""
    waiting: int
    """Messages left, due or not."""
    given_up: int
    """Messages given up after five days."""
    failures: int
    """Rounds in a row in which nothing got through."""
    down_since: Instant | None
    """Since when nothing gets through."""
    next_try_at: Instant | None
    """When the next round begins."""
