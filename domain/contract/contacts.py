"""What may be said of the people a case or defect writes to."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from domain.contract.values import Address, Command, Contact, InternalText, Number, Opaque, Reason


class CorrectContact(Command):
    """Correct the contact of a case; what their old address refused or sent back goes to them."""

    name = "correct_contact"
    contact: Contact
    """The person from now on. It takes the place of the old one as a whole."""
    reason: Reason
    """Why; stays internal."""
    case: Number | None = None
    """The case whose contact it is: required for a defect, left out for a case."""


class RecordNotification(Command):
    """Record that a person without an email address was told something by telephone (T9)."""

    name = "record_notification"
    message: str = Field(max_length=300)
    """Key of the message they were told, of those under `by_telephone` of `status`:
    `DEF-000045/17/defect.update`."""
    case: Number | None = None
    """Whose contact was told, of the cases named there; may be left out where it is one."""
    note: InternalText | None = None
    """What was said; stays internal."""


class DeliveryBounced(Command):
    """Report that a message that the mail server had taken came back (T9)."""

    name = "delivery_bounced"
    incidental: ClassVar[Mapping[str, Any]] = dict.fromkeys(
        ("cases", "problem", "reached", "first"), True
    )
    actor: Opaque = "inbound-mail"
    """Who read the report."""
    effect: str = Field(max_length=300)
    """Key of the message: `DEF-000045/17/defect.update`."""
    event: str = Field(max_length=100)
    """What it was about."""
    address: Address
    """Who did not get it."""
    cases: list[Number] = Field(default_factory=list, max_length=500)
    """The cases on account of which they were written to."""
    problem: str = Field(max_length=50)
    """A code such as `bounce-5.1.1`."""
    reached: bool = False
    """Whether others were reached by the same message."""
    first: bool = True
    """Whether nothing to this address came back before: support hears of each address once."""
