"""What a database that went back has of a number, and how it is given what it lacks."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, select

from activities.adapters.database.audience import apply_changes
from activities.adapters.database.engine import batches, writing
from activities.adapters.database.members import apply_members
from activities.adapters.database.read_model import write_facts, write_snapshot
from activities.adapters.database.tables import (
    deliveries,
    entities,
    facts,
    issued_numbers,
    number_sequences,
    subscriptions,
)
from activities.adapters.database.upsert import insert
from domain.contract.effects import UpdateReadModel

DIGITS = range(9, 5, -1)
"""Of numbers that are ours: six, and more where they are needed. Longer ones were brought along."""
_NAMES: Mapping[str, tuple[ColumnElement[str], ...]] = {
    "MAIL": (entities.c.client, subscriptions.c.client),
}
_NUMBERS = (entities.c.number, subscriptions.c.case_number, deliveries.c.entity)
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Place:
    """How a case stands on an entity, as the database has it."""

    sequence: int
    """Of the last change that it knows."""
    attached: bool


class DatabaseRestoring:
    """Reads and mends what the read model and the sequences of numbers have."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unknown_facts(self, number: str, sequences: Collection[int]) -> set[int]:
        """Those of these facts that the database does not have."""
        unknown = set(sequences)
        with self._engine.connect() as connection:
            for page in batches(sorted(unknown)):
                known = select(facts.c.sequence).where(
                    facts.c.entity == number, facts.c.sequence.in_(page)
                )
                unknown -= set(connection.execute(known).scalars())
        return unknown

    def places(self, number: str) -> dict[str, Place]:
        """Every case that was ever attached, as far as the database knows."""
        row = subscriptions.c
        query = select(row.case_number, row.sequence, row.attached_sequence, row.detached_sequence)
        with self._engine.connect() as connection:
            return {
                case: Place(sequence, joined is not None and left is None)
                for case, sequence, joined, left in connection.execute(
                    query.where(row.entity == number)
                )
            }

    def restore(self, projection: UpdateReadModel) -> None:
        """Write a projection again; what is known, or older, is void.

        Nothing goes to receivers of webhooks: they heard of it once.
        """
        with writing(self._engine) as connection:
            write_snapshot(connection, projection)
            write_facts(connection, projection.entity, projection.facts)
            apply_changes(connection, projection.entity, projection.audience)
            apply_members(connection, projection.entity, projection.members)

    def last_issued(self, prefix: str) -> int:
        """Where the sequence of a prefix stands; 0 where it never began."""
        query = select(number_sequences.c.last).where(number_sequences.c.prefix == prefix)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one_or_none() or 0

    def highest(self, prefix: str) -> int:
        """The highest number of a prefix that anything in the database bears; 0 for none."""
        issued = select(issued_numbers.c.number).where(issued_numbers.c.prefix == prefix)
        last = issued.order_by(issued_numbers.c.number.desc()).limit(1)
        with self._engine.connect() as connection:
            found = [connection.execute(last).scalar_one_or_none() or 0]
        columns = _NAMES.get(prefix, _NUMBERS)
        return max([*found, *(self._highest(prefix, column) for column in columns)])

    def _highest(self, prefix: str, column: ColumnElement[str]) -> int:
        """As texts of one length sort like numbers: from the end, until one is a number."""
        for digits in DIGITS:
            ours = re.compile(rf"{prefix}-([0-9]{{{digits}}})")
            query = select(column).where(column.like(f"{prefix}-{'_' * digits}")).distinct()
            before: str | None = None
            while True:
                page = query if before is None else query.where(column < before)
                with self._engine.connect() as connection:
                    rows = connection.execute(page.order_by(column.desc()).limit(_PAGE)).scalars()
                    names = list(rows)
                for name in names:
                    if match := ours.fullmatch(name):
                        return int(match[1])
                if len(names) < _PAGE:
                    break
                before = names[-1]
        return 0

    def raise_to(self, prefix: str, number: int) -> None:
        """Have the sequence of a prefix go on above a number; it never goes back."""
        with writing(self._engine) as connection:
            raising = insert(connection, number_sequences).values(prefix=prefix, last=number)
            connection.execute(
                raising.on_conflict_do_update(
                    index_elements=["prefix"],
                    set_={"last": raising.excluded.last},
                    where=number_sequences.c.last < raising.excluded.last,
                )
            )
