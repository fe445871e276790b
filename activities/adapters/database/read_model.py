"""What the portal reads: how every case, defect and release stands, and what happened to it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Insert, func, select, union_all

from activities.adapters.database.audience import apply_changes
from activities.adapters.database.engine import writing
from activities.adapters.database.members import apply_members
from activities.adapters.database.tables import entities, facts, subscriptions
from activities.adapters.database.telephone import settle_told
from activities.adapters.database.upsert import built_once, insert
from activities.adapters.database.webhooks import queue_messages
from activities.adapters.database.work_items import Standing, list_items
from domain.contract.effects import Fact, UpdateReadModel

_AHEAD = ("planned", "frozen", "deploying")
"""How a release stands that is still to come."""


class DatabaseReadModel:
    """`ReadModel`: snapshots, facts, audience, members, webhooks, written all or not at all."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def project(self, projection: UpdateReadModel) -> None:
        """Bring it up to date; an older projection never overwrites a newer one.

        Its facts and its changes of audience and members count whatever its age: each carries its
        own sequence.
        """
        with writing(self._engine) as connection:
            # The snapshot comes first: its row is locked even where nothing is written, so the
            # projections of one entity take turns.
            write_snapshot(connection, projection)
            write_facts(connection, projection.entity, projection.facts)
            apply_changes(connection, projection.entity, projection.audience)
            apply_members(connection, projection.entity, projection.members)
            settle_told(connection, projection.facts)
            queue_messages(connection, projection)

    def entity(self, kind: str, number: str) -> dict[str, Any] | None:
        """The snapshot of a case, defect or release; None where there is none."""
        query = select(entities.c.snapshot).where(
            entities.c.kind == kind, entities.c.number == number
        )
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one_or_none()

    def entities(self, kind: str, numbers: Collection[str]) -> dict[str, dict[str, Any]]:
        """The snapshots of those of these numbers that there are, by number."""
        query = select(entities.c.number, entities.c.snapshot).where(
            entities.c.kind == kind, entities.c.number.in_(numbers)
        )
        with self._engine.connect() as connection:
            return {row.number: row.snapshot for row in connection.execute(query)}

    def standing(self, named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
        """The snapshots of those of these kinds and numbers that there are, by kind and number."""
        numbers: dict[str, set[str]] = {}
        for kind, number in named:
            numbers.setdefault(kind, set()).add(number)
        return {
            (kind, number): snapshot
            for kind, of_kind in numbers.items()
            for number, snapshot in self.entities(kind, of_kind).items()
        }

    def find(
        self,
        kind: str,
        *,
        client: str | None = None,
        states: Collection[str] = (),
        severities: Collection[str] = (),
        functional_area: str | None = None,
        release: str | None = None,
        needs_attention: bool | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Sequence[dict[str, Any]]:
        """A page of snapshots ordered by number, starting behind `after`; what is empty is open.

        A case is its client's; a defect is of every client with a case attached to it now.
        """
        query = select(entities.c.snapshot).where(entities.c.kind == kind)
        if client is not None:
            query = query.where(
                entities.c.number.in_(
                    union_all(
                        select(entities.c.number).where(
                            entities.c.kind == kind, entities.c.client == client
                        ),
                        select(subscriptions.c.entity).where(
                            subscriptions.c.client == client,
                            subscriptions.c.detached_sequence.is_(None),
                        ),
                    )
                )
            )
        if states:
            query = query.where(entities.c.state.in_(states))
        if severities:
            query = query.where(entities.c.severity.in_(severities))
        if functional_area is not None:
            query = query.where(entities.c.functional_area == functional_area)
        if release is not None:
            query = query.where(entities.c.release == release)
        if needs_attention is not None:
            query = query.where(entities.c.needs_attention.is_(needs_attention))
        if after is not None:
            query = query.where(entities.c.number > after)
        with self._engine.connect() as connection:
            return (
                connection.execute(query.order_by(entities.c.number).limit(limit)).scalars().all()
            )

    def banners(self) -> Sequence[dict[str, Any]]:
        """The releases to come that have a banner, as they stand, the next to be deployed first.

        What the portal's login page shows (R2).
        """
        query = select(entities.c.snapshot).where(
            entities.c.kind == "release", entities.c.state.in_(_AHEAD)
        )
        with self._engine.connect() as connection:
            ahead = connection.execute(query.order_by(entities.c.number)).scalars().all()
        shown = [snapshot for snapshot in ahead if snapshot.get("banner") is not None]
        return sorted(shown, key=_deploy_at)

    def newest_facts(self, number: str, limit: int) -> tuple[list[dict[str, Any]], int]:
        """Its last facts, the newest first, as `timeline` has them; and how many there are."""
        columns = [column for column in facts.c if column is not facts.c.entity]
        of_entity = select(*columns).where(facts.c.entity == number)
        counted = select(func.count()).where(facts.c.entity == number)
        with self._engine.connect() as connection:
            newest = of_entity.order_by(facts.c.sequence.desc()).limit(limit)
            rows = connection.execute(newest).mappings().all()
            return [dict(row) for row in rows], connection.execute(counted).scalar_one()

    def timeline(self, number: str, *, public_only: bool) -> Iterator[dict[str, Any]]:
        """Its facts, oldest first: sequence, at (aware UTC), event, details, public, public_text.

        With `public_only` just those that are public; otherwise all, with actor and internal_text.
        """
        columns = [column for column in facts.c if column is not facts.c.entity]
        query = select(*columns).where(facts.c.entity == number)
        if public_only:
            columns.remove(facts.c.internal_text)
            columns.remove(facts.c.actor)
            query = select(*columns).where(facts.c.entity == number, facts.c.public)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(facts.c.sequence)).mappings().all()
        return (dict(row) for row in rows)


def write_snapshot(connection: Connection, projection: UpdateReadModel) -> None:
    """How it stands; an older one is void."""
    snapshot = projection.model_dump(mode="json", include={"snapshot"})["snapshot"]
    row = {
        "kind": projection.kind,
        "number": projection.entity,
        "sequence": projection.sequence,
        "snapshot": snapshot,
        "client": _text(snapshot, "client"),
        "severity": _text(snapshot, "severity"),
        "state": _text(snapshot, "state"),
        "functional_area": _text(snapshot, "functional_area"),
        "release": _text(snapshot.get("release"), "id"),
        "needs_attention": bool(snapshot.get("needs_attention")),
        "updated_at": projection.at,
        "items_sequence": projection.sequence,
    }
    if connection.execute(_writing_snapshot(connection), row).rowcount:
        list_items(connection, [Standing(projection.kind, projection.entity, snapshot)])


@built_once
def _writing_snapshot(connection: Connection) -> Insert:
    writing_it = insert(connection, entities)
    return writing_it.on_conflict_do_update(
        index_elements=["kind", "number"],
        set_={column.name: writing_it.excluded[column.name] for column in entities.c},
        where=entities.c.sequence <= writing_it.excluded.sequence,
    )


def write_facts(connection: Connection, entity: str, happened: Sequence[Fact]) -> None:
    """What happened; what is known stays as it is."""
    rows = [fact.model_dump(mode="json") | {"entity": entity, "at": fact.at} for fact in happened]
    if rows:
        connection.execute(_writing_facts(connection), rows)


@built_once
def _writing_facts(connection: Connection) -> Insert:
    return insert(connection, facts).on_conflict_do_nothing()


def _text(record: object, field: str) -> str | None:
    """A field to find the entity by, where the record has it as text: no snapshot is refused."""
    value = record.get(field) if isinstance(record, Mapping) else None
    return value if isinstance(value, str) else None


def _deploy_at(snapshot: Mapping[str, Any]) -> datetime:
    """To order by: a release whose snapshot gives no instant comes last, and is shown all the same.

    Parsed, since instants with and without fractions of a second do not sort as texts.
    """
    try:
        at = datetime.fromisoformat(_text(snapshot, "deploy_at") or "")
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
