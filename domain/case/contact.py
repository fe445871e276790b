"""The contact of a case: corrected, or not reached after all (T9)."""

from datetime import datetime

from domain import contacts, telephone
from domain.case.first_response import reached, unmeet
from domain.case.state import Case, signal_defect
from domain.contract.contacts import CorrectContact, DeliveryBounced, RecordNotification
from domain.contract.parsing import InvalidCommand


def correct_contact(case: Case, command: CorrectContact, now: datetime) -> None:
    """The person of this case; the defect it is on hears of it."""
    if command.case not in (None, case.number):
        raise InvalidCommand("case", f"must be left out, or be {case.number}")
    if command.contact == case.contact:
        return
    case.contact = command.contact
    contacts.correct(case, case.number, case.client, command, now)
    tell_defect(case, command.reason, command.actor, now)


def record_notification(case: Case, command: RecordNotification, now: datetime) -> None:
    """T9: what was told by telephone was told."""
    reached(case, telephone.record_notification(case, command, now), now)


def delivery_bounced(case: Case, command: DeliveryBounced, now: datetime) -> None:
    """T9: what did not arrive meets nothing."""
    contacts.note_bounce(case, command, now)
    unmeet(case, contacts.sequence_of(case, command))


def tell_defect(case: Case, reason: str, actor: str, now: datetime) -> None:
    """Tell the defect this case is on who its contact is."""
    signal_defect(case, CorrectContact, now, actor=actor, contact=case.contact, reason=reason)
