"""The numbers that are open in the database, to compare them with what runs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import get_args

from sqlalchemy import Engine, func, select

from activities.adapters.database.tables import entities
from domain.contract.status import CaseState, DefectState, ReleaseState
from runtime.client_records import Row

OPEN: Mapping[str, Sequence[str]] = {
    "case": [state for state in get_args(CaseState) if state != "closed"],
    "defect": [state for state in get_args(DefectState) if state != "closed"],
    "release": [s for s in get_args(ReleaseState) if s not in {"deployed", "cancelled"}],
    "area_work": ["marking"],
}
"""States by kind in which something has a workflow that runs."""
_PAGE = 1_000


class DatabaseOpenNumbers:
    """`OpenNumbers`: counts and pages by an index, a connection for each page."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, kind: str) -> int:
        """How many are open."""
        query = select(func.count()).where(
            entities.c.kind == kind, entities.c.state.in_(OPEN[kind])
        )
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def pages(self, kind: str) -> Iterator[Sequence[str]]:
        """The numbers of all that are open, a page at a time."""
        for state in OPEN[kind]:
            query = (
                select(entities.c.number)
                .where(entities.c.kind == kind, entities.c.state == state)
                .order_by(entities.c.number)
                .limit(_PAGE)
            )
            after = ""
            while True:
                with self._engine.connect() as connection:
                    page = connection.execute(query.where(entities.c.number > after)).scalars()
                    numbers = list(page)
                if numbers:
                    yield numbers
                if len(numbers) < _PAGE:
                    break
                after = numbers[-1]

    def rows(self, kind: str, numbers: Collection[str]) -> Mapping[str, Row]:
        """How these stand now, as far as they are known."""
        row = entities.c
        query = select(row.number, row.state, row.updated_at, row.sequence).where(
            row.kind == kind, row.number.in_(numbers)
        )
        with self._engine.connect() as connection:
            return {
                number: Row(str(state), state in OPEN[kind], at, sequence)
                for number, state, at, sequence in connection.execute(query)
            }
