"""What needs somebody, over all cases, defects and releases: listed with each status, read by due
instant."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from activities.adapters.database.engine import writing
from activities.adapters.database.tables import entities, unlisted
from activities.adapters.database.tables_work import work_items
from activities.adapters.database.upsert import built_once, insert
from domain.views.work_items import DUTIES, Shown
from domain.views.work_items import work_items as work_items_of

_BATCH = 500
_ADVISORY_LOCK = 7_236_345_002
"""Whoever lists what is unlisted takes turns: two of them would lock rows in another order."""
_ITEM = work_items.c
_FILTERS = ("severity", "functional_area", "client", "owner")
_ORDER = (_ITEM.at, _ITEM.number, _ITEM.why)


def ident_of(kind: str, number: str, why: str) -> str:
    """Of a work item: the same however often it is listed, and nothing but letters and digits."""
    return hashlib.sha256(f"{kind}/{number}/{why}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Span:
    """The items that are shown in one way, due in one span of time."""

    shown: Shown
    after: datetime | None = None
    until: datetime | None = None
    """Included, where `after` is not."""

    @property
    def holds(self) -> ColumnElement[bool]:
        """Whether an item is in it."""
        span = [_ITEM.shown == self.shown]
        if self.after is not None:
            span.append(_ITEM.at > self.after)
        if self.until is not None:
            span.append(_ITEM.at <= self.until)
        return and_(*span)

    def has(self, item: Row[Any]) -> bool:
        """The same of one that was read."""
        begins = self.after is None or item.at > self.after
        return begins and item.shown == self.shown and (not self.until or item.at <= self.until)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an item stands among the others, by which they are ordered."""

    at: datetime
    number: str
    why: str

    @property
    def behind(self) -> ColumnElement[bool]:
        """Whether an item comes later."""
        further = and_(_ITEM.number == self.number, _ITEM.why > self.why)
        return and_(
            _ITEM.at >= self.at,  # Not needed but for the index.
            or_(_ITEM.at > self.at, _ITEM.number > self.number, further),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """How one case, defect or release stands."""

    kind: str
    number: str
    snapshot: Mapping[str, Any]


class DatabaseWorkItems:
    """Reads what is listed, once everything is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        list_unlisted(engine)

    def page(
        self,
        spans: Sequence[Span],
        wanted: Mapping[str, str],
        behind: Place | None,
        limit: int,
    ) -> tuple[list[Row[Any]], int]:
        """The first of those in some spans by their instant, and how many there are in all.

        `wanted` has what they must have of severity, functional area, client and owner. Each span
        is read by itself, since an index has its order.
        """
        rows: list[Row[Any]] = []
        count = 0
        with self._engine.connect() as connection:
            for span in spans:
                theirs = [span.holds, *(_ITEM[name] == value for name, value in wanted.items())]
                if behind is not None:
                    theirs.append(behind.behind)
                query = select(work_items).where(*theirs).order_by(*_ORDER).limit(limit)
                rows += connection.execute(query)
                counted = select(func.count()).select_from(work_items).where(*theirs)
                count += connection.execute(counted).scalar_one()
        return sorted(rows, key=lambda row: (row.at, row.number, row.why))[:limit], count

    def still(self, idents: Collection[str], spans: Sequence[Span]) -> set[str]:
        """Those of these items that are still there in any of these spans."""
        query = select(_ITEM.ident, _ITEM.shown, _ITEM.at).where(_ITEM.ident.in_(idents))
        with self._engine.connect() as connection:
            there = connection.execute(query).all()
        return {item.ident for item in there if any(span.has(item) for span in spans)}

    def values(self, column: str) -> list[str]:
        """What the items that are shown have there, each value once."""
        query = select(_ITEM[column]).where(_ITEM[column].is_not(None), _ITEM.shown != Shown.NEVER)
        with self._engine.connect() as connection:
            return sorted(connection.execute(query.distinct()).scalars())

    def owed(self, until: datetime) -> Sequence[Row[Any]]:
        """All duties due until an instant, or undecided, by it."""
        query = select(
            _ITEM.kind, _ITEM.number, _ITEM.need, _ITEM.at, _ITEM.severity,
            _ITEM.is_since, _ITEM.is_missed,
        ).where(_ITEM.need.in_(sorted(DUTIES)), _ITEM.at <= until)  # fmt: skip
        with self._engine.connect() as connection:
            return connection.execute(query.order_by(*_ORDER)).all()


def list_items(connection: Connection, standing: Sequence[Standing]) -> None:
    """What needs somebody of those that stand so, instead of what did: most often the same."""
    wanted = {row["ident"]: row for one in standing for row in _rows(one)}
    known: dict[str, Mapping[str, Any]] = {}
    for kind in {one.kind for one in standing}:
        asked = {"of_kind": kind, "of_numbers": [o.number for o in standing if o.kind == kind]}
        found = connection.execute(_known(connection), asked).mappings()
        known |= {row["ident"]: row for row in found}
    if gone := known.keys() - wanted.keys():
        connection.execute(delete(work_items).where(_ITEM.ident.in_(sorted(gone))))
    if new := [row for ident, row in wanted.items() if known.get(ident) != row]:
        connection.execute(_listing(connection), new)


def _rows(one: Standing) -> Iterator[dict[str, Any]]:
    filters = {name: _text(one.snapshot.get(name)) for name in _FILTERS}
    for item in work_items_of(one.kind, one.snapshot):
        yield filters | {
            "ident": ident_of(one.kind, one.number, item.why),
            "kind": one.kind,
            "number": one.number,
            "why": item.why,
            "need": item.need.value,
            "shown": item.shown.value,
            "at": item.at,
            "is_since": item.is_since,
            "is_missed": item.is_missed,
        }


def list_unlisted(engine: Engine) -> None:
    """List what stood before there were lists, and what the version before wrote since.

    Those that lag are asked for by how far they do, which needs an index whatever a planner
    believes of how many they are.
    """
    row = entities.c
    furthest = select(unlisted).order_by(unlisted.desc()).limit(1)
    some = select(row.kind, row.number, row.snapshot).where(unlisted > 0).order_by(unlisted.desc())
    while True:
        with engine.connect() as connection:
            if (connection.execute(furthest).scalar() or 0) <= 0:
                return
        with writing(engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            # Locked, so that each stays as it is listed.
            found = connection.execute(some.limit(_BATCH).with_for_update()).all()
            list_items(connection, [Standing(one.kind, one.number, one.snapshot) for one in found])
            for kind in {one.kind for one in found}:
                numbers = [one.number for one in found if one.kind == kind]
                those = update(entities).where(row.kind == kind, row.number.in_(numbers))
                connection.execute(those.values(items_sequence=row.sequence))


@built_once
def _known(connection: Connection) -> Select[Any]:  # noqa: ARG001 - the same on both
    numbers: BindParameter[Any] = bindparam("of_numbers", expanding=True)
    return select(work_items).where(_ITEM.kind == bindparam("of_kind"), _ITEM.number.in_(numbers))


@built_once
def _listing(connection: Connection) -> Insert:
    listing = insert(connection, work_items)
    return listing.on_conflict_do_update(
        index_elements=["ident"],
        set_={column.name: listing.excluded[column.name] for column in work_items.c},
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
