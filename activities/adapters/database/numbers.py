"""Issues the numbers people use, each once and for ever."""

from collections.abc import Iterable
from typing import get_args

from sqlalchemy import Connection, Engine, Select, select, update

from activities.adapters.database.engine import writing
from activities.adapters.database.tables import (
    deliveries,
    entities,
    facts,
    issued_numbers,
    number_sequences,
    subscriptions,
)
from activities.adapters.database.upsert import insert
from domain.contract.effects import EntityKind

_KINDS = get_args(EntityKind)
_PAGE = 200


class DatabaseNumbers:
    """`Numbers` over one counter per prefix and a record of what was issued for which key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def issue(self, prefix: str, key: str) -> str:
        """The next number such as `DEF-000045`; the same `key` always gets the same one.

        Six digits, more where they are needed. Numbers may be skipped, none is issued twice: what
        anything bears already, brought along or from before the counter was lost, is passed over.
        """
        with self._engine.connect() as connection:
            number = _issued(connection, prefix, key)
        if number is None:
            with writing(self._engine) as connection:
                number = _issue(connection, prefix, key)
        return _name(prefix, number)


def _issue(connection: Connection, prefix: str, key: str) -> int:
    counter = insert(connection, number_sequences).values(prefix=prefix, last=1)
    following: int = connection.execute(
        counter.on_conflict_do_update(
            index_elements=["prefix"], set_={"last": number_sequences.c.last + 1}
        ).returning(number_sequences.c.last)
    ).scalar_one()
    # Only now is the counter ours: whoever had it before may have issued for this very key.
    issued = _issued(connection, prefix, key)
    if issued is not None:
        return issued
    if _used(connection, prefix, [following]):
        following = _first_free(connection, prefix, following + 1)
        counting = update(number_sequences).where(number_sequences.c.prefix == prefix)
        connection.execute(counting.values(last=following))
    connection.execute(
        issued_numbers.insert().values(prefix=prefix, issued_for=key, number=following)
    )
    return following


def _first_free(connection: Connection, prefix: str, number: int) -> int:
    """The first number from this one on that nothing bears."""
    while True:
        page = range(number, number + _PAGE)
        used = _used(connection, prefix, page)
        free = next((candidate for candidate in page if candidate not in used), None)
        if free is not None:
            return free
        number = page.stop


def _used(connection: Connection, prefix: str, numbers: Iterable[int]) -> set[int]:
    """Those of these numbers that something in the database bears."""
    by_name = {_name(prefix, number): number for number in numbers}
    names = list(by_name)
    looks: list[Select[tuple[str]]] = [
        select(entities.c.number).where(entities.c.kind.in_(_KINDS), entities.c.number.in_(names)),
        select(entities.c.client).where(entities.c.client.in_(names)),
        select(subscriptions.c.client).where(subscriptions.c.client.in_(names)),
        select(deliveries.c.entity).where(deliveries.c.entity.in_(names)),
        select(facts.c.entity).where(facts.c.entity.in_(names)),
    ]
    found = {
        by_name[name] for look in looks for name in connection.execute(look.distinct()).scalars()
    }
    issued = select(issued_numbers.c.number).where(
        issued_numbers.c.prefix == prefix, issued_numbers.c.number.in_(by_name.values())
    )
    return found | set(connection.execute(issued).scalars())


def _name(prefix: str, number: int) -> str:
    return f"{prefix}-{number:06d}"


def _issued(connection: Connection, prefix: str, key: str) -> int | None:
    return connection.execute(
        select(issued_numbers.c.number).where(
            issued_numbers.c.prefix == prefix, issued_numbers.c.issued_for == key
        )
    ).scalar_one_or_none()
