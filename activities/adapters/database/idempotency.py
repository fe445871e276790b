"""Remembers what was asked under a key, so that a repeat gets the same number and does nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, delete, func, select, update

from activities.adapters.database.engine import writing
from activities.adapters.database.tables import idempotency_keys
from activities.adapters.database.upsert import insert

REMEMBERED = timedelta(days=30)
"""How long: as long as Temporal knows a closed number where we set it up."""


class OtherRequest(Exception):  # noqa: N818 - it is an answer
    """The key stands for another request."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of a key."""

    since: datetime
    """When it was first used."""
    number: str | None = None
    """The number it led to, where a mail was asked about."""
    outcome: str | None = None
    """What came of it."""
    new: bool = False
    """The key was not used before."""


class DatabaseIdempotency:
    """Keys of one caller each: two callers may use the same."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, caller: str, key: str, request: str, now: datetime) -> Remembered:
        """What is known of a key; from now on it stands for `request`, a hash of what was asked.

        Keys that were first used longer than `REMEMBERED` ago are forgotten.

        Raises:
            OtherRequest: it stands for another one.
        """
        with writing(self._engine) as connection:
            connection.execute(
                delete(idempotency_keys).where(idempotency_keys.c.at < now - REMEMBERED)
            )
            claiming = insert(connection, idempotency_keys).values(
                caller=caller, key=key, request=request, at=now
            )
            # An update that changes nothing locks the row, so that it is still there to be read.
            row = connection.execute(
                claiming.on_conflict_do_update(
                    index_elements=["caller", "key"], set_={"key": claiming.excluded.key}
                ).returning(idempotency_keys)
            ).one()
        if row.request != request:
            raise OtherRequest(key)
        return Remembered(row.at, row.number, row.outcome, new=row.at == now)

    def knows(self, caller: str, key: str) -> bool:
        """Whether a key was used already."""
        with self._engine.connect() as connection:
            query = select(idempotency_keys.c.at).where(_is(caller, key))
            return connection.execute(query).first() is not None

    def keep_outcome(self, caller: str, key: str, outcome: str, number: str | None) -> None:
        """What came of it, for a repeat."""
        with writing(self._engine) as connection:
            connection.execute(
                update(idempotency_keys)
                .where(_is(caller, key))
                .values(
                    outcome=outcome,
                    number=func.coalesce(idempotency_keys.c.number, number),
                )
            )

    def forget(self, caller: str, key: str) -> None:
        """Nothing came of it: the key may be used again, for something else too."""
        with writing(self._engine) as connection:
            connection.execute(delete(idempotency_keys).where(_is(caller, key)))

    def count(self, caller: str, prefix: str, outcome: str, since: datetime) -> int:
        """How many keys with a prefix (hexadecimal) came to `outcome` since then."""
        known = idempotency_keys.c
        query = select(func.count()).where(
            known.caller == caller,
            # A range, not LIKE: with it the primary key serves.
            known.key >= f"{prefix}/",
            known.key < f"{prefix}0",
            known.outcome == outcome,
            known.at >= since,
        )
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()


def _is(caller: str, key: str) -> ColumnElement[bool]:
    return and_(idempotency_keys.c.caller == caller, idempotency_keys.c.key == key)
