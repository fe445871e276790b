"""Whether a critical case gets its first response in time (C6, C7, T9)."""

import re
from datetime import datetime, timedelta

from domain.case.state import Case, FirstResponse, require_open
from domain.contract.case import AssessCritical, CaseStart, Respond
from domain.contract.effects import NotifyClients, NotifyStaff
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import DeliveryReceipt
from domain.contract.values import Channel
from domain.entity import Due, iso
from domain.policy import PinnedPolicy


def is_critical(start: CaseStart, policy: PinnedPolicy) -> bool:
    """C6: by portal with priority critical, by mail with the word in its subject, by the line."""
    if start.channel is Channel.EMERGENCY_LINE:
        return True
    if start.channel is Channel.PORTAL:
        return start.priority == "critical"
    if start.channel is Channel.EMAIL:
        return stands_alone(policy.cases.critical_subject_word, start.subject)
    return False


def stands_alone(word: str, text: str) -> bool:
    """Whether a text has a word by itself, neither in a longer one nor behind "non"; in any case.

    Letters that are written without blanks between words, such as Chinese, do not lengthen it.
    """
    before = r"(?<![A-Za-z0-9_\u00c0-\u024f\u0370-\u052f])(?<![-\u2010\u2011\u00ad'])(?<!\bnon )"
    behind = r"(?![A-Za-z0-9_\u00c0-\u024f\u0370-\u052f]|[-\u2010\u2011\u00ad'][A-Za-z0-9])"
    return re.search(f"{before}{re.escape(word)}{behind}", text, re.IGNORECASE) is not None


def owe(case: Case) -> None:
    """From the opening of a critical case on."""
    limit = timedelta(hours=case.policy.cases.critical_first_response_hours)
    case.first_response = FirstResponse(due_at=case.opened_at + limit)


def respond(case: Case, command: Respond, now: datetime) -> None:
    """C6: a first or further answer; stops the first-response clock once it is delivered."""
    require_open(case)
    case.record(
        "case.responded", now, public=True, public_text=command.message, actor=command.actor
    )
    responded(case, case.write(ClientEvent.CASE_RESPONDED, now, message=command.message))


def assess_critical(case: Case, command: AssessCritical, now: datetime) -> None:
    """C7: confirmed, or declined and on as normal; an emergency call may then cost a fee."""
    require_open(case)
    if case.priority != "critical":
        raise InvalidCommand("justified", "the case is not critical")
    case.critical_justified = command.justified
    case.record(
        "case.critical_confirmed" if command.justified else "case.critical_declined",
        now,
        internal_text=command.reason,
        actor=command.actor,
    )
    if command.justified:
        return
    case.priority = "normal"
    if case.first_response is not None and case.first_response.pending:
        case.first_response = None
    if case.channel is Channel.EMERGENCY_LINE:
        case.notify_staff(
            StaffEvent.CASE_CRITICAL_DECLINED,
            Role.ACCOUNT_MANAGEMENT,
            now,
            case=case.number,
            facts={
                "channel": case.channel.value,
                "subject": case.subject,
                "client": case.client,
                "reason": command.reason,
            },
        )


def responded(case: Case, message: NotifyClients) -> None:
    """A specialist has written to the client.

    After the last reminder too, a client has time to read what was written to them (C3). Who wrote
    something that was to be looked at first, is waited for again from then on.
    """
    first, information = case.first_response, case.information
    if first is not None and first.sequence is None:
        first.sequence = message.sequence
    reminded_enough = information.reminders >= case.policy.cases.information_reminders
    looked_at = information.wrote_at is not None
    information.wrote_at = None
    if information.asked_at is not None and (reminded_enough or looked_at):
        information.asked_at = message.at


def meet(case: Case, now: datetime, message: int | None = None) -> None:
    """What meets the obligation happened at `now`: too late meets nothing (T9)."""
    first = case.first_response
    if first is not None and first.pending and now <= first.due_at:
        first.met_at, first.met_by = now, message


def unmeet(case: Case, message: int | None) -> None:
    """T9: the message that met it came back; a later one that arrives in time may still."""
    first = case.first_response
    if first is not None and message is not None and first.met_by == message:
        first.met_at = first.met_by = None


def note_arrival(
    case: Case, message: NotifyClients, receipt: DeliveryReceipt, now: datetime
) -> None:
    """T9: the answer counts once it was delivered."""
    if receipt.arrived:
        reached(case, message, now)


def reached(case: Case, message: NotifyClients, now: datetime) -> None:
    """The client has the message, which is the answer or a later one."""
    first = case.first_response
    if first is not None and first.sequence is not None and message.sequence >= first.sequence:
        meet(case, now, message.sequence)


def still_matters(case: Case, notice: NotifyStaff) -> bool:
    """Whether nobody has written to the client since the notice that nobody had."""
    first = case.first_response
    if case.closed_at is not None or first is None:
        return False
    return first.sequence is None or first.sequence < notice.sequence


def agenda(case: Case) -> list[Due[Case]]:
    """The instant at which it is missed; after the end only for an answer under way."""
    first = case.first_response
    if first is not None and first.pending and (case.closed_at is None or first.under_way):
        return [Due(first.due_at, "first response due", _miss)]
    return []


def _miss(case: Case, due: datetime, now: datetime) -> None:
    if case.first_response is None:
        return
    case.first_response.missed_at = due
    case.record("case.first_response_missed", now, due_at=iso(due))
    case.notify_staff(
        StaffEvent.CASE_FIRST_RESPONSE_MISSED,
        Role.SUPPORT_MANAGER,
        now,
        case=case.number,
        facts={
            "channel": case.channel.value,
            "subject": case.subject,
            "client": case.client,
            "due_at": iso(due),
        },
    )
