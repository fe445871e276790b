"""The contacts of the cases on a defect: corrected, or not reached after all (T9)."""

from datetime import datetime

from domain import contacts, telephone
from domain.contract.contacts import CorrectContact, DeliveryBounced, RecordNotification
from domain.contract.parsing import InvalidCommand
from domain.defect import updates
from domain.defect.state import Defect


def correct_contact(defect: Defect, command: CorrectContact, now: datetime) -> None:
    """The person of one of its cases."""
    if command.case is None:
        raise InvalidCommand("case", "is required: the case whose contact it is")
    client = defect.cases.client_of(command.case)
    if client is None:
        raise InvalidCommand("case", f"{command.case} is not attached")
    contacts.correct(defect, command.case, client, command, now)


def record_notification(defect: Defect, command: RecordNotification, now: datetime) -> None:
    """T9: what was told by telephone was told."""
    updates.reached(defect, telephone.record_notification(defect, command, now))


def delivery_bounced(defect: Defect, command: DeliveryBounced, now: datetime) -> None:
    """T9: an update that reached no client was not given."""
    contacts.note_bounce(defect, command, now)
    if not command.reached:
        updates.take_back(defect, contacts.sequence_of(defect, command), now)
