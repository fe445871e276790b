"""Calls that are booked through a case, against the client's consultation minutes (C4, C11)."""

from datetime import datetime, timedelta
from typing import Any

from domain.case.intake import InquiringCase
from domain.case.state import Call
from domain.contract.case import BookCall, CancelCall
from domain.contract.effects import BookMinutes, Receipt, TellStaff
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.entity import Due, iso


class CallingCase(InquiringCase):
    """A case through which calls can be booked."""

    def book_call(self, command: BookCall, now: datetime) -> None:
        """C11: within support hours, as long as minutes are left; what is booked is moved."""
        self._must_be_open()
        self._must_not_be_booking()
        self._must_fit(command, now)
        ahead = self.call if self.call is not None and self.call.at > now else None
        if ahead is not None and (ahead.at, ahead.minutes) == (command.at, command.minutes):
            self.booking_refusal = None
            return
        number = self.calls if ahead is not None else self.calls + 1
        self.proposed = Call(
            at=command.at,
            minutes=command.minutes,
            booking=f"{self.number}/call-{number}",
            booked_at=now,
        )
        self._book(self.proposed, command.minutes, now)
        self._record(
            "call.requested",
            now,
            at=iso(command.at),
            minutes=command.minutes,
            actor=command.actor,
        )

    def cancel_call(self, command: CancelCall, now: datetime) -> None:
        """The minutes are given back."""
        self._must_be_open()
        self._must_not_be_booking()
        if self.call is None or self.call.at <= now:
            raise InvalidCommand("state", "no call is booked")
        self._cancel_call(now, command.actor, command.reason)

    # --- what time brings ------------------------------------------------------------------------

    def _call_agenda(self) -> list[Due]:
        if self.call is None or self.closed_at is not None:
            return []
        items = []
        for hours in self.policy.calls.reminder_hours:
            at = self.call.at - timedelta(hours=hours)
            if hours not in self.call.reminded and at > self.call.booked_at:
                items.append(Due(at, f"call reminder {hours:g} hours ahead", self._remind_of_call))
        return items

    def _remind_of_call(self, _due: datetime, now: datetime) -> None:
        """One reminder to each side, though several may be due after an outage."""
        call = self.call
        if call is None:
            return
        passed = [
            hours
            for hours in self.policy.calls.reminder_hours
            if call.at - timedelta(hours=hours) <= now
        ]
        self.call = call.model_copy(update={"reminded": passed})
        if now >= call.at:
            return
        self._record("call.reminder", now, public=True, **_named(call))
        self._write(ClientEvent.CALL_REMINDER, now, **call.facts())
        self._forget_postponed_reminders()
        self._remind_staff(
            StaffEvent.CALL_REMINDER,
            Role.SUPPORT,
            now,
            case=self.number,
            facts=self._call_facts(call),
        )

    def _give_up(self, due: datetime, now: datetime) -> None:
        super()._give_up(due, now)
        if self.closed_at is not None:
            self._cancel_call(now, "support", None)

    def _send_postponed(self, due: datetime, now: datetime) -> None:
        if self.call is not None and self.call.at < now:
            self._forget_postponed_reminders()  # Nothing ran until now.
        super()._send_postponed(due, now)

    def _forget_postponed_reminders(self) -> None:
        self.postponed = [
            waiting
            for waiting in self.postponed
            if waiting.notice.kind is not StaffEvent.CALL_REMINDER
        ]

    def _still_matters(self, notice: TellStaff) -> bool:
        if notice.kind is not StaffEvent.CALL_REMINDER:
            return True
        return self.call is not None and iso(self.call.at) == notice.facts["at"]

    # --- what came of it -------------------------------------------------------------------------

    def _note_booking(self, effect: BookMinutes, receipt: Receipt, now: datetime) -> None:
        """The call is booked, or the client has not enough minutes left."""
        call, self.booking, self.proposed = self.proposed, None, None
        self.consultation_left = receipt.balance
        if call is None:
            return
        if receipt.refused is not None:
            self.booking_refusal = (
                f"{effect.minutes} are asked for, but {receipt.balance} of {effect.allowance} "
                f"consultation minutes are left in {effect.period}"
            )
            self._record("call.refused", now, left=receipt.balance)
            return
        if self.closed_at is not None:
            self._book(call, 0, now)  # Nobody was told of it, and nobody will be.
            return
        before = self.call if self.call and self.call.booking == call.booking else None
        self.call = call = call.model_copy(update={"booked_at": now})
        self.calls += before is None
        moved = {"before": before.facts()} if before else {}
        self._record("call.booked", now, public=True, **_named(call))
        facts = call.facts() | moved
        self._write(ClientEvent.CALL_BOOKED, now, balance=receipt.balance, **facts)
        self._tell_staff(
            StaffEvent.CALL_BOOKED,
            Role.SUPPORT,
            now,
            case=self.number,
            facts=self._call_facts(call) | moved,
        )

    # --- steps that several commands share -------------------------------------------------------

    def _must_not_be_booking(self) -> None:
        if self.booking is not None:
            raise InvalidCommand("at", "a call is being booked for this case")

    def _must_fit(self, command: BookCall, now: datetime) -> None:
        if command.at <= now:
            raise InvalidCommand("at", f"must lie after {iso(now)}")
        longest = self.policy.calls.longest_minutes.get(self.support_package)
        if longest is not None and command.minutes > longest:
            raise InvalidCommand(
                "minutes", f"must be at most {longest} with {self.support_package} support"
            )
        calendar, length = self.policy.calendar, timedelta(minutes=command.minutes)
        end = command.at + length
        if calendar.business_time_between(command.at, end) != length:
            closed = command.at
            if calendar.is_open(closed):
                closed = next(calendar.openings_between(command.at, end)).end
            opening = iso(calendar.next_opening(closed))
            raise InvalidCommand(
                "at", f"the whole call must lie within support hours, which open next at {opening}"
            )

    def _book(self, call: Call, minutes: int, now: datetime) -> None:
        rules = self.policy.calls
        day = self.policy.calendar.local_date(call.at)
        effect = BookMinutes(
            **self._next_key("book_minutes"),
            at=now,
            booking=call.booking,
            client=self.client,
            period=f"{day:%Y}" if rules.period == "year" else f"{day:%Y-%m}",
            minutes=minutes,
            allowance=rules.allowance_minutes.get(self.support_package, 0),
            call=call.at,
        )
        self.booking, self.booking_refusal = effect.key, None
        self._emit(effect)

    def _cancel_call(self, now: datetime, actor: str, reason: str | None) -> None:
        """Call off a call that lies ahead; one that was held is left as it was."""
        call = self.call
        if call is None or call.at <= now:
            return
        self.call = self.proposed = None
        self._book(call, 0, now)
        self._record(
            "call.cancelled", now, public=True, internal_text=reason, actor=actor, **_named(call)
        )
        self._write(ClientEvent.CALL_CANCELLED, now, **call.facts())
        self._tell_staff(
            StaffEvent.CALL_CANCELLED,
            Role.SUPPORT,
            now,
            case=self.number,
            facts=self._call_facts(call) | {"reason": reason},
        )

    def _call_facts(self, call: Call) -> dict[str, Any]:
        return {"client": self.client, "subject": self.subject} | call.facts()


def _named(call: Call) -> dict[str, Any]:
    """A call's facts for the timeline, where `at` is the instant of the fact itself."""
    return {"call_at": iso(call.at), "minutes": call.minutes}
