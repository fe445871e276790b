"""Which defects are open, and what reviews of their impact look at and remember."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, or_, select

from activities.adapters.database.engine import batches, writing
from activities.adapters.database.tables import entities, facts, reviews
from activities.adapters.database.upsert import insert
from domain.contract.status import OVER
from domain.contract.values import Severity

_PAGE = 500


def still_open() -> ColumnElement[bool]:
    """Whether an entity goes on, as far as the read model knows."""
    return or_(entities.c.state.is_(None), entities.c.state.not_in(OVER))


class DatabaseImpact:
    """`Impact` and `OpenDefects` over the read model and a row per review."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_defects(self, severity: Severity) -> Iterator[dict[str, Any]]:
        """The snapshots of open defects of a severity, by number, read a page at a time.

        No transaction stays open between pages: what changes meanwhile may or may not be seen.
        """
        query = (
            select(entities.c.number, entities.c.snapshot)
            .where(entities.c.kind == "defect", entities.c.severity == severity, still_open())
            .order_by(entities.c.number)
            .limit(_PAGE)
        )
        page = query
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(page).all()
            for row in rows:
                yield row.snapshot
            if len(rows) < _PAGE:
                return
            page = query.where(entities.c.number > rows[-1].number)

    def in_area(
        self, area: str, severities: Sequence[Severity], after: str | None, limit: int
    ) -> Sequence[str]:
        """The numbers of open defects of an area, ordered, starting behind `after`."""
        query = (
            select(entities.c.number)
            .where(
                entities.c.kind == "defect",
                entities.c.functional_area == area,
                entities.c.severity.in_(severities),
                still_open(),
            )
            .order_by(entities.c.number)
            .limit(limit)
        )
        if after is not None:
            query = query.where(entities.c.number > after)
        with self._engine.connect() as connection:
            return connection.execute(query).scalars().all()

    def comments(self, defects: Sequence[str]) -> Mapping[str, Sequence[dict[str, Any]]]:
        """What clients said of the severity of each: client, severity, comment, at; newest last.

        `at` is an aware datetime (UTC); `comment` is internal text (D3). Who got no comment has an
        empty list.
        """
        said: dict[str, list[dict[str, Any]]] = {defect: [] for defect in defects}
        with self._engine.connect() as connection:
            for page in batches(list(said)):
                query = (
                    select(facts)
                    .where(facts.c.entity.in_(page), facts.c.event == "severity.feedback")
                    .order_by(facts.c.entity, facts.c.at, facts.c.sequence)
                )
                for row in connection.execute(query):
                    said[row.entity].append(
                        {
                            "client": row.details.get("client"),
                            "severity": row.details.get("severity"),
                            "comment": row.internal_text,
                            "at": row.at,
                        }
                    )
        return said

    def last_ranking(self, before: str) -> list[dict[str, Any]] | None:
        """What the newest review other than `before` remembered; None where there was none."""
        query = (
            select(reviews.c.ranking)
            .where(reviews.c.review != before)
            .order_by(reviews.c.at.desc(), reviews.c.review.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            ranking: list[dict[str, Any]] | None = connection.execute(query).scalar_one_or_none()
        return ranking

    def keep_ranking(self, review: str, at: datetime, ranking: Sequence[dict[str, Any]]) -> None:
        """Remember the ranking of a review; a repeat replaces it."""
        row = {"review": review, "at": at, "ranking": list(ranking)}
        with writing(self._engine) as connection:
            connection.execute(
                insert(connection, reviews)
                .values(row)
                .on_conflict_do_update(index_elements=["review"], set_=row)
            )
