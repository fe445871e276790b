"""What one person is told of: the cases they are the contact of, and the defects behind them.

A person is the contact of what the database knows their address to be attached to *now*. A client's
other people are not: what one of them wrote in a case is not shown to another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, select

from activities.adapters.database.tables import entities, subscriptions
from domain.addresses import spellings

MOST = 500
"""How many cases or defects of one person are shown, those changed last."""


@dataclass(frozen=True, slots=True)
class Known:
    """A person as their newest attachment has them."""

    address: str
    email: str
    name: str | None
    time_zone: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Attached:
    """A case or defect a person is attached to: how it stands, and on what account."""

    snapshot: dict[str, Any]
    cases: tuple[str, ...]
    clients: tuple[str, ...]


class DatabaseContacts:
    """Looks people up by their address, however it is spelled."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, address: str) -> Known | None:
        """The person of an address; None where nothing is attached to it now."""
        query = (
            select(subscriptions)
            .where(_of(address))
            .order_by(subscriptions.c.attached_at.desc(), subscriptions.c.entity.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return Known(address, row.email or address, row.name, row.time_zone, row.language)

    def clients(self, address: str) -> Sequence[str]:
        """The clients a person is a contact of, ordered."""
        query = select(subscriptions.c.client).where(_of(address)).distinct()
        with self._engine.connect() as connection:
            found = connection.execute(query.order_by(subscriptions.c.client)).scalars().all()
        return [client for client in found if client is not None]

    def cases(self, address: str, number: str | None = None) -> Sequence[Attached]:
        """The cases a person is the contact of, the one changed last first; or just one of them."""
        return self._attached("case", address, number)

    def defects(self, address: str, number: str | None = None) -> Sequence[Attached]:
        """The defects a person is attached to by a case; or just one of them."""
        return self._attached("defect", address, number)

    def _attached(self, kind: str, address: str, number: str | None) -> Sequence[Attached]:
        here = _of(address)
        if number is not None:
            here = and_(here, subscriptions.c.entity == number)
        query = (
            select(entities.c.number, entities.c.snapshot)
            .where(
                entities.c.kind == kind,
                entities.c.number.in_(select(subscriptions.c.entity).where(here)),
            )
            .order_by(entities.c.updated_at.desc(), entities.c.number.desc())
            .limit(MOST)
        )
        with self._engine.connect() as connection:
            found = connection.execute(query).all()
            accounts = connection.execute(
                select(
                    subscriptions.c.entity, subscriptions.c.case_number, subscriptions.c.client
                ).where(here, subscriptions.c.entity.in_([row.number for row in found]))
            ).all()
        return [
            Attached(
                snapshot=row.snapshot,
                cases=tuple(sorted(a.case_number for a in accounts if a.entity == row.number)),
                clients=tuple(
                    sorted({a.client for a in accounts if a.entity == row.number and a.client})
                ),
            )
            for row in found
        ]


def _of(address: str) -> ColumnElement[bool]:
    return and_(
        subscriptions.c.address.in_(spellings(address)),
        subscriptions.c.attached_sequence.is_not(None),
        subscriptions.c.detached_sequence.is_(None),
    )
