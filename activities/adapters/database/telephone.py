"""What people without an e-mail address are to be told by telephone, and what they were told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, select, update

from activities.adapters.database.tables import deliveries, entities, spoken_messages
from activities.ports import TELEPHONE, DeliveryState, Spoken
from domain.contract.effects import Fact

_NOTIFIED, _NOT_NOTIFIED = "contact.notified", "contact.not_notified"
"""The facts of `domain/telephone.py` by which the ledger knows what came of it."""
_TO_DO = (
    deliveries.c.channel == TELEPHONE,
    deliveries.c.state == DeliveryState.BY_TELEPHONE,
    deliveries.c.overtaken_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class ToTell:
    """One message that one person is to be told."""

    message: str
    """Its key."""
    entity: str
    kind: str
    event: str
    cases: tuple[str, ...]
    since: datetime
    spoken: Spoken


class DatabaseTelephone:
    """Reads what staff have to do; that it is done is said to the case or defect."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def to_tell(self, limit: int) -> Sequence[ToTell]:
        """The messages nobody has told yet, the longest waiting first."""
        with self._engine.connect() as connection:
            return [_to_tell(row) for row in connection.execute(_asked().limit(limit))]

    def find(self, message: str, case: str) -> ToTell | None:
        """What the contact of a case is to be told; None where they were, or never are."""
        query = _asked().where(deliveries.c.effect_key == message)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return next((_to_tell(row) for row in rows if case in row.cases), None)

    def count(self) -> int:
        """How many there are."""
        query = select(func.count()).select_from(deliveries).where(*_TO_DO)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()


def _asked() -> Select[Any]:
    return (
        select(deliveries, spoken_messages, entities.c.kind)
        .join(spoken_messages, spoken_messages.c.delivery == deliveries.c.id)
        .join(entities, entities.c.number == deliveries.c.entity)
        .where(*_TO_DO)
        .order_by(deliveries.c.first_at, deliveries.c.id)
    )


def _to_tell(row: Row[Any]) -> ToTell:
    return ToTell(
        message=row.effect_key,
        entity=row.entity,
        kind=row.kind,
        event=row.event,
        cases=tuple(row.cases),
        since=row.decided_at or row.first_at,
        spoken=Spoken(row.name, row.phone, row.subject, row.text),
    )


def settle_told(connection: Connection, happened: Iterable[Fact]) -> None:
    """Who was told, or is not told any more, as the entity has it on record; a repeat is void."""
    for fact in happened:
        if fact.event not in (_NOTIFIED, _NOT_NOTIFIED):
            continue
        case = fact.details.get("case")
        row = deliveries.c
        found = connection.execute(
            select(row.id, row.cases).where(row.effect_key == fact.details["message"], *_TO_DO)
        ).all()
        meant = [one.id for one in found if case is None or case in one.cases]
        done = {"state": DeliveryState.SENT, "sent_at": fact.at, "changed_at": fact.at}
        void = {"overtaken_at": fact.at}
        if meant:
            connection.execute(
                update(deliveries)
                .where(row.id.in_(meant))
                .values(done if fact.event == _NOTIFIED else void)
            )
