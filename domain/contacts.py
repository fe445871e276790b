"""The people an entity writes to: when one is corrected, and when a letter comes back (T9)."""

from collections.abc import Mapping
from datetime import datetime

from domain import telephone
from domain.contract.contacts import CorrectContact, DeliveryBounced
from domain.contract.effects import AudienceChange, NotifyClients, Person, each_once
from domain.contract.events import Role, StaffEvent
from domain.contract.values import Attachment, Contact
from domain.entity import Entity
from domain.undelivered import CameBack

_KEPT = 100
"""Corrections and returned letters that are remembered; the database has all."""


def correct(entity: Entity, case: str, client: str, command: CorrectContact, now: datetime) -> None:
    """The person of a case is another, or has another address, from now on."""
    entity.record(
        "contact.corrected",
        now,
        internal_text=command.reason,
        case=case if case != entity.number else None,
        actor=command.actor,
    )
    attachment = Attachment(case=case, client=client, contact=command.contact)
    entity.change_audience(AudienceChange(sequence=entity.sequence, at=now, attach=[attachment]))
    others = {name: known for name, known in entity.corrections.items() if name != case}
    entity.corrections = dict([*others.items(), (case, command.contact)][-_KEPT:])
    entity.came_back = [letter for letter in entity.came_back if letter.case != case]
    telephone.corrected(entity, case)


def note_bounce(entity: Entity, command: DeliveryBounced, now: datetime) -> None:
    """Put on record that a letter came back; support hears of each address once.

    Where the contact was corrected meanwhile there is nothing left to do but to send it again.
    """
    entity.record("delivery.bounced", now, about=command.event, problem=command.problem)
    if is_corrected(entity, command):
        return
    cases = command.cases or [entity.number]
    returned = [CameBack(case=case, at=now, problem=command.problem) for case in cases]
    others = [letter for letter in entity.came_back if letter.case not in cases]
    entity.came_back = [*others, *returned][-_KEPT:]
    if command.first:
        entity.notify_staff(
            StaffEvent.DELIVERY_BOUNCED,
            Role.SUPPORT,
            now,
            facts={
                "event": command.event,
                "address": command.address,
                "problem": command.problem,
                "cases": cases,
            },
            **entity.named,
        )


def is_corrected(entity: Entity, command: DeliveryBounced) -> bool:
    """Whether the contact has another address by now than the one that sent a letter back."""
    cases = command.cases or [entity.number]
    corrected = [(case, entity.corrections.get(case)) for case in cases]
    address = command.address.lower()
    return any(contact and contact.recipient(case) != address for case, contact in corrected)


def sequence_of(entity: Entity, command: DeliveryBounced) -> int | None:
    """The sequence of the message that came back, where it is this entity's."""
    number, _, rest = command.effect.partition("/")
    sequence = rest.partition("/")[0]
    return int(sequence) if number == entity.number and sequence.isdecimal() else None


def readdressed(message: NotifyClients, corrections: Mapping[str, Contact]) -> NotifyClients:
    """The message to the people as they were corrected; who the database knows is found there."""
    if message.people is None or not any(
        case in corrections for person in message.people for case in person.cases
    ):
        return message
    one_by_one = (
        Person(contact=corrections.get(case, person.contact), cases=[case])
        for person in message.people
        for case in person.cases
    )
    return message.model_copy(update={"people": each_once(one_by_one)})
