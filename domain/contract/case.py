"""What may be said to a case: its start payload and its commands."""

from typing import Annotated, Any, Literal

from pydantic import Field

from domain.contract.defect import DefectFields
from domain.contract.values import (
    FOR_CLIENTS,
    Channel,
    Command,
    Contact,
    Instant,
    InternalText,
    Line,
    Message,
    Number,
    Opaque,
    Package,
    PublicText,
    Reason,
    Severity,
    Start,
    Workaround,
)


class PastCase(Message):
    """The past of an imported case; no notification is sent about it."""

    opened_at: Instant
    """When the case began."""
    defect: Number | None = None
    """Number of the defect it is attached to."""
    closed_at: Instant | None = None
    """When it was closed, if it is."""


class CaseStart(Start):
    """The start payload of `CaseWorkflow`: one contact, whatever its reason or channel (C1)."""

    client: Opaque
    """Id of the client, one that means something to you."""
    contact: Contact
    """The person who is notified."""
    channel: Channel
    """How the contact came in."""
    subject: Line
    """What it is about. An e-mail with the policy's word in it is critical (C6)."""
    description: InternalText
    """What the client wrote; may be empty."""
    priority: Literal["normal", "critical"] = "normal"
    """`critical` counts for contacts through the portal (C6)."""
    support_package: Package = "standard"
    """What the client has bought: decides about channels and calls (C4)."""
    who_am_i: InternalText | None = None
    """Who the client is: site, edition."""
    steps: InternalText | None = None
    """Steps that lead to the problem."""
    feature: InternalText | None = None
    """The feature concerned."""
    form_or_report: InternalText | None = None
    """The form or report concerned."""
    participant_case_numbers: list[Annotated[str, Field(max_length=64)]] = Field(
        default_factory=list, max_length=1_000
    )
    """Case numbers of the participants, asked for where the client mentions participants."""
    attachments_not_kept: list[Line] = Field(default_factory=list, max_length=20)
    """Names of files that came along and were not kept; the client is told in the next letter."""
    policy: Opaque = "eto"
    """Name of the policy it begins under."""
    actor: Opaque | None = None
    """Who logged it."""
    past: PastCase | None = None
    """For an imported case only."""


class Respond(Command):
    """Reply to the client; stops the first-response clock (C6)."""

    name = "respond"
    message: PublicText
    """Sent to the client."""


class RequestInformation(Command):
    """Ask the client for exactly these items (C3)."""

    name = "request_information"
    items: list[Annotated[Line, FOR_CLIENTS]] = Field(min_length=1, max_length=20)
    """What is missing: names of fields, or free text."""
    message: PublicText | None = None
    """Sent to the client with the list."""


class ProvideInformation(Command):
    """Record what the client gave; a `note` answers the items asked for in free text (C3)."""

    name = "provide_information"
    who_am_i: InternalText | None = None
    """Who the client is: site, edition."""
    steps: InternalText | None = None
    """Steps that lead to the problem."""
    feature: InternalText | None = None
    """The feature concerned."""
    form_or_report: InternalText | None = None
    """The form or report concerned."""
    participant_case_numbers: list[Annotated[str, Field(max_length=64)]] | None = None
    """Case numbers of the participants."""
    note: InternalText | None = None
    """Anything else, in the client's words; answers the items that were asked for in free text."""
    attachments_not_kept: list[Line] = Field(default_factory=list, max_length=20)
    """Names of files that came along and were not kept; the client is told in the next letter."""


class AssessCritical(Command):
    """Confirm or decline that a critical case is critical (C7)."""

    name = "assess_critical"
    justified: bool
    """Whether the case is critical."""
    reason: Reason
    """Why; stays internal."""


class ConfirmDefect(Command):
    """Confirm a defect for this case, or attach the case to a known one (C9, C10)."""

    name = "confirm_defect"
    defect: Number | None = None
    """Number of an open defect to attach the case to, or of your own for a new one."""
    severity: Severity | None = None
    """Of a new defect; required with `title` and `functional_area` unless the case is attached to a
    known one."""
    title: Line | None = None
    """Internal title."""
    functional_area: Line | None = None
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

    def fields(self) -> DefectFields | None:
        """The new defect described, or None where it is not described in full."""
        if self.severity is None or self.title is None or self.functional_area is None:
            return None
        return DefectFields.model_validate(self.model_dump())


class Answer(Command):
    """Answer the question, or explain why it is not a defect; closes the case (C8)."""

    name = "answer"
    message: PublicText
    """Sent to the client."""


class BookCall(Command):
    """Book a call, or move the one that is booked (C11)."""

    name = "book_call"
    at: Instant
    """When the call begins: in the future, within support hours."""
    minutes: int = Field(ge=1, le=480)
    """Length of the call."""


class CancelCall(Command):
    """Cancel the booked call; its minutes are credited back (C11)."""

    name = "cancel_call"
    reason: Reason | None = None
    """Why; stays internal."""


class SetPreferences(Command):
    """Set the email preferences of the contact of this case; what is left out stays unchanged."""

    name = "set_preferences"
    progress: bool | None = None
    """Whether to mail progress and daily updates."""
    newsletter: bool | None = None
    """Whether to mail notices of releases."""
    digest: bool | None = None
    """Whether what one may opt out of comes in one mail a day."""
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    """Zone of the times in mails: an IANA name such as `Europe/Berlin`."""
    language: Annotated[str, Field(max_length=35)] | None = None
    """Language of the mails: a tag such as `de`."""

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen."""
        fields = {"progress", "newsletter", "digest", "time_zone", "language"}
        return self.model_dump(include=fields, exclude_none=True)


class CloseCase(Command):
    """Close the case without an answer, for an internal reason."""

    name = "close"
    reason: Reason
    """Why; stays internal."""


class DefectResolved(Command):
    """Tell a case that its defect is resolved; closes the case (C9)."""

    name = "defect_resolved"
    actor: Opaque = "defect"
    """The defect."""
    defect: Number
    """Number of the defect."""
    resolution: InternalText = ""
    """What was done. Stays internal."""
    formerly: list[Number] = Field(default_factory=list)
    """Numbers of the defects that were merged into it."""


class DefectMerged(Command):
    """Tell a case that its defect was merged, and into which one."""

    name = "defect_merged"
    actor: Opaque = "defect"
    """The defect."""
    defect: Number
    """Number of the merged defect."""
    into: Number
    """Number of the defect it was merged into."""
