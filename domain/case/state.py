"""What a case is and how it stands: the complete state, in small parts, and the views of it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from domain.contract.effects import NotifyClients, Person, SignalDefect
from domain.contract.events import ClientEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.status import BookedCall, CaseState, CaseStatus, FirstResponseStatus
from domain.contract.values import Channel, Command, Contact, Instant, Package, Value
from domain.entity import Entity, iso
from domain.keys import own_key
from domain.state import Part

_TELL_OF_ATTACHMENTS = {kind for kind in ClientEvent if kind.startswith("case.")}
ATTACHMENTS_NAMED = 20
"""In one letter."""


class FirstResponse(Part):
    """The first response owed to a critical case (C6, T9)."""

    due_at: Instant
    sequence: int | None = None
    """Of the message that answers; None until there is one."""
    met_at: Instant | None = None
    met_by: int | None = None
    """Sequence of the message that met it, where one did."""
    missed_at: Instant | None = None

    @property
    def pending(self) -> bool:
        """Neither met nor missed."""
        return self.met_at is None and self.missed_at is None

    @property
    def under_way(self) -> bool:
        """Answered, but not known to have arrived."""
        return self.pending and self.sequence is not None


class Information(Part):
    """What the client was asked for and has not given (C3)."""

    missing: list[str] = Field(default_factory=list)
    """Field names of the contract, or free words."""
    asked_at: Instant | None = None
    reminders: int = 0
    wrote_at: Instant | None = None
    """When the client wrote in free words; until a specialist has written again it is for us to
    look whether that is the answer."""
    defect_knows: bool = False
    """The defect it is on knows that this case waits for its client (T2)."""
    reopens_until: Instant | None = None
    """Closed because nothing came: until then it opens again when it comes."""


class Confirmation(Part):
    """A defect that is being opened for this case (C9, C10)."""

    key: str | None = None
    """Of the effect that opens it."""
    refused: str | None = None
    """Why the last attempt failed."""


class Call(Value):
    """A call that is booked (C11)."""

    at: Instant
    minutes: int
    booking: str
    """The booking that pays for it: `CASE-000001/call-1`."""
    booked_at: Instant
    reminded: list[float] = Field(default_factory=list)
    """Hours ahead at which both sides were reminded."""

    def facts(self) -> dict[str, Any]:
        """When, and how long."""
        return {"at": iso(self.at), "minutes": self.minutes}


class Calls(Part):
    """The call that is booked, and the one that is being booked (C11)."""

    booked: Call | None = None
    count: int = 0
    """Calls booked so far, moved ones counted once."""
    key: str | None = None
    """Of the effect that is booking."""
    proposed: Call | None = None
    refused: str | None = None
    """Why the last attempt to book failed."""
    minutes_left: int | None = None
    """Of the client's allowance, as far as this case has heard."""


class Case(Entity):
    """One contact (C1)."""

    kind = "case"

    client: str
    contact: Contact
    channel: Channel
    subject: str
    support_package: Package
    priority: Literal["normal", "critical"]
    flags: list[str] = Field(default_factory=list)
    critical_justified: bool | None = None
    first_response: FirstResponse | None = None
    information: Information = Field(default_factory=Information)
    attachments_not_kept: list[str] = Field(default_factory=list)
    """Names of files that the client does not know yet to be lost; the next letter tells."""
    defect: str | None = None
    absent_defect: str | None = None
    """The defect that should have heard of this case and does not run."""
    contact_untold: bool = False
    """It has not heard of the corrected contact either."""
    confirmation: Confirmation = Field(default_factory=Confirmation)
    calls: Calls = Field(default_factory=Calls)
    opened_at: Instant
    closed_at: Instant | None = None
    outcome: Literal["answered", "defect_resolved", "closed", "unanswered"] | None = None

    @property
    def attention(self) -> list[str]:
        """Its contact or its defect has not heard of it."""
        if self.absent_defect is None or self.closed_at is not None:
            return self.unreachable
        return [*self.unreachable, f"not told, since it does not run: {self.absent_defect}"]

    @property
    def finished(self) -> bool:
        """Closed, nothing on its way and no way back; a further question is a new case (C1)."""
        awaited = self.first_response is not None and self.first_response.under_way
        reopens = self.information.reopens_until is not None
        pending = awaited or self.calls.key is not None or reopens or bool(self.by_telephone)
        return self.closed_at is not None and not pending

    @property
    def state(self) -> CaseState:
        """The one word for where it stands."""
        if self.closed_at is not None:
            return "closed"
        if self.defect is not None:
            return "attached"
        waits = self.information.missing and self.information.wrote_at is None
        return "waiting_for_client" if waits else "open"

    def status(self, now: datetime) -> CaseStatus:
        """The contract's `status`."""
        del now
        first, call = self.first_response, self.calls.booked
        return CaseStatus(
            number=self.number,
            client=self.client,
            channel=self.channel,
            priority=self.priority,
            state=self.state,
            owner=self.owner,
            flags=self.flags,
            missing=self.information.missing,
            reminders=self.information.reminders,
            client_wrote_at=self.information.wrote_at,
            critical_justified=self.critical_justified,
            first_response=first
            and FirstResponseStatus(
                due_at=first.due_at, met_at=first.met_at, missed_at=first.missed_at
            ),
            defect=self.defect,
            call=call and BookedCall(at=call.at, minutes=call.minutes),
            consultation_left=self.calls.minutes_left,
            outcome=self.outcome,
            unanswered_until=self.information.reopens_until,
            rejected=self.rejected,
            to_acknowledge=self.to_acknowledge,
            snoozed=self.snoozed,
            policy=self.policy_version,
            opened_at=self.opened_at,
            closed_at=self.closed_at,
        )

    def snapshot(self, now: datetime) -> dict[str, Any]:
        """`status`, what the client wrote in the subject, and what their package is."""
        attention = {"needs_attention": True} if self.attention else {}
        return (
            super().snapshot(now)
            | attention
            | {
                "subject": self.subject,
                "support_package": self.support_package,
            }
        )

    def write(self, kind: ClientEvent, now: datetime, **facts: Any) -> NotifyClients:
        """Send the client a message."""
        if self.attachments_not_kept and kind in _TELL_OF_ATTACHMENTS:
            facts["attachments_not_kept"] = self.attachments_not_kept
            self.attachments_not_kept = []
        return self.notify_clients(
            kind,
            now,
            people=[Person(contact=self.contact, cases=[self.number])],
            defect=self.defect,
            facts=facts,
        )


def require_open(case: Case) -> None:
    """Refuse what cannot be said to a closed case.

    Raises:
        InvalidCommand: it is closed; the reason says what to do instead.
    """
    if case.closed_at is not None:
        way_on = "open a new case"
        if case.information.reopens_until is not None:
            way_on = "provide_information opens it again"
        raise InvalidCommand("state", f"is closed since {iso(case.closed_at)}; {way_on}")


def signal_defect(
    case: Case, what: type[Command], now: datetime, *, actor: str | None = None, **fields: Any
) -> None:
    """Say something of this case to the defect it is on, if any (T2)."""
    if case.defect is None:
        return
    key = case.next_key(what.name)
    said = what.model_validate(
        {"actor": actor or case.number, "key": own_key(key["key"]), "case": case.number} | fields
    )
    case.emit(
        SignalDefect(
            **key,
            at=now,
            defect=case.defect,
            signal=what.name,
            payload=said.model_dump(mode="json"),
        )
    )
