"""Facts a machine wants brought about in the outside world.

An effect says *what*, never *how*. Its key (`DEF-000045/17/defect.update`) never changes, and is
the idempotency key all the way down to the e-mail's `Message-ID`.
"""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from domain.messages import Attachment, Contact, Instant, Severity, Stage, Value


class Lane(StrEnum):
    """One first-in-first-out queue per destination; lanes do not wait for each other."""

    CLIENTS = "clients"
    STAFF = "staff"
    STATUS_PAGE = "status_page"
    PORTAL = "portal"
    WORKFLOWS = "workflows"


class Role(StrEnum):
    """Whom of the vendor's staff to tell; the policy's `contacts` give the addresses."""

    COO = "coo"
    SUPPORT_MANAGER = "support_manager"
    ENGINEERING = "engineering"
    ENGINEERING_MANAGER = "engineering_manager"
    CLIENT_SUCCESS = "client_success"
    ACCOUNT_MANAGEMENT = "account_management"
    SUPPORT = "support"


class ClientEvent(StrEnum):
    """What clients are told of: the `X-Event` of their mails."""

    CASE_OPENED = "case.opened"
    CASE_INFORMATION_REQUESTED = "case.information_requested"
    CASE_RESPONDED = "case.responded"
    CASE_ANSWERED = "case.answered"
    CASE_CLOSED = "case.closed"
    DEFECT_CONFIRMED = "defect.confirmed"
    DEFECT_UPDATE = "defect.update"
    DEFECT_WORKAROUND = "defect.workaround"
    DEFECT_SEVERITY_CHANGED = "defect.severity_changed"
    DEFECT_RELEASE_SCHEDULED = "defect.release_scheduled"
    DEFECT_RELEASE_RESCHEDULED = "defect.release_rescheduled"
    DEFECT_RELEASE_WITHDRAWN = "defect.release_withdrawn"
    DEFECT_RELEASE_REMINDER = "defect.release_reminder"
    DEFECT_RESOLVED = "defect.resolved"
    DEFECT_REOPENED = "defect.reopened"


class StaffEvent(StrEnum):
    """What staff are told of: the `X-Event` of their mails."""

    CASE_FIRST_RESPONSE_MISSED = "case.first_response_missed"
    CASE_CRITICAL_DECLINED = "case.critical_declined"
    DEFECT_URGENT = "defect.urgent"
    DEFECT_ESCALATED = "defect.escalated"
    DEFECT_UPDATE_NEEDED = "defect.update_needed"
    DEFECT_TARGET_WARNING = "defect.target_warning"
    DEFECT_TARGET_MISSED = "defect.target_missed"
    DEFECT_WINDOW_OPENED = "defect.window_opened"
    DEFECT_RAISED = "defect.raised"
    DEFECT_RELEASE_OVERDUE = "defect.release_overdue"
    DELIVERY_FAILING = "delivery.failing"


class Fact(Value):
    """Something that happened, for the timeline: ids and short values in `details`.

    `public_text` was written for clients; `internal_text` never reaches them (D8). Both travel to
    the database only, the state keeps facts without them.
    """

    sequence: int
    at: Instant
    event: str
    actor: str | None = None
    """Who did it; clients are not told."""
    details: dict[str, Any] = Field(default_factory=dict)
    public: bool = False
    public_text: str | None = None
    internal_text: str | None = None

    def without_text(self) -> "Fact":
        """The fact as the workflow's state keeps it."""
        return self.model_copy(update={"public_text": None, "internal_text": None})

    def flat(self) -> dict[str, Any]:
        """The fact as the `timeline` query answers it."""
        known = self.model_dump(
            mode="json", include={"sequence", "at", "event", "actor"}, exclude_none=True
        )
        return known | {k: v for k, v in self.details.items() if k not in known}


class Detachment(Value):
    """A case taken off a defect."""

    case: str


class AudienceChange(Value):
    """Who joins or leaves the people attached to an entity, at one point of its sequence."""

    sequence: int
    at: Instant
    attach: list[Attachment] = Field(default_factory=list)
    detach: list[Detachment] = Field(default_factory=list)


class _Effect(Value):
    lane: ClassVar[Lane]

    key: str
    """`<number>/<sequence>/<event>`; unique for ever."""
    entity: str
    """The number of the case or defect it comes from."""
    sequence: int
    at: Instant
    """When the machine decided it."""
    policy: str = "eto"
    """The name of the policy whose contacts and texts serve."""
    replaceable: str | None = None
    """A tag by which a later effect of the lane may replace this one while it still waits."""
    replaces: tuple[str, ...] = ()
    """Waiting effects of the lane with one of these tags are dropped when this one arrives."""

    @property
    def event(self) -> str:
        """The last part of the key: what this is about."""
        return self.key.rpartition("/")[2]


class Person(Value):
    """One recipient and the cases on account of which they are told."""

    contact: Contact
    cases: list[str]


class TellClients(_Effect):
    """Send one message to each of `people`, or where None to everyone attached at `sequence`."""

    lane = Lane.CLIENTS
    type: Literal["tell_clients"] = "tell_clients"
    kind: ClientEvent
    people: list[Person] | None = None
    defect: str | None = None
    release: str | None = None
    facts: dict[str, Any] = Field(default_factory=dict)
    """What the template shows; only public text and values (D8)."""


class TellStaff(_Effect):
    """Send one message to the address the policy gives for `role`."""

    lane = Lane.STAFF
    type: Literal["tell_staff"] = "tell_staff"
    kind: StaffEvent
    role: Role
    case: str | None = None
    defect: str | None = None
    release: str | None = None
    facts: dict[str, Any] = Field(default_factory=dict)


class PostStatus(_Effect):
    """Post, update or resolve one incident on the status page."""

    lane = Lane.STATUS_PAGE
    type: Literal["post_status"] = "post_status"
    incident: str
    """The incident's key, the same through its life: `DEF-000045/S1-1`."""
    name: str
    body: str
    stage: Stage | Literal["resolved"]
    severity: Severity


class Project(_Effect):
    """Bring the portal's read model up to date: who is attached, what happened, how it stands.

    A waiting one is merged into the next, so an outage of the database costs one write.
    """

    lane = Lane.PORTAL
    type: Literal["project"] = "project"
    kind: Literal["case", "defect"]
    snapshot: dict[str, Any]
    facts: list[Fact] = Field(default_factory=list)
    audience: list[AudienceChange] = Field(default_factory=list)

    def merged_with(self, later: "Project") -> "Project":
        """One projection that says what both say."""
        return later.model_copy(
            update={
                "facts": [*self.facts, *later.facts],
                "audience": [*self.audience, *later.audience],
            }
        )


class OpenDefect(_Effect):
    """Start the defect's workflow for this case, or attach the case to the one that runs."""

    lane = Lane.WORKFLOWS
    type: Literal["open_defect"] = "open_defect"
    attachment: Attachment
    defect: str | None = None
    fields: dict[str, Any] | None = None
    actor: str


class CloseCases(_Effect):
    """Tell every case attached at `sequence` that its defect is resolved."""

    lane = Lane.WORKFLOWS
    type: Literal["close_cases"] = "close_cases"
    resolution: str


Effect = Annotated[
    TellClients | TellStaff | PostStatus | Project | OpenDefect | CloseCases,
    Field(discriminator="type"),
]


def reads_audience(effect: Effect) -> bool:
    """Whether it looks up who is attached, and so waits until the portal lane has written that."""
    return isinstance(effect, CloseCases) or (
        isinstance(effect, TellClients) and effect.people is None
    )


class Receipt(Value):
    """What came of an effect.

    `sent` counts messages that left now, `already` those an earlier try had sent, `failed` those
    refused for good. `problem` is a short code of the last refusal, never client text.
    """

    key: str
    sent: int = 0
    already: int = 0
    failed: int = 0
    problem: str | None = None
    defect: str | None = None
    """`OpenDefect`: the number of the defect the case is on now."""
    refused: str | None = None
    """`OpenDefect`: why the case could not be put on the defect."""

    @property
    def arrived(self) -> bool:
        """Whether it reached somebody, or there was nobody to reach (T9)."""
        return self.failed == 0 or self.sent + self.already > 0
