"""The life of a case: one contact, from its confirmation of receipt to its end (C1-C10)."""

import re
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import Field

from domain.effects import Effect, OpenDefect, Person, Receipt, TellClients
from domain.events import ClientEvent, Role, StaffEvent
from domain.machine import Due, Machine, iso
from domain.messages import (
    Answer,
    AssessCritical,
    Attachment,
    CaseStart,
    Channel,
    CloseCase,
    ConfirmDefect,
    Contact,
    DefectResolved,
    Instant,
    InvalidCommand,
    ProvideInformation,
    RequestInformation,
    Respond,
    RetryDeliveries,
    Value,
)
from domain.policy import PinnedPolicy

REQUIRED = ("who_am_i", "steps", "feature", "form_or_report")
"""What intake asks of every client (C3)."""
PARTICIPANTS = "participant_case_numbers"
"""Asked for where participants are concerned, that is, where the client writes of them."""

_WRITES_OF_PARTICIPANTS = re.compile(r"\bparticipants?\b", re.IGNORECASE)


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


class Case(Machine):
    """A case. `open` makes one; afterwards `handle` and `fire` do everything."""

    kind = "case"

    client: str
    contact: Contact
    channel: Channel
    subject: str
    support_package: str
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
    outcome: Literal["answered", "defect_resolved", "closed"] | None = None

    @classmethod
    def open(
        cls, number: str, start: CaseStart, policy: PinnedPolicy, now: datetime
    ) -> tuple[Self, list[Effect]]:
        """Log a contact at `now`: the client gets the number, and is asked for what is missing."""
        critical = is_critical(start, policy)
        case = cls(
            number=number,
            policy=policy,
            client=start.client,
            contact=start.contact,
            channel=start.channel,
            subject=start.subject,
            support_package=start.support_package,
            priority="critical" if critical else "normal",
            opened_at=now,
        )
        if start.channel not in policy.cases.channels.get(start.support_package, []):
            case.flags = ["channel_not_in_package"]
        if critical:
            limit = timedelta(hours=policy.cases.critical_first_response_hours)
            case.first_response = FirstResponse(due_at=now + limit)
        case._record(
            "case.opened",
            now,
            public=True,
            internal_text=start.description,
            channel=start.channel,
            priority=case.priority,
            flags=case.flags or None,
        )
        case._write(ClientEvent.CASE_OPENED, now, subject=start.subject, critical=critical)
        if gaps := missing_items(start):
            case._ask(gaps, None, now)
        return case, case._taken(now)

    # --- how it stands ---------------------------------------------------------------------------

    @property
    def finished(self) -> bool:
        """Closed and no first answer on its way; a further question is a new case (C1)."""
        awaited = self.first_response is not None and self.first_response.under_way
        return self.closed_at is not None and not awaited

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
            "outcome": self.outcome,
            "rejected": [r.model_dump(mode="json") for r in self.rejected],
            "policy": {"name": self.policy.name, "version": self.policy.version},
            "opened_at": iso(self.opened_at),
            "closed_at": iso(self.closed_at),
        }

    def snapshot(self, now: datetime) -> dict[str, Any]:
        """`status` and what the client wrote in the subject."""
        return self.status(now) | {"subject": self.subject}

    # --- what time brings ------------------------------------------------------------------------

    def agenda(self) -> list[Due]:
        """Everything time will bring unless something else happens first."""
        if self.finished:
            return []
        items = self._postponed_agenda()
        if self.first_response is not None and self.first_response.pending:
            items.append(
                Due(self.first_response.due_at, "first response due", self._miss_first_response)
            )
        if self.asked_at and self.state == "waiting_for_client":
            rules = self.policy.cases
            if self.reminders < rules.information_reminders:
                remind_at = self.policy.calendar.add_business_days(
                    self.asked_at, rules.information_reminder_business_days
                )
                items.append(Due(remind_at, "reminder of missing information", self._remind))
        return items

    def _miss_first_response(self, due: datetime, now: datetime) -> None:
        if self.first_response is None:
            return
        self.first_response = self.first_response.model_copy(update={"missed_at": due})
        self._record("case.first_response_missed", now, due_at=iso(due))
        self._tell_staff(
            StaffEvent.CASE_FIRST_RESPONSE_MISSED,
            Role.SUPPORT_MANAGER,
            now,
            case=self.number,
            facts={
                "channel": self.channel.value,
                "subject": self.subject,
                "client": self.client,
                "due_at": iso(due),
            },
        )

    def _remind(self, _due: datetime, now: datetime) -> None:
        self.reminders += 1
        self.asked_at = now
        self._record("case.information_reminded", now, items=self.missing, reminder=self.reminders)
        self._write(
            ClientEvent.CASE_INFORMATION_REQUESTED,
            now,
            items=self.missing,
            message=None,
            reminder=self.reminders,
        )

    def _note_delivery(self, effect: Effect, receipt: Receipt, now: datetime) -> None:
        first = self.first_response
        if first is not None and isinstance(effect, TellClients) and receipt.arrived:
            answers = first.sequence is not None and effect.sequence >= first.sequence
            self.first_response = first.met_by(now) if answers else first
        if isinstance(effect, OpenDefect) and effect.key == self.confirming:
            self._note_defect(receipt, now)

    def _note_defect(self, receipt: Receipt, now: datetime) -> None:
        self.confirming = None
        self.refusal = receipt.refused
        if receipt.defect is None:
            self._record("case.defect_refused", now)
            return
        self.defect = receipt.defect
        if self.first_response is not None:
            self.first_response = self.first_response.met_by(now)
        self._record("case.attached", now, public=True, defect=receipt.defect)

    # --- commands --------------------------------------------------------------------------------

    def respond(self, command: Respond, now: datetime) -> None:
        """C6: a first or further answer; stops the first-response clock once it is delivered."""
        self._must_be_open()
        self._refuse_promises("message", command.message, now)
        self._record(
            "case.responded", now, public=True, public_text=command.message, actor=command.actor
        )
        self._responded(self._write(ClientEvent.CASE_RESPONDED, now, message=command.message))

    def request_information(self, command: RequestInformation, now: datetime) -> None:
        """C3: a specialist asks for exactly these items."""
        self._must_be_open()
        self._refuse_promises("message", command.message, now)
        for position, item in enumerate(command.items):
            self._refuse_promises(f"items.{position}", item, now)
        new = [item for item in command.items if item not in self.missing]
        self._responded(self._ask([*self.missing, *new], command.message, now))

    def provide_information(self, command: ProvideInformation, now: datetime) -> None:
        """C3: what the client gave is no longer asked for; a note meets what is in free words."""
        self._must_be_open()
        known = (*REQUIRED, PARTICIPANTS)
        given = {name: text for name in (*known, "note") if (text := _said(command, name))}
        if not given:
            raise InvalidCommand("note", "or one of the items asked for must be given")
        self.missing = [
            item
            for item in self.missing
            if item not in given and not ("note" in given and item not in known)
        ]
        self._record(
            "case.information_provided",
            now,
            internal_text="\n".join(f"{name}: {text}" for name, text in given.items()),
            items=sorted(name for name in given if name in known),
            still_missing=self.missing,
            actor=command.actor,
        )

    def assess_critical(self, command: AssessCritical, now: datetime) -> None:
        """C7: confirmed, or declined and on as normal; an emergency call may then cost a fee."""
        self._must_be_open()
        if self.priority != "critical":
            raise InvalidCommand("justified", "the case is not critical")
        self.critical_justified = command.justified
        self._record(
            "case.critical_confirmed" if command.justified else "case.critical_declined",
            now,
            internal_text=command.reason,
            actor=command.actor,
        )
        if command.justified:
            return
        self.priority = "normal"
        if self.first_response is not None and self.first_response.pending:
            self.first_response = None
        if self.channel is Channel.EMERGENCY_LINE:
            self._tell_staff(
                StaffEvent.CASE_CRITICAL_DECLINED,
                Role.ACCOUNT_MANAGEMENT,
                now,
                case=self.number,
                facts={
                    "channel": self.channel.value,
                    "subject": self.subject,
                    "client": self.client,
                    "reason": command.reason,
                },
            )

    def confirm_defect(self, command: ConfirmDefect, now: datetime) -> None:
        """C9, C10: a new defect for this case, or this case on a known one."""
        self._must_be_open()
        if self.confirming is not None:
            raise InvalidCommand("defect", "a defect is being opened for this case")
        if self.defect is not None:
            if command.defect == self.defect:
                return
            raise InvalidCommand("defect", f"the case is attached to {self.defect}")
        fields = command.fields()
        if command.defect is None and fields is None:
            absent = [
                name
                for name in ("severity", "title", "functional_area")
                if getattr(command, name) is None
            ]
            raise InvalidCommand(absent[0], "is required for a new defect")
        self._refuse_promises("public_summary", command.public_summary, now)
        if command.workaround is not None:
            text = command.workaround.description
            self._refuse_promises("workaround.description", text, now)
        effect = OpenDefect(
            **self._next_key("open_defect"),
            at=now,
            attachment=Attachment(case=self.number, client=self.client, contact=self.contact),
            defect=command.defect,
            fields=fields.model_dump(mode="json") if fields else None,
            actor=command.actor,
        )
        self.confirming, self.refusal = effect.key, None
        self._record("case.defect_confirmed", now, actor=command.actor)
        self._emit(effect)

    def answer(self, command: Answer, now: datetime) -> None:
        """C8: the question is answered, or it is no defect."""
        self._must_be_open()
        self._refuse_promises("message", command.message, now)
        self._record(
            "case.answered", now, public=True, public_text=command.message, actor=command.actor
        )
        self._responded(self._write(ClientEvent.CASE_ANSWERED, now, message=command.message))
        self._close("answered", now)

    def close(self, command: CloseCase, now: datetime) -> None:
        """Close without an answer; the reason stays internal (D8)."""
        self._must_be_open()
        self._record(
            "case.closed", now, public=True, internal_text=command.reason, actor=command.actor
        )
        self._write(ClientEvent.CASE_CLOSED, now)
        self._close("closed", now)

    def defect_resolved(self, command: DefectResolved, now: datetime) -> None:
        """C9: the client was told by the defect, once however many cases they have; this closes."""
        self._must_be_open()
        if self.defect is not None and self.defect != command.defect:
            raise InvalidCommand("defect", f"the case is attached to {self.defect}")
        self.defect = command.defect
        self._record("case.closed", now, public=True, defect=command.defect)
        self._close("defect_resolved", now)

    def retry_deliveries(self, command: RetryDeliveries, now: datetime) -> None:
        """Put on record who asked; the outbox does the rest."""
        self._record("deliveries.retried", now, actor=command.actor)

    # --- steps the commands share ----------------------------------------------------------------

    def _must_be_open(self) -> None:
        if self.closed_at is not None:
            raise InvalidCommand("state", f"is closed since {iso(self.closed_at)}; open a new case")

    def _close(
        self, outcome: Literal["answered", "defect_resolved", "closed"], now: datetime
    ) -> None:
        self.closed_at, self.outcome = now, outcome
        self.missing = []

    def _ask(self, items: list[str], message: str | None, now: datetime) -> TellClients:
        self.missing, self.asked_at, self.reminders = items, now, 0
        self._record(
            "case.information_requested", now, public=True, public_text=message, items=items
        )
        return self._write(
            ClientEvent.CASE_INFORMATION_REQUESTED, now, items=items, message=message, reminder=0
        )

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


def is_critical(start: CaseStart, policy: PinnedPolicy) -> bool:
    """C6: by portal with priority critical, by mail with the word in its subject, by the line."""
    if start.channel is Channel.EMERGENCY_LINE:
        return True
    if start.channel is Channel.PORTAL:
        return start.priority == "critical"
    if start.channel is Channel.EMAIL:
        word = re.escape(policy.cases.critical_subject_word)
        return re.search(rf"\b{word}\b", start.subject, re.IGNORECASE) is not None
    return False


def missing_items(start: CaseStart) -> list[str]:
    """C3: what intake asks for and the client has not given."""
    gaps = [name for name in REQUIRED if not _said(start, name)]
    written = " ".join(filter(None, (start.subject, start.description, start.steps)))
    if _WRITES_OF_PARTICIPANTS.search(written) and not _said(start, PARTICIPANTS):
        gaps.append(PARTICIPANTS)
    return gaps


def _said(message: CaseStart | ProvideInformation, item: str) -> str:
    """What a message says of an item, as one text; blanks say nothing."""
    said = getattr(message, item) or ""
    return (said if isinstance(said, str) else ", ".join(filter(str.strip, said))).strip()
