"""What a case is and how it stands: the complete state and the views of it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from domain.contract.effects import Person, TellClients
from domain.contract.events import ClientEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Channel, Contact, Instant, Package, Value
from domain.entity import Machine, iso


class FirstResponse(Value):
    """The first-response obligation of a critical case (C6, T9)."""

    due_at: Instant
    sequence: int | None = None
    """Of the message that answers; None until somebody has."""
    met_at: Instant | None = None
    missed_at: Instant | None = None

    @property
    def pending(self) -> bool:
        """Neither met nor missed."""
        return self.met_at is None and self.missed_at is None

    @property
    def under_way(self) -> bool:
        """Answered, but not known to have arrived."""
        return self.pending and self.sequence is not None

    def met_by(self, now: datetime) -> "FirstResponse":
        """The obligation after what meets it arrived at `now`: too late meets nothing (T9)."""
        in_time = self.pending and now <= self.due_at
        return self.model_copy(update={"met_at": now}) if in_time else self


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


class CaseState(Machine):
    """The state of a case."""

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
    missing: list[str] = Field(default_factory=list)
    """Items the client was asked for and has not given; field names or free words."""
    asked_at: Instant | None = None
    reminders: int = 0
    defect: str | None = None
    confirming: str | None = None
    """Key of the effect that is opening a defect for this case."""
    refusal: str | None = None
    """Why the last attempt to put this case on a defect failed."""
    opened_at: Instant
    closed_at: Instant | None = None
    outcome: Literal["answered", "defect_resolved", "closed", "unanswered"] | None = None
    unanswered_until: Instant | None = None
    """Closed because no information came: until then it opens again when it comes."""
    waited_for: bool = False
    """The defect it is on knows that this case waits for its client (T2)."""
    call: Call | None = None
    calls: int = 0
    """Calls booked so far, moved ones counted once."""
    booking: str | None = None
    """Key of the effect that is booking a call."""
    proposed: Call | None = None
    """The call that is being booked."""
    booking_refusal: str | None = None
    """Why the last attempt to book a call failed."""
    consultation_left: int | None = None
    """Minutes of the client's allowance, as far as this case has heard."""

    @property
    def finished(self) -> bool:
        """Closed, nothing on its way and no way back; a further question is a new case (C1)."""
        awaited = self.first_response is not None and self.first_response.under_way
        pending = awaited or self.booking is not None or self.unanswered_until is not None
        return self.closed_at is not None and not pending

    @property
    def state(self) -> Literal["open", "waiting_for_client", "attached", "closed"]:
        """The one word for where it stands."""
        if self.closed_at is not None:
            return "closed"
        if self.defect is not None:
            return "attached"
        return "waiting_for_client" if self.missing else "open"

    def status(self, now: datetime) -> dict[str, Any]:
        """How it stands, but for what only the workflow knows of deliveries."""
        del now
        first = self.first_response
        return {
            "number": self.number,
            "client": self.client,
            "channel": self.channel.value,
            "priority": self.priority,
            "state": self.state,
            "flags": self.flags,
            "missing": self.missing,
            "reminders": self.reminders,
            "critical_justified": self.critical_justified,
            "first_response": first
            and {
                "due_at": iso(first.due_at),
                "met_at": iso(first.met_at),
                "missed_at": iso(first.missed_at),
            },
            "defect": self.defect,
            "call": self.call and self.call.facts(),
            "consultation_left": self.consultation_left,
            "outcome": self.outcome,
            "unanswered_until": iso(self.unanswered_until),
            "rejected": [r.model_dump(mode="json") for r in self.rejected],
            "policy": {"name": self.policy.name, "version": self.policy.version},
            "opened_at": iso(self.opened_at),
            "closed_at": iso(self.closed_at),
        }

    def snapshot(self, now: datetime) -> dict[str, Any]:
        """`status`, what the client wrote in the subject, and what their package is."""
        return self.status(now) | {
            "subject": self.subject,
            "support_package": self.support_package,
        }

    # --- steps that several commands share -------------------------------------------------------

    def _must_be_open(self) -> None:
        if self.closed_at is not None:
            way_on = "open a new case"
            if self.unanswered_until is not None:
                way_on = "provide_information opens it again"
            raise InvalidCommand("state", f"is closed since {iso(self.closed_at)}; {way_on}")

    def _responded(self, message: TellClients) -> None:
        first = self.first_response
        if first is not None and first.sequence is None:
            self.first_response = first.model_copy(update={"sequence": message.sequence})

    def _write(self, kind: ClientEvent, now: datetime, **facts: Any) -> TellClients:
        return self._tell_clients(
            kind,
            now,
            people=[Person(contact=self.contact, cases=[self.number])],
            defect=self.defect,
            facts=facts,
        )
