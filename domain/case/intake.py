"""How a case asks its client for what is missing: reminders, an end, and a way back (C3)."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.case import calls
from domain.case.first_response import responded
from domain.case.labelled import answered_by_label
from domain.case.state import ATTACHMENTS_NAMED, Case, require_open, signal_defect
from domain.contract.case import CaseStart, ProvideInformation, RequestInformation
from domain.contract.defect import StopWaiting, WaitForClient
from domain.contract.effects import NotifyClients, NotifyStaff
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.entity import Due, Reminding, iso

REQUIRED = ("who_am_i", "steps", "feature", "form_or_report")
"""What intake asks of every client (C3)."""
PARTICIPANTS = "participant_case_numbers"
"""Asked for where participants are concerned, that is, where the client writes of them."""

NOTE_CHARACTERS = 2_000
"""Of a note in the mail to staff; the case has all of it."""

_WRITES_OF_PARTICIPANTS = re.compile(r"\bparticipants?\b", re.IGNORECASE)


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


# --- commands -------------------------------------------------------------------------------------


def request_information(case: Case, command: RequestInformation, now: datetime) -> None:
    """C3: a specialist asks for exactly these items."""
    require_open(case)
    missing = case.information.missing
    new = [item for item in command.items if item not in missing]
    responded(case, ask(case, [*missing, *new], command.message, now))
    if case.defect is not None and _is_defect_to_know(case):
        case.information.defect_knows = True
        signal_defect(case, WaitForClient, now)


def provide_information(case: Case, command: ProvideInformation, now: datetime) -> None:
    """C3: what the client gave is no longer asked for; a note meets what is in free words."""
    information = case.information
    if information.reopens_until is None:
        require_open(case)
    known = (*REQUIRED, PARTICIPANTS)
    given = {name: text for name in (*known, "note") if (text := _said(command, name))}
    if not given:
        raise InvalidCommand("note", "is missing: give it, or one of the items asked for")
    given |= _labelled(case, given)
    information.missing = [
        item
        for item in information.missing
        if item not in given and not ("note" in given and item not in known)
    ]
    case.record(
        "case.information_provided",
        now,
        internal_text="\n".join(f"{name}: {text}" for name, text in given.items()),
        items=sorted(name for name in given if name in known),
        still_missing=information.missing,
        actor=command.actor,
    )
    lost = dict.fromkeys([*case.attachments_not_kept, *command.attachments_not_kept])
    case.attachments_not_kept = list(lost)[:ATTACHMENTS_NAMED]
    to_look_at = "note" in given and _is_waited_for(case)
    if information.reopens_until is not None:
        case.closed_at = case.outcome = information.reopens_until = None
        case.record("case.reopened", now, public=True, actor=command.actor)
        if information.missing and not to_look_at:
            ask(case, information.missing, None, now)
        else:
            case.write(ClientEvent.CASE_REOPENED, now)
    if not information.missing:
        information.wrote_at = None
        stop_waiting(case, now)
    elif to_look_at:
        _pause(case, given["note"], now)


def _labelled(case: Case, given: Mapping[str, str]) -> dict[str, str]:
    """What the note answers, by its label, of what is still asked for."""
    if not case.policy.cases.note_pauses_reminders:
        return {}
    answered = answered_by_label(given.get("note", ""))
    wanted = [item for item in case.information.missing if item not in given]
    return {item: answered[item] for item in wanted if item in answered}


def _is_waited_for(case: Case) -> bool:
    """Whether a client who was asked for something may have it counted against them."""
    information = case.information
    waits = case.state == "waiting_for_client" or information.reopens_until is not None
    return case.policy.cases.note_pauses_reminders and (waits or information.defect_knows)


def _pause(case: Case, note: str, now: datetime) -> None:
    """Nobody is reminded, closed out or waited for who has written: we look first, told once."""
    information = case.information
    stop_waiting(case, now)
    information.wrote_at = now
    information.asked_at = information.asked_at or now  # Closed for it, nobody was asked any more.
    _have_looked_at(case, now, note[:NOTE_CHARACTERS])


def _have_looked_at(case: Case, now: datetime, note: str | None = None) -> None:
    information = case.information
    facts = {"client": case.client, "subject": case.subject, "items": information.missing}
    case.remind_staff(
        StaffEvent.CASE_CLIENT_WROTE,
        Role.SUPPORT,
        now,
        case=case.number,
        facts=facts | {"wrote_at": iso(information.wrote_at), "note": note},
    )


def _owed(case: Case, _at: datetime) -> bool:
    return case.closed_at is None and case.information.wrote_at is not None


REMINDING: Reminding[Case] = Reminding(role=Role.SUPPORT, owed=_owed, again=_have_looked_at)
"""A client has written, and nobody has looked."""


def still_matters(case: Case, notice: NotifyStaff) -> bool:
    """Whether a notice that a client has written, which waited for support hours, still holds."""
    wrote_at = case.information.wrote_at
    return wrote_at is not None and iso(wrote_at) == notice.facts["wrote_at"]


# --- what time brings -----------------------------------------------------------------------------


def agenda(case: Case) -> list[Due[Case]]:
    """The next reminder, what follows the last one, or the end of the way back."""
    information = case.information
    if case.closed_at is not None:
        if information.reopens_until is None:
            return []
        return [Due(information.reopens_until, "the way back ends", _end_way_back)]
    waits = case.state == "waiting_for_client" or information.defect_knows
    if information.asked_at is None or not waits:
        return []
    rules, calendar = case.policy.cases, case.policy.calendar
    if information.reminders < rules.information_reminders:
        days = rules.information_reminder_business_days
        remind_at = calendar.add_business_days(information.asked_at, days)
        return [Due(remind_at, "reminder of missing information", _remind)]
    first = case.first_response
    unanswered = first is not None and first.sequence is None and first.met_at is None
    if rules.information_close_business_days is None or unanswered:
        return []  # A critical case that nobody has answered is ours to answer.
    days = rules.information_close_business_days
    give_up_at = calendar.add_business_days(information.asked_at, days)
    what = "closed without the information" if case.defect is None else "waited for long enough"
    return [Due(give_up_at, what, _give_up)]


def _remind(case: Case, _due: datetime, now: datetime) -> None:
    information = case.information
    information.reminders += 1
    information.asked_at = now
    case.record(
        "case.information_reminded",
        now,
        items=information.missing,
        reminder=information.reminders,
    )
    case.write(
        ClientEvent.CASE_INFORMATION_REQUESTED,
        now,
        items=information.missing,
        message=None,
        reminder=information.reminders,
    )


def _give_up(case: Case, due: datetime, now: datetime) -> None:
    """After the last reminder: a case on a defect goes on without, any other one closes."""
    information = case.information
    asked, information.asked_at = information.missing, None
    if case.defect is not None:
        case.record("case.information_given_up", now, items=asked)
        stop_waiting(case, now)
        return
    days = case.policy.cases.information_return_days
    case.record("case.closed", now, public=True, unanswered=True, due_at=iso(due))
    case.write(ClientEvent.CASE_CLOSED, now, unanswered=True, items=asked, return_days=round(days))
    case.closed_at, case.outcome = now, "unanswered"
    information.reopens_until = now + timedelta(days=days)
    calls.cancel(case, now, "support", None)


def _end_way_back(case: Case, _due: datetime, now: datetime) -> None:
    case.information.reopens_until, case.information.missing = None, []
    case.record("case.way_back_ended", now)


# --- steps that others take -----------------------------------------------------------------------


def ask(case: Case, items: list[str], message: str | None, now: datetime) -> NotifyClients:
    """Ask the client for these items."""
    information = case.information
    information.missing, information.asked_at, information.reminders = items, now, 0
    information.wrote_at = None
    case.record("case.information_requested", now, public=True, public_text=message, items=items)
    return case.write(
        ClientEvent.CASE_INFORMATION_REQUESTED, now, items=items, message=message, reminder=0
    )


def _is_defect_to_know(case: Case) -> bool:
    """A policy that never gives a client up holds no defect for one."""
    return case.policy.cases.information_close_business_days is not None


def stop_waiting(case: Case, now: datetime) -> None:
    """The client is not waited for any more; their defect hears of it."""
    if case.information.defect_knows:
        case.information.defect_knows = False
        signal_defect(case, StopWaiting, now)
