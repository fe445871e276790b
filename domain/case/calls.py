"""Calls that are booked through a case, against the client's consultation minutes (C4, C11)."""

from datetime import datetime, timedelta
from typing import Any

from domain.case.state import Call, Case, require_open
from domain.contract.case import BookCall, CancelCall
from domain.contract.effects import BookMinutes, NotifyStaff
from domain.contract.events import ClientEvent, Reminder, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import MinutesBooked
from domain.entity import PENDING, Due, Pending, Reminding, iso


def book_call(case: Case, command: BookCall, now: datetime) -> None:
    """C11: within support hours, as long as minutes are left; what is booked is moved."""
    require_open(case)
    _require_no_booking(case)
    _require_fit(case, command, now)
    calls = case.calls
    ahead = calls.booked if calls.booked is not None and calls.booked.at > now else None
    if ahead is not None and (ahead.at, ahead.minutes) == (command.at, command.minutes):
        calls.refused = None
        return
    number = calls.count if ahead is not None else calls.count + 1
    calls.proposed = Call(
        at=command.at,
        minutes=command.minutes,
        booking=f"{case.number}/call-{number}",
        booked_at=now,
    )
    _book(case, calls.proposed, command.minutes, now)
    case.record(
        "call.requested",
        now,
        at=iso(command.at),
        minutes=command.minutes,
        actor=command.actor,
    )


def cancel_call(case: Case, command: CancelCall, now: datetime) -> None:
    """The minutes are given back."""
    require_open(case)
    _require_no_booking(case)
    if case.calls.booked is None or case.calls.booked.at <= now:
        raise InvalidCommand("state", "no call is booked")
    cancel(case, now, command.actor, command.reason)


def cancel(case: Case, now: datetime, actor: str, reason: str | None) -> None:
    """Cancel a call that lies ahead; one that was held is left as it was."""
    call = case.calls.booked
    if call is None or call.at <= now:
        return
    case.calls.booked = case.calls.proposed = None
    _book(case, call, 0, now)
    case.record(
        "call.cancelled", now, public=True, internal_text=reason, actor=actor, **_named(call)
    )
    case.write(ClientEvent.CALL_CANCELLED, now, **call.facts())
    case.notify_staff(
        StaffEvent.CALL_CANCELLED,
        Role.SUPPORT,
        now,
        case=case.number,
        facts=_facts(case, call) | {"reason": reason},
    )


# --- what time brings -----------------------------------------------------------------------------


def agenda(case: Case) -> list[Due[Case]]:
    """The reminders of the call that is booked."""
    call = case.calls.booked
    if call is None or case.closed_at is not None:
        return []
    return [
        Due(at, f"call reminder {hours:g} hours ahead", _remind)
        for hours in case.policy.calls.reminder_hours
        if (at := call.at - timedelta(hours=hours)) > call.booked_at and hours not in call.reminded
    ]


def _remind(case: Case, _due: datetime, now: datetime) -> None:
    """One reminder to each side, though several may be due after an outage."""
    call = case.calls.booked
    if call is None:
        return
    hours_ahead = case.policy.calls.reminder_hours
    passed = [hours for hours in hours_ahead if call.at - timedelta(hours=hours) <= now]
    case.calls.booked = call.model_copy(update={"reminded": passed})
    if now >= call.at:
        return
    case.record("call.reminder", now, public=True, **_named(call))
    case.write(ClientEvent.CALL_REMINDER, now, **call.facts())
    case.postponed = [
        waiting for waiting in case.postponed if waiting.notice.kind is not StaffEvent.CALL_REMINDER
    ]
    if not case.is_snoozed(Reminder.CALL):
        _remind_staff(case, now)


def _remind_staff(case: Case, now: datetime) -> None:
    if (call := case.calls.booked) is not None:
        facts = _facts(case, call)
        case.remind_staff(
            StaffEvent.CALL_REMINDER, Role.SUPPORT, now, case=case.number, facts=facts
        )


def _owed(case: Case, at: datetime) -> bool:
    call = case.calls.booked
    return case.closed_at is None and call is not None and bool(call.reminded) and at < call.at


REMINDING: Reminding[Case] = Reminding(role=Role.SUPPORT, owed=_owed, again=_remind_staff)
"""Staff know of a call that lies ahead."""


def still_matters(case: Case, notice: NotifyStaff, now: datetime) -> bool:
    """Whether a reminder that waited for support hours is of a call that lies ahead."""
    if notice.kind is not StaffEvent.CALL_REMINDER:
        return True
    call = case.calls.booked
    return call is not None and iso(call.at) == notice.facts["at"] and now <= call.at


# --- what came of it ------------------------------------------------------------------------------


def answer(case: Case) -> InvalidCommand | Pending | None:
    """What became of the last attempt to book a call."""
    if case.calls.key is not None:
        return PENDING
    refused = case.calls.refused
    return InvalidCommand("minutes", refused) if refused is not None else None


def note_booking(case: Case, effect: BookMinutes, receipt: MinutesBooked, now: datetime) -> None:
    """The call is booked, or the client has not enough minutes left."""
    calls = case.calls
    if effect.key != calls.key:
        return
    call, calls.key, calls.proposed = calls.proposed, None, None
    calls.minutes_left = receipt.balance
    if call is None:
        return
    if receipt.refused is not None:
        calls.refused = (
            f"{effect.minutes} are asked for, but {receipt.balance} of {effect.allowance} "
            f"consultation minutes are left in {effect.period}"
        )
        case.record("call.refused", now, left=receipt.balance)
        return
    if case.closed_at is not None:
        _book(case, call, 0, now)  # Nobody was told of it, and nobody will be.
        return
    before = calls.booked if calls.booked and calls.booked.booking == call.booking else None
    calls.booked = call = call.model_copy(update={"booked_at": now})
    calls.count += before is None
    moved = {"before": before.facts()} if before else {}
    case.record("call.booked", now, public=True, **_named(call))
    facts = call.facts() | moved
    case.write(ClientEvent.CALL_BOOKED, now, balance=receipt.balance, **facts)
    case.notify_staff(
        StaffEvent.CALL_BOOKED,
        Role.SUPPORT,
        now,
        case=case.number,
        facts=_facts(case, call) | moved,
    )


# --- steps the others share -----------------------------------------------------------------------


def _require_no_booking(case: Case) -> None:
    if case.calls.key is not None:
        raise InvalidCommand("at", "a call is being booked for this case")


def _require_fit(case: Case, command: BookCall, now: datetime) -> None:
    if command.at <= now:
        raise InvalidCommand("at", f"must be after {iso(now)}")
    longest = case.policy.calls.longest_minutes.get(case.support_package)
    if longest is not None and command.minutes > longest:
        raise InvalidCommand(
            "minutes", f"must be at most {longest} with {case.support_package} support"
        )
    calendar, length = case.policy.calendar, timedelta(minutes=command.minutes)
    end = command.at + length
    if calendar.business_time_between(command.at, end) != length:
        closed = command.at
        if calendar.is_open(closed):
            closed = next(calendar.openings_between(command.at, end)).end
        opening = iso(calendar.next_opening(closed))
        raise InvalidCommand(
            "at", f"the whole call must be within support hours, which open next at {opening}"
        )


def _book(case: Case, call: Call, minutes: int, now: datetime) -> None:
    rules = case.policy.calls
    day = case.policy.calendar.local_date(call.at)
    effect = BookMinutes(
        **case.next_key("book_minutes"),
        at=now,
        booking=call.booking,
        client=case.client,
        period=f"{day:%Y}" if rules.period == "year" else f"{day:%Y-%m}",
        minutes=minutes,
        allowance=rules.allowance_minutes.get(case.support_package, 0),
        call=call.at,
    )
    case.calls.key, case.calls.refused = effect.key, None
    case.emit(effect)


def _facts(case: Case, call: Call) -> dict[str, Any]:
    return {"client": case.client, "subject": case.subject} | call.facts()


def _named(call: Call) -> dict[str, Any]:
    """A call's facts for the timeline, where `at` is the instant of the fact itself."""
    return {"call_at": iso(call.at), "minutes": call.minutes}
