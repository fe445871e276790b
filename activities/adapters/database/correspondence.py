"""What the database knows of a person who writes: their client, their cases, and what was written.

That is what we wrote to them, and which of their own mails became what.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from activities.adapters.database.engine import writing
from activities.adapters.database.tables import deliveries, entities, subscriptions
from activities.adapters.database.tables_mail import taken_mails
from activities.adapters.database.upsert import insert
from domain.addresses import recipient_key, spellings

KEPT = timedelta(days=365)
"""How long it is known what a mail became: as long as one may be answered."""


class DatabaseCorrespondence:
    """Looks up by address, however it is spelled."""

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
        """The numbers that messages of ours to this very address were about, cases first; then
        what mails of its own became."""
        query = select(deliveries.c.cases, deliveries.c.entity).where(
            deliveries.c.message_id.in_(message_ids),
            deliveries.c.recipient.in_(spellings(address)),
        )
        own = select(taken_mails.c.case_number).where(
            taken_mails.c.message_id.in_(message_ids),
            taken_mails.c.sender == recipient_key(address),
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
            became = connection.execute(own).scalars().all()
        cases = [case for row in rows for case in row.cases]
        return list(dict.fromkeys([*cases, *(row.entity for row in rows), *became]))

    def note_taken(self, message_id: str, address: str, case: str, now: datetime) -> None:
        """A mail of theirs became this case, or a note on it."""
        row = {
            "message_id": message_id,
            "sender": recipient_key(address),
            "case_number": case,
            "at": now,
        }
        with writing(self._engine) as connection:
            connection.execute(insert(connection, taken_mails).values(row).on_conflict_do_nothing())

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

    def known_numbers(self, numbers: Sequence[str]) -> Sequence[str]:
        """Those of them that something has here, in their order."""
        query = select(entities.c.number).where(entities.c.number.in_(numbers))
        with self._engine.connect() as connection:
            known = set(connection.execute(query).scalars())
        return [number for number in numbers if number in known]

    def is_ours(self, message_id: str) -> bool:
        """Whether a message of that id is one of ours."""
        query = select(deliveries.c.id).where(deliveries.c.message_id == message_id).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(query).one_or_none() is not None
