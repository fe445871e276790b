"""The status page of an installation that has no other: incidents and what was said of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select, update

from activities.adapters.database.engine import writing
from activities.adapters.database.sessions import hashed
from activities.adapters.database.tables import incident_updates, incidents
from activities.adapters.database.upsert import insert
from domain.contract.effects import PostStatus


@dataclass(frozen=True, slots=True)
class IncidentUpdate:
    """What was said of an incident at one moment (UTC)."""

    stage: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as it stands, with all that was said of it, newest first."""

    key: str
    entity: str
    name: str
    severity: str
    stage: str
    started_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    updates: tuple[IncidentUpdate, ...]


def public_ident(key: str) -> str:
    """How the public knows an incident: made from its key, which names a defect, and says nothing
    of that."""
    return hashed(key)[:12]


class DatabaseStatusPage:
    """`StatusPage` over two tables."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def post(self, effect: PostStatus, at: datetime) -> None:
        """Create, update or resolve the incident; the same effect again changes nothing.

        An update that comes late takes its place among the others and leaves the stage alone.
        """
        stands = {
            "sequence": effect.sequence,
            "name": effect.name,
            "severity": effect.severity,
            "stage": effect.stage,
            "updated_at": at,
            "resolved_at": at if effect.stage == "resolved" else None,
        }
        said = {
            "effect_key": effect.key,
            "incident": effect.incident,
            "sequence": effect.sequence,
            "stage": effect.stage,
            "body": effect.body,
            "at": at,
        }
        with writing(self._engine) as connection:
            connection.execute(
                insert(connection, incidents)
                .values(key=effect.incident, entity=effect.entity, started_at=at, **stands)
                .on_conflict_do_nothing(index_elements=["key"])
            )
            is_new = connection.execute(
                insert(connection, incident_updates)
                .values(said)
                .on_conflict_do_nothing(index_elements=["effect_key"])
                .returning(incident_updates.c.effect_key)
            ).first()
            if is_new:
                connection.execute(
                    update(incidents)
                    .where(
                        incidents.c.key == effect.incident,
                        incidents.c.sequence <= effect.sequence,
                    )
                    .values(stands)
                )

    def incidents(self, limit: int = 50) -> Sequence[Incident]:
        """The newest first, each with its updates, newest first."""
        newest = select(incidents).order_by(incidents.c.started_at.desc(), incidents.c.key.desc())
        with self._engine.connect() as connection:
            rows = connection.execute(newest.limit(limit)).all()
            said = connection.execute(
                select(incident_updates)
                .where(incident_updates.c.incident.in_([row.key for row in rows]))
                .order_by(incident_updates.c.sequence.desc(), incident_updates.c.at.desc())
            ).all()
        updates: dict[str, list[IncidentUpdate]] = {row.key: [] for row in rows}
        for row in said:
            updates[row.incident].append(IncidentUpdate(stage=row.stage, body=row.body, at=row.at))
        return [
            Incident(
                key=row.key,
                entity=row.entity,
                name=row.name,
                severity=row.severity,
                stage=row.stage,
                started_at=row.started_at,
                updated_at=row.updated_at,
                resolved_at=row.resolved_at,
                updates=tuple(updates[row.key]),
            )
            for row in rows
        ]
