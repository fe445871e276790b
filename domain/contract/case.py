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
    """What an imported case has behind it: nobody is told of anything that lies in the past."""

    opened_at: Instant
    defect: Number | None = None
    """The defect it is attached to."""
    closed_at: Instant | None = None


class CaseStart(Start):
    """The start payload of `CaseWorkflow`: one contact, whatever its reason or channel (C1)."""

    client: Opaque
    contact: Contact
    channel: Channel
    subject: Line
    description: InternalText
    priority: Literal["normal", "critical"] = "normal"
    support_package: Package = "standard"
    who_am_i: InternalText | None = None
    steps: InternalText | None = None
    feature: InternalText | None = None
    form_or_report: InternalText | None = None
    participant_case_numbers: list[Annotated[str, Field(max_length=64)]] = Field(
        default_factory=list, max_length=1_000
    )
    policy: Opaque = "eto"
    actor: Opaque | None = None
    past: PastCase | None = None
    """Of an imported case only."""


class Respond(Command):
    """Answer the client, first or further; stops the first-response clock (C6)."""

    name = "respond"
    message: PublicText


class RequestInformation(Command):
    """Ask the client for exactly these items (C3)."""

    name = "request_information"
    items: list[Annotated[Line, FOR_CLIENTS]] = Field(min_length=1, max_length=20)
    message: PublicText | None = None


class ProvideInformation(Command):
    """What the client gave; items asked for in free words are met by a `note` (C3)."""

    name = "provide_information"
    who_am_i: InternalText | None = None
    steps: InternalText | None = None
    feature: InternalText | None = None
    form_or_report: InternalText | None = None
    participant_case_numbers: list[Annotated[str, Field(max_length=64)]] | None = None
    note: InternalText | None = None


class AssessCritical(Command):
    """Confirm or decline that a critical case is critical (C7)."""

    name = "assess_critical"
    justified: bool
    reason: Reason


class ConfirmDefect(Command):
    """Confirm a defect for this case, or attach the case to a known one (C9, C10)."""

    name = "confirm_defect"
    defect: Number | None = None
    severity: Severity | None = None
    title: Line | None = None
    functional_area: Line | None = None
    internal_description: InternalText | None = None
    public_summary: PublicText | None = None
    material: bool = True
    blocks_access: bool = False
    workaround: Workaround | None = None
    owner: Opaque | None = None

    def fields(self) -> DefectFields | None:
        """The new defect described, or None where it is not described in full."""
        if self.severity is None or self.title is None or self.functional_area is None:
            return None
        return DefectFields.model_validate(self.model_dump())


class Answer(Command):
    """The question is answered, or it is no defect: tells the client and closes (C8)."""

    name = "answer"
    message: PublicText


class BookCall(Command):
    """Book a call through the case, or move the one that is booked (C11)."""

    name = "book_call"
    at: Instant
    minutes: int = Field(ge=1, le=480)


class CancelCall(Command):
    """Call off the call that is booked; its minutes are given back."""

    name = "cancel_call"
    reason: Reason | None = None


class SetPreferences(Command):
    """What the contact of this case chooses for every mail; what is left out stays as it is."""

    name = "set_preferences"
    progress: bool | None = None
    """Whether they get progress and daily updates by mail."""
    newsletter: bool | None = None
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    language: Annotated[str, Field(max_length=35)] | None = None

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen."""
        fields = {"progress", "newsletter", "time_zone", "language"}
        return self.model_dump(include=fields, exclude_none=True)


class CloseCase(Command):
    """Close without an answer, with an internal reason."""

    name = "close"
    reason: Reason


class DefectResolved(Command):
    """Signal from a defect to the cases on it: it is resolved, the case closes (C9)."""

    name = "defect_resolved"
    actor: Opaque = "defect"
    defect: Number
    resolution: InternalText = ""
    formerly: list[Number] = Field(default_factory=list)
    """Numbers of defects that were merged into it."""


class DefectMerged(Command):
    """Signal from a defect to the cases on it: they are followed under another number now."""

    name = "defect_merged"
    actor: Opaque = "defect"
    defect: Number
    into: Number
