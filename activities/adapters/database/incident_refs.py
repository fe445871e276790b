"""Remembers under which id an external status page knows each incident."""

from sqlalchemy import Engine, select

from activities.adapters.database.engine import writing
from activities.adapters.database.tables import incident_refs
from activities.adapters.database.upsert import insert


class IncidentRefs:
    """Pairs of an incident's key (`DEF-000045/S1-1`) and the id the status page gave it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, incident_key: str) -> str | None:
        """The external id, or None where none is remembered."""
        query = select(incident_refs.c.external_id).where(incident_refs.c.incident == incident_key)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one_or_none()

    def remember(self, incident_key: str, external_id: str) -> None:
        """Keep the pair; a later id takes the place of an earlier one."""
        row = {"incident": incident_key, "external_id": external_id}
        with writing(self._engine) as connection:
            connection.execute(
                insert(connection, incident_refs)
                .values(row)
                .on_conflict_do_update(index_elements=["incident"], set_=row)
            )
