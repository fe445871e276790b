"""What the database knows of a person who writes: their client, their cases, what we wrote them."""

from collections.abc import Sequence

from sqlalchemy import Engine, select

from activities.adapters.database.tables import deliveries, subscriptions
from domain.addresses import spellings


class DatabaseCorrespondence:
    """Looks up by address, however it is spelled; nothing is written."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def client_of(self, address: str) -> str | None:
        """The client of the newest attachment of this address; None for a stranger."""
        known = subscriptions.c
        query = (
            select(known.client)
            .where(known.address.in_(spellings(address)), known.client.is_not(None))
            .order_by(known.attached_at.desc(), known.entity.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one_or_none()

    def written_about(self, address: str, message_ids: Sequence[str]) -> Sequence[str]:
        """The numbers that messages of ours to this very address were about, cases first."""
        query = select(deliveries.c.cases, deliveries.c.entity).where(
            deliveries.c.message_id.in_(message_ids),
            deliveries.c.recipient.in_(spellings(address)),
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        cases = [case for row in rows for case in row.cases]
        return list(dict.fromkeys([*cases, *(row.entity for row in rows)]))

    def cases_of(self, address: str, numbers: Sequence[str]) -> Sequence[str]:
        """Of these cases, and of the cases on these defects, those whose contact the person is.

        In the order of `numbers`; of one defect the newest case first.
        """
        known = subscriptions.c
        query = (
            select(known.entity, known.case_number)
            .where(
                known.entity.in_(numbers),
                known.address.in_(spellings(address)),
                known.detached_sequence.is_(None),
            )
            .order_by(known.attached_at.desc(), known.case_number.desc())
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        ordered = sorted(rows, key=lambda row: numbers.index(row.entity))
        return list(dict.fromkeys(row.case_number for row in ordered))

    def is_ours(self, message_id: str) -> bool:
        """Whether a message of that id is one of ours."""
        query = select(deliveries.c.id).where(deliveries.c.message_id == message_id).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(query).one_or_none() is not None
