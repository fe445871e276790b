"""Issues the numbers people use, each once and for ever."""

from sqlalchemy import Connection, Engine, select

from activities.adapters.database.engine import insert, writing
from activities.adapters.database.tables import issued_numbers, number_sequences


class DatabaseNumbers:
    """`Numbers` over one counter per prefix and a record of what was issued for which key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def issue(self, prefix: str, key: str) -> str:
        """The next number such as `DEF-000045`; the same `key` always gets the same one.

        Six digits, more where they are needed. Numbers may be skipped, none is issued twice.
        """
        with self._engine.connect() as connection:
            number = _issued(connection, prefix, key)
        if number is None:
            with writing(self._engine) as connection:
                number = _issue(connection, prefix, key)
        return f"{prefix}-{number:06d}"


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
    connection.execute(
        issued_numbers.insert().values(prefix=prefix, issued_for=key, number=following)
    )
    return following


def _issued(connection: Connection, prefix: str, key: str) -> int | None:
    return connection.execute(
        select(issued_numbers.c.number).where(
            issued_numbers.c.prefix == prefix, issued_numbers.c.issued_for == key
        )
    ).scalar_one_or_none()
