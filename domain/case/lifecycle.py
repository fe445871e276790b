"""The life of a case: one contact, from its confirmation of receipt to its end (C1-C10)."""

import re
from datetime import datetime, timedelta
from typing import Literal, Self

from domain.case.calls import CallingCase
from domain.case.intake import missing_items
from domain.case.state import FirstResponse
from domain.contract.case import (
    Answer,
    AssessCritical,
    BookCall,
    CaseStart,
    CloseCase,
    ConfirmDefect,
    DefectMerged,
    DefectResolved,
    PastCase,
    Respond,
    SetPreferences,
)
from domain.contract.defect import RetryDeliveries, WaitForClient
from domain.contract.effects import (
    AudienceChange,
    BookMinutes,
    Effect,
    KeepPreferences,
    OpenDefect,
    Receipt,
    TellClients,
)
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Attachment, Channel
from domain.entity import Due, iso
from domain.policy import PinnedPolicy


class Case(CallingCase):
    """A case. `open` makes one; afterwards `handle` and `fire` do everything."""

    @classmethod
    def open(
        cls, number: str, start: CaseStart, policy: PinnedPolicy, now: datetime
    ) -> tuple[Self, list[Effect]]:
        """Log a contact at `now`: the client gets the number, and is asked for what is missing.

        Raises:
            InvalidCommand: the past of an imported case is not in order.
        """
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
            opened_at=start.past.opened_at if start.past else now,
        )
        if start.channel not in policy.cases.channels.get(start.support_package, []):
            case.flags = ["channel_not_in_package"]
        if critical:
            limit = timedelta(hours=policy.cases.critical_first_response_hours)
            case.first_response = FirstResponse(due_at=case.opened_at + limit)
        case._record(
            "case.opened",
            case.opened_at,
            public=True,
            internal_text=start.description,
            channel=start.channel,
            priority=case.priority,
            flags=case.flags or None,
        )
        here = Attachment(case=number, client=start.client, contact=start.contact)
        case._change_audience(AudienceChange(sequence=case.sequence, at=now, attach=[here]))
        if start.past is not None:
            case._begin_with_past(start.past, now)
            return case, case._taken(now)
        case._write(ClientEvent.CASE_OPENED, now, subject=start.subject, critical=critical)
        if gaps := missing_items(start):
            case._ask(gaps, None, now)
        return case, case._taken(now)

    # --- how it stands ---------------------------------------------------------------------------

    def _begin_with_past(self, past: PastCase, now: datetime) -> None:
        """Nobody is told of what lies in the past, and nothing escalates for it."""
        for name in ("opened_at", "closed_at"):
            at: datetime | None = getattr(past, name)
            if at is not None and at > now:
                raise InvalidCommand(f"past.{name}", f"must not lie after {iso(now)}")
        if past.closed_at is not None and past.closed_at < past.opened_at:
            raise InvalidCommand("past.closed_at", "must not lie before past.opened_at")
        self._record("case.imported", now)
        self.defect = past.defect
        first = self.first_response
        if first is not None and first.due_at <= now:
            self.first_response = first.model_copy(update={"missed_at": first.due_at})
        if past.closed_at is not None:
            self.closed_at, self.outcome, self.missing = past.closed_at, "closed", []
            self.first_response = None

    # --- what only the outside can answer --------------------------------------------------------

    def awaits(self, command: str) -> bool:
        """Whether a defect is being opened, or a call being booked."""
        if command == BookCall.name:
            return self.booking is not None
        return command == ConfirmDefect.name and self.confirming is not None

    def refusal_of(self, command: str) -> InvalidCommand | None:
        """Why there is no defect, or no call."""
        if command == BookCall.name and self.booking_refusal is not None:
            return InvalidCommand("minutes", self.booking_refusal)
        if command == ConfirmDefect.name and self.refusal is not None:
            return InvalidCommand("defect", self.refusal)
        return None

    # --- what time brings ------------------------------------------------------------------------

    def agenda(self) -> list[Due]:
        """Everything time will bring unless something else happens first."""
        if self.finished:
            return []
        items = [
            *self._postponed_agenda(),
            *self._information_agenda(),
            *self._call_agenda(),
        ]
        first = self.first_response
        if first is not None and first.pending and (self.closed_at is None or first.under_way):
            items.append(Due(first.due_at, "first response due", self._miss_first_response))
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

    def _note_delivery(self, effect: Effect, receipt: Receipt, now: datetime) -> None:
        first = self.first_response
        if first is not None and isinstance(effect, TellClients) and receipt.arrived:
            answers = first.sequence is not None and effect.sequence >= first.sequence
            self.first_response = first.met_by(now) if answers else first
        if isinstance(effect, OpenDefect) and effect.key == self.confirming:
            self._note_defect(receipt, now)
        if isinstance(effect, BookMinutes) and effect.key == self.booking:
            self._note_booking(effect, receipt, now)

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
        known = {command.defect, *command.formerly}
        if self.defect is not None and self.defect not in known:
            raise InvalidCommand("defect", f"the case is attached to {self.defect}")
        self.defect = command.defect
        self._record("case.closed", now, public=True, defect=command.defect)
        self._close("defect_resolved", now)

    def defect_merged(self, command: DefectMerged, now: datetime) -> None:
        """The defect goes by another number now; the client hears of it from the defect."""
        self._must_be_open()
        if self.defect != command.defect:
            raise InvalidCommand("defect", f"the case is attached to {self.defect or 'none'}")
        self.defect = command.into
        self._record("case.attached", now, public=True, defect=command.into, before=command.defect)
        if self.waited_for:
            self._tell_defect(WaitForClient, now)

    def set_preferences(self, command: SetPreferences, now: datetime) -> None:
        """What this contact chooses for every mail, on whatever account they get it."""
        if not command.chosen:
            raise InvalidCommand("progress", "or another preference must be given")
        self._record("preferences.chosen", now, chosen=sorted(command.chosen), actor=command.actor)
        self._emit(
            KeepPreferences(
                **self._next_key("keep_preferences"),
                at=now,
                address=self.contact.email.lower(),
                chosen=command.chosen,
            )
        )

    def retry_deliveries(self, command: RetryDeliveries, now: datetime) -> None:
        """Put on record who asked; the outbox does the rest."""
        self._record("deliveries.retried", now, actor=command.actor)

    # --- steps the commands share ----------------------------------------------------------------

    def _close(
        self, outcome: Literal["answered", "defect_resolved", "closed"], now: datetime
    ) -> None:
        self._stop_waiting(now)
        self._cancel_call(now, "support", None)
        self.closed_at, self.outcome = now, outcome
        self.missing = []


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
