"""What people without an e-mail address are to be told by telephone, until somebody says it (T9).

Each is one message to the contacts of some cases. It is over once all are told, when a newer
message says more, or after two weeks.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from domain.contract.contacts import RecordNotification
from domain.contract.effects import NotifyClients
from domain.contract.events import Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import DeliveryReceipt
from domain.entity import Due, E, Entity
from domain.undelivered import ByTelephone

GIVEN_UP_AFTER = timedelta(days=14)
_KEPT, _KEPT_BYTES = 100, 40_000
"""Messages at a time, and what they may take; the oldest is given up for one more."""


def note(entity: Entity, message: NotifyClients, receipt: DeliveryReceipt, now: datetime) -> None:
    """A message went out; whom it could not be mailed to, support is to tell."""
    known = {one.message.key: one for one in entity.by_telephone}
    before = known.pop(message.key, None)
    entity.by_telephone = list(known.values())
    for older in entity.by_telephone:
        if older.message.replaceable in message.replaces:
            _give_up(entity, older, now, "superseded")
    if not receipt.by_telephone:
        return
    entity.by_telephone.append(ByTelephone(message=message, cases=receipt.by_telephone))
    while len(entity.by_telephone) > 1 and (
        len(entity.by_telephone) > _KEPT
        or sum(one.weight for one in entity.by_telephone) > _KEPT_BYTES
    ):
        _give_up(entity, entity.by_telephone[0], now, "too_many")
    cases = [case for case in receipt.by_telephone if before is None or case not in before.cases]
    if cases:
        _ask_support(entity, message, cases, now)


def _ask_support(entity: Entity, message: NotifyClients, cases: list[str], now: datetime) -> None:
    entity.record(
        "delivery.by_telephone", now, about=message.event, message=message.key, people=len(cases)
    )
    entity.notify_staff(
        StaffEvent.DELIVERY_BY_TELEPHONE,
        Role.SUPPORT,
        now,
        facts={"event": message.event, "message": message.key, "cases": cases[:20]},
        **entity.named,
    )


def record_notification(
    entity: Entity, command: RecordNotification, now: datetime
) -> NotifyClients:
    """Somebody told a person by telephone; answers what.

    Raises:
        InvalidCommand: nobody is to be told that, or the person was told.
    """
    owed = next((x for x in entity.by_telephone if x.message.key == command.message), None)
    if owed is None:
        raise InvalidCommand(
            "message", "is none that is still to be told by telephone: see by_telephone of status"
        )
    if command.case is None and len(owed.cases) > 1:
        raise InvalidCommand("case", f"is required: {len(owed.cases)} people are to be told")
    case = command.case or owed.cases[0]
    if case not in owed.cases:
        raise InvalidCommand("case", f"the contact of {case} is not, or not any more, to be told")
    entity.record(
        "contact.notified",
        now,
        internal_text=command.note,
        about=owed.message.event,
        message=owed.message.key,
        case=case,
        actor=command.actor,
    )
    _leave_out(entity, [case], owed)
    return owed.message


def corrected(entity: Entity, case: str) -> None:
    """The contact of a case is another: what they were not told goes to that one.

    The messages stay, even for nobody, since the runner sends them again.
    """
    entity.by_telephone = [owed.without([case]) for owed in entity.by_telephone]


def left(entity: Entity, cases: Collection[str], now: datetime) -> None:
    """The contacts of these cases are not told any more."""
    for owed in entity.by_telephone:
        for case in owed.cases:
            if case in cases:
                _record_not_notified(entity, owed, now, "left", case)
    _leave_out(entity, cases)


def agenda(entity: E) -> list[Due[E]]:
    """When the oldest of them is given up."""
    oldest = min((owed.message.at for owed in entity.by_telephone), default=None)
    if oldest is None:
        return []
    return [Due(oldest + GIVEN_UP_AFTER, "not told by telephone", _give_up_old)]


def _give_up_old(entity: Entity, due: datetime, now: datetime) -> None:
    for owed in entity.by_telephone:
        if owed.message.at + GIVEN_UP_AFTER <= due:
            _give_up(entity, owed, now, "late")


def _give_up(entity: Entity, owed: ByTelephone, now: datetime, why: str) -> None:
    _record_not_notified(entity, owed, now, why)
    entity.by_telephone = [one for one in entity.by_telephone if one is not owed]


def _record_not_notified(
    entity: Entity, owed: ByTelephone, now: datetime, why: str, case: str | None = None
) -> None:
    message = owed.message
    entity.record(
        "contact.not_notified",
        now,
        about=message.event,
        message=message.key,
        case=case,
        reason=why,
    )


def _leave_out(entity: Entity, cases: Collection[str], of: ByTelephone | None = None) -> None:
    """Take these off what is to be told, of one message or of all."""
    kept = [owed if of not in (None, owed) else owed.without(cases) for owed in entity.by_telephone]
    entity.by_telephone = [owed for owed in kept if owed.cases]
