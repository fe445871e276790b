"""What messages are made of: the kinds of text, instants, people, and the command itself."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from domain.contract.identity import OWN_ID, is_kept

NUMBER_PATTERN = r"^[A-Za-z0-9._-]{1,64}$"
_NUMBER_AS_SENT = r"^[ \t\r\n]*[A-Za-z0-9._-]{1,64}[ \t\r\n]*$"


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
        raise ValueError("must be between the years 1971 and 2199")
    return at.astimezone(UTC)


def _plausible_address(address: str) -> str:
    """As far as a replay may judge it; `domain/addresses.py` does the rest at the edges."""
    local, at, domain = address.rpartition("@")
    # The two joiners are letters of domains in Persian, Hindi and others.
    shown = local + domain.replace("\N{ZERO WIDTH NON-JOINER}", "").replace(
        "\N{ZERO WIDTH JOINER}", ""
    )
    forbidden = any(c.isspace() or not c.isprintable() or c in '<>,;:"()[]\\' for c in shown)
    if not (local and at and domain) or forbidden or "@" in local:
        raise ValueError("must be one plain address such as name@example.org")
    return address


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must not hold control characters")
    return text


def _digits(number: str) -> str:
    return "".join(str(int(c)) for c in number if c.isdecimal())


def _with_digits(number: str) -> str:
    if not _digits(number):
        raise ValueError("must have digits, such as +1 312 555 0123")
    return number


def _not_kept(number: str) -> str:
    if is_kept(number):
        raise ValueError(OWN_ID)
    return number


def _trim(text: str) -> str:
    return text.strip()


def _readable(text: object) -> object:
    return _unicode(text) if isinstance(text, str) else text


def _at_most(length: int) -> Any:
    """So long may a text be as it is sent, with whatever is folded or trimmed afterwards: callers
    and schemas can count that, in whatever language."""
    return Field(max_length=length)


_READABLE, _TRIMMED, _SOMETHING = (
    BeforeValidator(_readable),
    AfterValidator(_trim),
    Field(min_length=1),
)
Number = Annotated[
    str, Field(pattern=_NUMBER_AS_SENT), _READABLE, _TRIMMED, AfterValidator(_not_kept)
]
"""The number of a case, defect or release: 1 to 64 of `A-Z a-z 0-9 . _ -`, and no id that is kept
for workflows of the product's own; blanks around it do not count."""
Opaque = Annotated[str, _at_most(128), _READABLE, _TRIMMED, AfterValidator(_printable), _SOMETHING]
"""An id that means something only to its owner: a client, an actor, an idempotency key."""
Line = Annotated[str, _at_most(200), _READABLE, AfterValidator(_one_line), _SOMETHING]
FOR_CLIENTS = "for clients"
"""Marks a text that reaches clients as it is written: it may promise no time (D7)."""
PublicText = Annotated[str, _at_most(2_000), _READABLE, _TRIMMED, _SOMETHING, FOR_CLIENTS]
PublicTitle = Annotated[Line, FOR_CLIENTS]
InternalText = Annotated[str, Field(max_length=20_000)]
Reason = Annotated[str, _at_most(20_000), _READABLE, _TRIMMED, _SOMETHING]
Address = Annotated[str, _at_most(254), _READABLE, _TRIMMED, AfterValidator(_plausible_address)]
"""One e-mail address, without a name."""
Phone = Annotated[
    str,
    _at_most(50),
    _READABLE,
    _TRIMMED,
    AfterValidator(_printable),
    AfterValidator(_with_digits),
]
"""A telephone number as people write it, for people to call."""
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
"""A sequence or a version: what columns of a database hold, with room to go on."""
Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""An aware datetime, kept in UTC (T1)."""
TargetUnit = Literal["business_days", "business_hours", "calendar_days"]
"""What the budget of a target is counted in (T2)."""


class Severity(StrEnum):
    """Severity of a confirmed defect; S1 is the worst (D1)."""

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
    model_config = ConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """What cannot change needs no copies: commands are tried on a copy of the state."""
        return self


class Message(Value):
    """Anything that comes from outside."""


class Again(Message):
    """Where a number that was used before goes on, above all that is known of it."""

    sequence: Count
    """The last sequence it gave: keys and facts that come now have later ones."""
    plan_version: Count = 0
    """Of a release: the last version of its plan."""


class Start(Message):
    """What a workflow is started with."""

    policy: Opaque
    """Name of the policy it is under."""
    again: Again | None = None
    """Begins a number again on purpose that was used before and is forgotten by Temporal."""

    @property
    def sequence(self) -> int:
        """The sequence that what begins goes on from."""
        return self.again.sequence if self.again else 0


class Contact(Message):
    """The person who is told. Preferences go before `time_zone` and `language`.

    Who has no `email` is told by telephone: `name` or `phone` then has to say who it is.
    """

    email: Address | None = None
    """Where mail is sent."""
    name: Annotated[str, _at_most(200), _READABLE, AfterValidator(_one_line)] | None = None
    """How mails address the person."""
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    """Zone of the times in mails: an IANA name such as `Europe/Berlin`. Where it is unknown, the
    vendor's."""
    language: Annotated[str, Field(max_length=35)] | None = None
    """Language of the mails: a tag such as `de`. Where it is unknown, English."""
    # Left out where it is unknown, so that others see of a contact what they always have.
    phone: Phone | None = Field(default=None, exclude_if=lambda phone: phone is None)
    """Where the person is told by telephone, as people write it."""

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if not (self.email or self.phone or self.name):
            raise ValueError("must have an email, or a name or phone that says who it is")
        return self

    def recipient(self, case: str) -> str:
        """What two mentions of one person have in common, `case` being one of theirs.

        Several people may share a telephone: it takes the name too. No address has a colon.
        """
        if self.email is not None:
            return self.email.lower()
        if self.phone is not None:
            return f"tel:{_digits(self.phone)}:{(self.name or '').lower()}"
        return f"case:{case.lower()}"


class Attachment(Message):
    """One case on a defect: whose it is and who is told."""

    case: Number
    """Number of the case."""
    client: Opaque
    """Id of the client, one that means something to you."""
    contact: Contact
    """The person who is notified."""

    @property
    def recipient(self) -> str:
        """The key of the person."""
        return self.contact.recipient(self.case)


class Workaround(Message):
    """A way to live with a defect, written for clients (D5)."""

    description: PublicText
    """What to do, written for clients."""
    effort: Effort
    """How much work it is for a user."""


class Command(Message):
    """A request to change something: an update, for some a signal too."""

    name: ClassVar[str]
    actor: Opaque
    """Who acts: an id that means something to you. Over HTTP it is the token's name."""
    key: Opaque | None = None
    """Makes a repeat harmless: the same command of the same actor under the same key changes
    nothing a second time. Under a key that was used for something else it is refused."""
    incidental: ClassVar[Mapping[str, Any]] = {}
    """What a workflow of ours may say otherwise when it repeats the command."""
