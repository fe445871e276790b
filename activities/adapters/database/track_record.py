"""What was promised and kept over time, as far as the read model remembers it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from activities.adapters.database.tables import entities, facts

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Happened:
    """One fact of those asked for."""

    entity: str
    event: str
    at: datetime
    has_public_text: bool
    details: Mapping[str, Any]
    actor: str | None = None
    """Who did it, where a command led to it."""


class DatabaseTrackRecord:
    """Reads facts by event, and entities by when they last changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def facts(self, events: Collection[str], since: datetime) -> Sequence[Happened]:
        """What happened of these events from `since` on, oldest first."""
        query = (
            select(
                facts.c.entity,
                facts.c.event,
                facts.c.at,
                facts.c.public_text.is_not(None).label("has_text"),
                facts.c.details,
                facts.c.actor,
            )
            .where(facts.c.event.in_(events), facts.c.at >= since)
            .order_by(facts.c.at, facts.c.entity, facts.c.sequence)
        )
        with self._engine.connect() as connection:
            return [
                Happened(row.entity, row.event, row.at, bool(row.has_text), row.details, row.actor)
                for row in connection.execute(query)
            ]

    def entities(
        self,
        kind: str,
        *,
        changed_since: datetime | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Snapshots by number, read a page at a time: all, or those changed lately."""
        query = select(entities.c.number, entities.c.snapshot).where(entities.c.kind == kind)
        if changed_since is not None:
            query = query.where(entities.c.updated_at >= changed_since)
        page = query = query.order_by(entities.c.number).limit(_PAGE)
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(page).all()
            for row in rows:
                yield row.snapshot
            if len(rows) < _PAGE:
                return
            page = query.where(entities.c.number > rows[-1].number)
