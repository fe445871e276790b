"""What is known of a number that Temporal may have forgotten: its state, and how far it came."""

from sqlalchemy import Engine, bindparam, func, select

from activities.adapters.database.tables import deliveries, entities, facts
from runtime.client_records import Recorded

_BEGUN_BY_NUMBER = ("case", "defect", "release", "area_work")
_ENTITY = (
    select(entities)
    .where(entities.c.kind.in_(_BEGUN_BY_NUMBER), entities.c.number == bindparam("of"))
    .order_by(entities.c.updated_at.desc())
    .limit(1)
)
_LAST_FACT = select(func.max(facts.c.sequence)).where(facts.c.entity == bindparam("of"))
_KEYS = select(deliveries.c.effect_key).where(deliveries.c.entity == bindparam("of")).distinct()


class DatabaseRecords:
    """`Records`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last(self, number: str) -> Recorded | None:
        """What is known of a case, defect, release or area work; None where nothing is.

        Messages may have gone out that the read model never heard of: the ledger counts too.
        """
        of = {"of": number}
        with self._engine.connect() as connection:
            row = connection.execute(_ENTITY, of).first()
            if row is None:
                return None
            reached = [row.sequence, connection.execute(_LAST_FACT, of).scalar_one() or 0]
            reached += [_sequence(key) for key in connection.execute(_KEYS, of).scalars()]
        return Recorded(
            kind=row.kind,
            state=row.state or "known",
            sequence=max(reached),
            plan_version=int(row.snapshot.get("plan_version", 0)),
            written_at=row.updated_at,
        )


def _sequence(key: str) -> int:
    """Of `DEF-000045/17/defect.update`: 17."""
    part = key.split("/")[1:2]
    return int(part[0]) if part and part[0].isdigit() else 0
