"""What may be said to a defect: its start payload and its commands."""

from pydantic import Field

from domain.contract.values import (
    Attachment,
    Command,
    Contact,
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
    deploy_at: Instant


class PastDefect(Message):
    """What an imported defect has behind it: nobody is told of anything that lies in the past.

    The budget of the present severity counts from `severity_since`, where that is missing from
    the confirmation.
    """

    confirmed_at: Instant
    severity_since: Instant | None = None
    stage: Stage | None = None
    held_since: Instant | None = None
    release: PastPlan | None = None
    resolved_at: Instant | None = None


class DefectFields(Message):
    """What a specialist says of a confirmed defect (C9, D1, D2)."""

    severity: Severity
    title: Line
    functional_area: Line
    internal_description: InternalText | None = None
    public_summary: PublicText | None = None
    material: bool = True
    blocks_access: bool = False
    workaround: Workaround | None = None
    owner: Opaque | None = None


class DefectStart(DefectFields, Start):
    """The start payload of `DefectWorkflow`."""

    actor: Opaque
    cases: list[Attachment] = Field(default_factory=list)
    policy: Opaque = "eto"
    past: PastDefect | None = None
    """Of an imported defect only."""


class ChangeSeverity(Command):
    """Reclassify: clocks follow T2, engineering hears of an S1 at once."""

    name = "change_severity"
    severity: Severity
    reason: Reason


class AttachCase(Command):
    """A further contact about this defect (C10)."""

    name = "attach_case"
    case: Number
    client: Opaque
    contact: Contact


class DetachCase(Command):
    """This case was not about this defect after all."""

    name = "detach_case"
    case: Number
    reason: Reason


class PostProgress(Command):
    """Meaningful progress: `public_text` is for clients, `internal_note` never is (D6, D8)."""

    name = "post_progress"
    public_text: PublicText | None = None
    internal_note: InternalText | None = None
    stage: Stage | None = None


class OfferWorkaround(Command):
    """A way to live with it, for those attached now and later (D5)."""

    name = "offer_workaround"
    description: PublicText
    effort: Effort


class ScheduleRelease(Command):
    """The fix is planned for this release on this date, or the plan moved (R3).

    `plan_version` grows with every change of the plan; an older one is refused.
    """

    name = "schedule_release"
    release: Number
    deploy_at: Instant
    plan_version: int | None = Field(default=None, ge=0)
    moved: bool = False
    """Only the date of the release moved: means nothing to a defect that has left it since."""
    watched: bool = False
    """The release asks by itself when its hour passes, once for all its defects."""


class WithdrawRelease(Command):
    """The fix is no longer in this release (R3). `reason` stays internal."""

    name = "withdraw_release"
    release: Number
    reason: Reason
    plan_version: int | None = Field(default=None, ge=0)


class ReleaseDeployed(Command):
    """The release is out: the defect is resolved (R4)."""

    name = "release_deployed"
    release: Number
    plan_version: int | None = Field(default=None, ge=0)


class AreaWorkStarted(Command):
    """Work began in a functional area: marked as being worked on, in the portal only (R6)."""

    name = "area_work_started"
    functional_area: Line
    note: InternalText | None = None


class Hold(Command):
    """Stop the target clock (T2); daily S1 updates go on."""

    name = "hold"
    reason: Reason


class Resume(Command):
    """Let the target clock run again."""

    name = "resume"
    reason: Reason | None = None


class RecordSeverityFeedback(Command):
    """How severe a client says it is for them; changes nothing by itself (D3)."""

    name = "record_severity_feedback"
    client: Opaque
    severity: Severity
    comment: InternalText | None = None


class WaitForClient(Command):
    """A case on this defect waits for its client; once all of them do, the target stands (T2)."""

    name = "wait_for_client"
    case: Number


class StopWaiting(Command):
    """A case on this defect waits for its client no more."""

    name = "stop_waiting"
    case: Number


class RequestReclassification(Command):
    """A client thinks it should be classified otherwise; client success decides (D4)."""

    name = "request_reclassification"
    client: Opaque
    severity: Severity
    justification: Reason


class DecideReclassification(Command):
    """The decision on a client's request; they get it with its `reason` either way (D4)."""

    name = "decide_reclassification"
    approve: bool
    reason: PublicText


class MergeInto(Command):
    """It is the same as another defect: its cases move there, and this one ends."""

    name = "merge_into"
    defect: Number
    reason: Reason


class UndoMerge(Command):
    """It was not the same after all: its cases come back; possible within the reopen window."""

    name = "undo_merge"
    reason: Reason


class SaidOfSeverity(Message):
    """How severe a client has called a defect, and when (D3)."""

    client: Opaque
    severity: Severity
    at: Instant


class Absorb(Command):
    """From a defect merged into this one: a page of its cases, and what clients said of it."""

    name = "absorb"
    defect: Number
    cases: list[Attachment] = Field(max_length=500)
    feedback: list[SaidOfSeverity] = Field(default_factory=list, max_length=100)
    severity: Severity | None = None
    """How severe the merged one is: what is owed for it must not be lost."""
    formerly: list[Number] = Field(default_factory=list)
    """Defects that were merged into the merged one."""


class GiveBack(Command):
    """From a defect whose merge is undone: a page of the cases it takes back."""

    name = "give_back"
    defect: Number
    cases: list[Number] = Field(max_length=500)


class Resolve(Command):
    """It is done: those attached are told once and their cases close (C9)."""

    name = "resolve"
    resolution: Reason
    public_text: PublicText | None = None


class Reopen(Command):
    """It was not done after all; possible within the reopen window."""

    name = "reopen"
    reason: Reason


class AdoptPolicy(Command):
    """Move to the present version of a policy: a deliberate, recorded act (T8)."""

    name = "adopt_policy"
    policy: Opaque


class RetryDeliveries(Command):
    """Try again now what could not be delivered."""

    name = "retry_deliveries"
