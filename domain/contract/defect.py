"""What may be said to a defect: its start payload and its commands."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from domain.contract.values import (
    Attachment,
    Command,
    Contact,
    Count,
    Effort,
    Instant,
    InternalText,
    Line,
    Message,
    Number,
    Opaque,
    PublicText,
    Reason,
    Severity,
    Stage,
    Start,
    Workaround,
)


class PastPlan(Message):
    """The release an imported defect is planned for."""

    id: Number
    """Number of the release."""
    deploy_at: Instant
    """When it will be deployed."""


class PastHold(Message):
    """A time in which the budget of an imported defect was not spent, and that is over."""

    since: Instant
    """When it began."""
    until: Instant
    """When it ended."""


class PastDefect(Message):
    """The past of an imported defect; no notification is sent about it."""

    confirmed_at: Instant
    """When it was confirmed."""
    severity_since: Instant | None = None
    """Since when it has its present severity; its budget counts from then, else from the
    confirmation."""
    stage: Stage | None = None
    """Progress of the work, as clients see it."""
    held_since: Instant | None = None
    """Since when it is on hold, if it is."""
    holds: list[PastHold] = Field(default_factory=list, max_length=1_000)
    """Holds that are over, the earliest first, each before the next."""
    release: PastPlan | None = None
    """The release it is planned for, if any."""
    resolved_at: Instant | None = None
    """When it was resolved, if it is."""


class DefectFields(Message):
    """What a specialist says of a confirmed defect (C9, D1, D2)."""

    severity: Severity
    """`S1` is the most severe."""
    title: Line
    """Internal title."""
    functional_area: Line
    """The part of the product concerned, named the same way every time."""
    internal_description: InternalText | None = None
    """For staff; clients never see it."""
    public_summary: PublicText | None = None
    """Shown to clients and on the status page."""
    material: bool = True
    """Whether material functionality is affected; where not, there is no target (D2)."""
    blocks_access: bool = False
    """Users are locked out of the software: the target then holds even where the functionality is
    not material (D2)."""
    workaround: Workaround | None = None
    """A workaround for clients, if one is known."""
    owner: Opaque | None = None
    """Who works on it: an opaque id."""


class DefectStart(DefectFields, Start):
    """The start payload of `DefectWorkflow`."""

    actor: Opaque
    """Who acts: an id that means something to you."""
    cases: list[Attachment] = Field(default_factory=list)
    """Cases attached from the beginning."""
    policy: Opaque = "eto"
    """Name of the policy it begins under."""
    past: PastDefect | None = None
    """For an imported defect only."""


class ChangeSeverity(Command):
    """Change the severity; clocks follow T2, and engineering is notified of an S1 at once."""

    name = "change_severity"
    severity: Severity
    """`S1` is the most severe."""
    reason: Reason
    """Why; stays internal."""


class AttachCase(Command):
    """Attach a case to the defect (C10)."""

    name = "attach_case"
    case: Number
    """Number of the case."""
    client: Opaque
    """Id of the client, one that means something to you."""
    contact: Contact
    """The person who is notified."""


class DetachCase(Command):
    """Detach a case from the defect."""

    name = "detach_case"
    case: Number
    """Number of the case."""
    reason: Reason
    """Why; stays internal."""


class PostProgress(Command):
    """Post progress: `public_text` is for clients, `internal_note` for staff only (D6, D8)."""

    name = "post_progress"
    public_text: PublicText | None = None
    """Progress for clients; of an S1 it is mailed at once (D6)."""
    internal_note: InternalText | None = None
    """Progress for staff."""
    stage: Stage | None = None
    """Progress of the work, as clients see it."""


class DraftUpdate(Command):
    """Write the text of the next status update ahead of time; it goes out with it (D6)."""

    name = "draft_update"
    public_text: PublicText | None = None
    """For clients; without it the draft is dropped."""


class OfferWorkaround(Command):
    """Publish a workaround, for clients attached now and later (D5)."""

    name = "offer_workaround"
    description: PublicText
    """What to do, written for clients."""
    effort: Effort
    """How much work it is for a user."""


class ScheduleRelease(Command):
    """Plan the fix for a release and its date, or follow a change of that plan (R3)."""

    name = "schedule_release"
    incidental: ClassVar[Mapping[str, Any]] = {"moved": True, "change": True}
    release: Number
    """Number of the release."""
    deploy_at: Instant
    """When it will be deployed."""
    plan_version: Count | None = None
    """Grows with every change of the plan; an older one is refused."""
    moved: bool = False
    """Only the date of the release changed: has no effect on a defect that has left it since."""
    watched: bool = False
    """The release itself reports that its hour passed, once for all its defects."""
    change: Count | None = None
    """The release's sequence of the change that this reports: who is on several of its defects gets
    one message of each change."""


class WithdrawRelease(Command):
    """Remove the fix from the release it is planned for (R3)."""

    name = "withdraw_release"
    incidental: ClassVar[Mapping[str, Any]] = {"reason": True, "change": True}
    release: Number
    """Number of the release."""
    reason: Reason
    """Why; stays internal."""
    plan_version: Count | None = None
    """Grows with every change of the plan; an older one is refused."""
    change: Count | None = None
    """The release's sequence of the change that this reports: who is on several of its defects gets
    one message of each change."""


class ReleaseDeployed(Command):
    """Report that the release is deployed; resolves the defect (R4)."""

    name = "release_deployed"
    incidental: ClassVar[Mapping[str, Any]] = {"change": True}
    release: Number
    """Number of the release."""
    plan_version: Count | None = None
    """Grows with every change of the plan; an older one is refused."""
    change: Count | None = None
    """The release's sequence of the change that this reports: who is on several of its defects gets
    one message of each change."""


class AreaWorkStarted(Command):
    """Mark the defect as being worked on with its area, in the portal only (R6)."""

    name = "area_work_started"
    functional_area: Line
    """The part of the product concerned, named the same way every time."""
    note: InternalText | None = None
    """For staff."""


class Hold(Command):
    """Stop the target clock (T2); daily S1 updates continue."""

    name = "hold"
    reason: Reason
    """Why; stays internal."""


class Resume(Command):
    """Restart the target clock."""

    name = "resume"
    reason: Reason | None = None
    """Why; stays internal."""


class RecordSeverityFeedback(Command):
    """Record how severe the defect is for a client; the severity stays unchanged (D3)."""

    name = "record_severity_feedback"
    client: Opaque
    """Who says so: a client with a case attached."""
    severity: Severity
    """How severe it is for them."""
    comment: InternalText | None = None
    """What they said. Stays internal."""


class WaitForClient(Command):
    """Report that a case waits for its client; the target clock stops once all cases do (T2)."""

    name = "wait_for_client"
    case: Number
    """Number of the case."""


class StopWaiting(Command):
    """Report that a case no longer waits for its client."""

    name = "stop_waiting"
    case: Number
    """Number of the case."""


class RequestReclassification(Command):
    """Request another severity for a client; client success decides (D4)."""

    name = "request_reclassification"
    client: Opaque
    """Who asks: a client with a case attached."""
    severity: Severity
    """The severity they ask for."""
    justification: Reason
    """Why, in their words. Stays internal."""


class DecideReclassification(Command):
    """Decide on a client's request; the client gets the `reason` either way (D4)."""

    name = "decide_reclassification"
    approve: bool
    """Whether to change the severity as requested."""
    reason: PublicText
    """Why; sent to the client."""


class MergeInto(Command):
    """Merge the defect into another one, which takes over its cases."""

    name = "merge_into"
    defect: Number
    """Number of the defect that stays open."""
    reason: Reason
    """Why; stays internal."""


class UndoMerge(Command):
    """Undo a merge within the reopen window; the defect takes its cases back."""

    name = "undo_merge"
    reason: Reason
    """Why; stays internal."""


class SaidOfSeverity(Message):
    """How severe a client has called a defect, and when (D3)."""

    client: Opaque
    """Id of the client, one that means something to you."""
    severity: Severity
    """How severe it is for them."""
    at: Instant
    """When they said so."""


class Absorb(Command):
    """Take over a page of cases, with their severity feedback, from a merged defect."""

    name = "absorb"
    incidental: ClassVar[Mapping[str, Any]] = {"cases": {"__all__": {"contact": True}}}
    defect: Number
    """Number of the defect that is merged into this one."""
    cases: list[Attachment] = Field(max_length=500)
    """Cases that move here."""
    feedback: list[SaidOfSeverity] = Field(default_factory=list, max_length=100)
    """What clients said of its severity."""
    severity: Severity | None = None
    """Severity of the merged defect, so that nothing owed for it is lost."""
    formerly: list[Number] = Field(default_factory=list)
    """Numbers of the defects merged into it before."""


class GiveBack(Command):
    """Return a page of cases to a defect whose merge is undone."""

    name = "give_back"
    defect: Number
    """Number of the defect whose merge is undone."""
    cases: list[Number] = Field(max_length=500)
    """Numbers of the cases it takes back."""


class Resolve(Command):
    """Resolve the defect, notify attached clients once, and close their cases (C9)."""

    name = "resolve"
    resolution: Reason
    """What was done. Stays internal."""
    public_text: PublicText | None = None
    """What was done, for clients."""


class Reopen(Command):
    """Reopen a resolved defect within the reopen window."""

    name = "reopen"
    reason: Reason
    """Why; stays internal."""


class Assign(Command):
    """Say who works on it from now on."""

    name = "assign"
    owner: Opaque | None = None
    """Who: an id that means something to you; null for nobody."""


class AdoptPolicy(Command):
    """Adopt the present version of a policy: a deliberate, recorded act (T8)."""

    name = "adopt_policy"
    policy: Opaque
    """Name of the policy whose present version applies from now on."""
    version: Opaque | None = None
    """The version that this must be, where it matters: another one is refused."""


class RetryDeliveries(Command):
    """Retry failed deliveries now."""

    name = "retry_deliveries"
