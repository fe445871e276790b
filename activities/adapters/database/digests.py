"""Messages that wait for their reader's digest.

A part is there from when its message is put by until its digest was sent, or never will be. The
ledger has a row for the message, which then says the same, and one for the digest.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, delete, exists, func, select, update

from activities.adapters.database.engine import writing
from activities.adapters.database.ledger import FIND, delivery_of, named, on_record, open_row
from activities.adapters.database.tables import deliveries, digest_parts
from activities.adapters.database.upsert import insert
from activities.digest_ports import Digest, DigestPart
from activities.ports import Delivery, DeliveryState
from domain.addresses import recipient_key, spellings
from domain.contract.effects import NotifyClients, Person
from domain.contract.events import ClientEvent
from domain.contract.values import Contact

_parts, _rows = digest_parts.c, deliveries.c
_PUT_BY = (DeliveryState.PLANNED, DeliveryState.FAILED)
_UNSENT = (DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.UNKNOWN)


class DatabaseDigests:
    """`Digests`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put_by(
        self,
        delivery: Delivery,
        effect: NotifyClients,
        person: Person,
        due_at: datetime,
        at: datetime,
    ) -> Delivery:
        """Have a message wait, and return its row of the ledger as it was before.

        Only one that is `planned` or `failed`, or waits and said something else, waits from now on.
        """
        waits = DeliveryState.DIGEST
        with writing(self._engine) as connection:
            delivery = on_record(connection, delivery)
            is_new = open_row(connection, delivery, at, waits)
            row = connection.execute(FIND, named(delivery)).one()
            before = delivery_of(row)
            is_other = before.state is waits and before.content != delivery.content
            if not (is_new or is_other or before.state in _PUT_BY):
                return before
            if not is_new:
                again = {"cases": list(delivery.cases), "content": delivery.content}
                connection.execute(
                    update(deliveries)
                    .where(_rows.id == row.id)
                    .values(state=waits, changed_at=at, problem=None, overtaken_at=None, **again)
                )
            said = {
                "delivery": row.id,
                "recipient": delivery.recipient,
                "due_at": due_at,
                "digest": None,
                "effect": effect.model_copy(update={"people": None}).model_dump(mode="json"),
                "person": person.model_dump(mode="json"),
            }
            writing_it = insert(connection, digest_parts).values(said)
            connection.execute(
                writing_it.on_conflict_do_update(index_elements=["delivery"], set_=said)
            )
        return before if not is_new else delivery

    def is_due(self, at: datetime) -> bool:
        """Whether anybody's digest is due."""
        with self._engine.connect() as connection:
            return bool(connection.execute(select(exists().where(_parts.due_at <= at))).scalar())

    def readers(self, at: datetime, after: str | None, limit: int) -> Sequence[str]:
        """A page of those whose digest is due, ordered, behind `after`."""
        query = (
            select(_parts.recipient)
            .where(_parts.due_at <= at, _parts.recipient > (after or ""))
            .distinct()
            .order_by(_parts.recipient)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return connection.execute(query).scalars().all()

    def due(self, recipient: str, at: datetime, limit: int) -> Sequence[DigestPart]:
        """What their next mail has, the oldest first: of one that was tried already, the same."""
        theirs = and_(_parts.recipient == recipient, _parts.due_at <= at)
        begun = select(func.min(_parts.digest)).where(theirs)
        query = (
            select(digest_parts)
            .join(deliveries, _rows.id == _parts.delivery)
            .order_by(_rows.decided_at, _rows.id)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            key = connection.execute(begun).scalar_one()
            return [
                _part(row)
                for row in connection.execute(
                    query.where(theirs, _parts.digest.is_not_distinct_from(key))
                )
            ]

    def begin(self, recipient: str, stem: str, parts: Collection[DigestPart]) -> Digest | None:
        """Put these parts into one mail for good, under the first key of `stem` that is free.

        None where somebody else has.
        """
        these = and_(
            _parts.delivery.in_([part.delivery for part in parts]), _parts.digest.is_(None)
        )
        sent = select(_rows.effect_key).where(
            _rows.recipient == recipient, _rows.effect_key.startswith(stem, autoescape=True)
        )
        begun = select(_parts.digest).where(
            _parts.recipient == recipient, _parts.digest.is_not(None)
        )
        with writing(self._engine) as connection:
            used = {*connection.execute(sent).scalars(), *connection.execute(begun).scalars()}
            keys = (stem if n == 1 else f"{stem}/{n}" for n in count(1))
            key = next(key for key in keys if key not in used)
            taken = connection.execute(update(digest_parts).where(these).values(digest=key))
        return Digest(key, recipient, list(parts)) if taken.rowcount == len(parts) else None

    def outdated(self, parts: Collection[DigestPart]) -> set[int]:
        """The deliveries that say no more what holds.

        Their defect was resolved since, which its readers are told at once, or they do not wait.
        """
        later = deliveries.alias()
        resolved = exists().where(
            later.c.entity == _rows.entity,
            later.c.recipient == _rows.recipient,
            later.c.event == ClientEvent.DEFECT_RESOLVED.value,
            later.c.decided_at >= _rows.decided_at,
        )
        query = select(_rows.id).where(
            _rows.id.in_([part.delivery for part in parts]),
            resolved | _rows.overtaken_at.is_not(None) | (_rows.state != DeliveryState.DIGEST),
        )
        with self._engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def leave_out(self, digest: Digest, parts: Collection[DigestPart], at: datetime) -> None:
        """These are not told any more; a mail that has no others is not sent."""
        ids = [part.delivery for part in parts]
        mail = and_(_rows.effect_key == digest.key, _rows.recipient == digest.recipient)
        others = exists().where(_parts.digest == digest.key, _parts.recipient == digest.recipient)
        with writing(self._engine) as connection:
            connection.execute(delete(digest_parts).where(_parts.delivery.in_(ids)))
            connection.execute(
                update(deliveries)
                .where(_rows.id.in_(ids), _rows.state == DeliveryState.DIGEST)
                .values(overtaken_at=func.coalesce(_rows.overtaken_at, at))
            )
            connection.execute(
                update(deliveries)
                .where(mail, _rows.state.in_(_UNSENT), ~others)
                .values(overtaken_at=at)
            )

    def over(
        self,
        digest: Digest,
        message_id: str,
        state: DeliveryState,
        problem: str | None,
        at: datetime,
    ) -> None:
        """The mail is sent, or never will be, and with it its parts.

        A report that it came back then finds each of them by the id of the mail.
        """
        ids = [part.delivery for part in digest.parts]
        sent_at = at if state is DeliveryState.SENT else None
        ended = {"state": state, "problem": problem, "sent_at": sent_at, "changed_at": at}
        with writing(self._engine) as connection:
            connection.execute(
                update(deliveries)
                .where(_rows.id.in_(ids), _rows.state == DeliveryState.DIGEST)
                .values(**ended, message_id=message_id)
            )
            connection.execute(delete(digest_parts).where(_parts.delivery.in_(ids)))


def follow_contact(
    connection: Connection,
    entity: str,
    former: str,
    instead: Sequence[Mapping[str, Any]],
    *,
    is_gone: bool,
) -> None:
    """What waits for the digest of an address waits for that of who took its place on a case.

    So does what is about no case, such as news of releases, where nobody has that address any more.
    `instead` are the rows of who did, the last one first: of several the first that fits counts.
    """
    query = (
        select(digest_parts, _rows.effect_key)
        .join(deliveries, _rows.id == _parts.delivery)
        .where(_parts.recipient.in_(spellings(former)))
    )
    if not is_gone:
        query = query.where(_rows.entity == entity)
    for row in connection.execute(query).all():
        its = row.person["cases"]
        new = next(
            (who for who in instead if who["email"] and (not its or who["case_number"] in its)),
            None,
        )
        if new is None:
            continue
        recipient = recipient_key(new["email"])
        key = and_(_rows.effect_key == row.effect_key, _rows.recipient == recipient)
        if connection.execute(select(_rows.id).where(key)).first() is not None:
            continue  # They have it.
        contact = {name: new[name] for name in Contact.model_fields}
        moved = {
            "recipient": recipient,
            "digest": None,
            "person": row.person | {"contact": contact},
        }
        connection.execute(
            update(deliveries).where(_rows.id == row.delivery).values(recipient=recipient)
        )
        connection.execute(
            update(digest_parts).where(_parts.delivery == row.delivery).values(moved)
        )


def _part(row: Row[tuple[object, ...]]) -> DigestPart:
    return DigestPart(
        delivery=row.delivery,
        effect=NotifyClients.model_validate(row.effect),
        person=Person.model_validate(row.person),
        due_at=row.due_at,
        digest=row.digest,
    )
