"""What other programs and people may say: every command and start payload of the contract.

One pydantic model per message. Fields are added, never renamed or removed; new fields have
defaults, so a payload recorded in a history years ago still reads. Unknown fields are ignored.
"""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import ErrorDetails

NUMBER_PATTERN = r"^[A-Za-z0-9._-]{1,64}$"


class InvalidCommand(ValueError):  # noqa: N818 - the contract's name for a refused command
    """A message that cannot be applied; `field` is the one to change and `reason` says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def _unicode(text: str) -> str:
    """JSON can spell half a character; no mail, database or history takes one."""
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("must be Unicode text, without lone surrogates")
    return text


def _one_line(text: str) -> str:
    """Fold line breaks and control characters to blanks: this text may end in a mail header."""
    folded = {"Cc", "Zl", "Zp"}
    kept = "".join(" " if unicodedata.category(c) in folded else c for c in _unicode(text))
    return " ".join(kept.split())


def _to_utc(at: datetime) -> datetime:
    """Instants beyond what calendars can reckon with would stall an entity for ever."""
    if not 1970 < at.year < 2200:
        raise ValueError("must lie between the years 1971 and 2199")
    return at.astimezone(UTC)


def _plausible_address(address: str) -> str:
    local, at, domain = address.rpartition("@")
    forbidden = any(c.isspace() or not c.isprintable() or c in '<>,;:"()[]\\' for c in address)
    if not (local and at and domain) or forbidden or "@" in local:
        raise ValueError("must be one plain address such as name@example.org")
    return address


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must not hold control characters")
    return text


def _trim(text: object) -> object:
    return _unicode(text).strip() if isinstance(text, str) else text


Number = Annotated[str, BeforeValidator(_trim), Field(pattern=NUMBER_PATTERN)]
"""The number of a case, defect or release: 1 to 64 of `A-Z a-z 0-9 . _ -`."""
Opaque = Annotated[
    str, BeforeValidator(_trim), AfterValidator(_printable), Field(min_length=1, max_length=128)
]
"""An id that means something only to its owner: a client, an actor, an idempotency key."""
Line = Annotated[str, AfterValidator(_one_line), Field(min_length=1, max_length=200)]
PublicText = Annotated[str, BeforeValidator(_trim), Field(min_length=1, max_length=2_000)]
InternalText = Annotated[str, Field(max_length=20_000)]
Reason = Annotated[str, BeforeValidator(_trim), Field(min_length=1, max_length=20_000)]
Address = Annotated[
    str, BeforeValidator(_trim), AfterValidator(_plausible_address), Field(max_length=254)
]
"""One e-mail address, without a name."""
Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""An aware datetime, kept in UTC (T1)."""


class Severity(StrEnum):
    """How badly a confirmed defect hurts, S1 worst; one at a time (D1)."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"


class Stage(StrEnum):
    """Where the work on a defect stands, as clients see it."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    FIXING = "fixing"
    VERIFYING = "verifying"


class Channel(StrEnum):
    """How a contact came in (C4)."""

    CHAT = "chat"
    PORTAL = "portal"
    EMAIL = "email"
    SCHEDULED_CALL = "scheduled_call"
    PHONE = "phone"
    EMERGENCY_LINE = "emergency_line"


Package = Literal["standard", "legacy", "premium"]
Effort = Literal["easy", "laborious"]


class Value(BaseModel):
    """Something that never changes once made; unknown fields are ignored when it is read."""

    # What was wrong may be client text, and errors end up in logs.
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """What cannot change needs no copies: commands are tried on a copy of the state."""
        return self


class Message(Value):
    """Anything that comes from outside."""


class Contact(Message):
    """The person who is told; an unknown `time_zone` (IANA) falls back to the vendor's."""

    email: Address
    name: Annotated[str, AfterValidator(_one_line), Field(max_length=200)] | None = None
    time_zone: Annotated[str, Field(max_length=64)] | None = None


class Attachment(Message):
    """One case on a defect: whose it is and who is told."""

    case: Number
    client: Opaque
    contact: Contact


class Workaround(Message):
    """A way to live with a defect, written for clients (D5)."""

    description: PublicText
    effort: Effort


class CaseStart(Message):
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


class DefectStart(DefectFields):
    """The start payload of `DefectWorkflow`."""

    actor: Opaque
    cases: list[Attachment] = Field(default_factory=list)
    policy: Opaque = "eto"


class Command(Message):
    """A request to change something: an update, for some a signal too.

    `actor` says who, `key` (optional) makes a repeat harmless.
    """

    name: ClassVar[str]
    actor: Opaque
    key: Opaque | None = None


# --- to a case -----------------------------------------------------------------------------------


class Respond(Command):
    """Answer the client, first or further; stops the first-response clock (C6)."""

    name = "respond"
    message: PublicText


class RequestInformation(Command):
    """Ask the client for exactly these items (C3)."""

    name = "request_information"
    items: list[Line] = Field(min_length=1, max_length=20)
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


# --- to a defect ---------------------------------------------------------------------------------


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


M = TypeVar("M", bound=Message)


def parse(model: type[M], payload: object) -> M:
    """Read a payload as `model`.

    Raises:
        InvalidCommand: naming the first field that is wrong and what would be right.
    """
    if not isinstance(payload, Mapping):
        raise InvalidCommand("payload", f"must be one JSON object, not {_kind(payload)}")
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "payload"
        raise InvalidCommand(field, _say(first)) from None


def _kind(payload: object) -> str:
    kinds: dict[type, str] = {
        type(None): "nothing",
        str: "text",
        list: "a list",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return kinds.get(type(payload), "something else")


def _say(error: ErrorDetails) -> str:
    """A pydantic error in words; the offending value is left out, it may be client text."""
    kind, limits = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "is required"
    if "min_length" in limits:
        return "must not be empty"
    if "max_length" in limits:
        things = "characters" if isinstance(error["input"], str) else "items"
        return f"must have at most {limits['max_length']} {things}"
    if kind == "string_pattern_mismatch":
        return "must be 1 to 64 of A-Z a-z 0-9 . _ -"
    if kind == "timezone_aware":
        return "must carry a time zone, for example 2026-12-01T18:00:00Z"
    return error["msg"].removeprefix("Value error, ")
