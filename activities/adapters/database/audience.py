"""Who is attached to what: written change by change, read a page at a time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, case, or_, select

from activities.adapters.database.engine import insert
from activities.adapters.database.tables import subscriptions
from domain.effects import AudienceChange, Person
from domain.messages import Contact

_WHO = ("client", "address", "email", "name", "time_zone")


class DatabaseAudience:
    """`Audience`: the people and cases on a case or defect."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def people(self, entity: str, sequence: int, after: str | None, limit: int) -> Sequence[Person]:
        """Those attached before `sequence` and not detached by now, one entry per address.

        Ordered by lower-cased address, starting behind `after` (an address, None for the start).
        Each has all their cases; name, zone and spelling are those of the newest attachment.
        """
        here = _attached(entity, sequence)
        if after is not None:
            here = and_(here, subscriptions.c.address > after.lower())
        page = (
            select(subscriptions.c.address)
            .where(here)
            .distinct()
            .order_by(subscriptions.c.address)
            .limit(limit)
        )
        query = (
            select(subscriptions)
            .where(here, subscriptions.c.address.in_(page))
            .order_by(subscriptions.c.address, subscriptions.c.case_number)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [_person(list(same)) for _, same in groupby(rows, key=lambda row: row.address)]

    def cases(self, entity: str, sequence: int, after: str | None, limit: int) -> Sequence[str]:
        """The numbers of their cases, ordered, starting behind `after`."""
        query = (
            select(subscriptions.c.case_number)
            .where(_attached(entity, sequence))
            .order_by(subscriptions.c.case_number)
            .limit(limit)
        )
        if after is not None:
            query = query.where(subscriptions.c.case_number > after)
        with self._engine.connect() as connection:
            return connection.execute(query).scalars().all()


def apply_changes(connection: Connection, entity: str, changes: Iterable[AudienceChange]) -> None:
    """Write who joined and left `entity`; a change the row already knows, or an older one, is void.

    Replays and late arrivals are harmless: a detachment that comes before its attachment leaves a
    row that refuses the attachment.
    """
    rows = [row for change in changes for row in _rows(entity, change)]
    if not rows:
        return
    joining = insert(connection, subscriptions)
    new, known = joining.excluded, subscriptions.c
    leaves = new.detached_sequence.is_not(None)
    # Who is attached already stays attached since then: a corrected contact must not make them
    # miss what was decided before the correction and is still on its way.
    stays = and_(known.attached_sequence.is_not(None), known.detached_sequence.is_(None))
    keeps = or_(leaves, stays)
    connection.execute(
        joining.on_conflict_do_update(
            index_elements=["entity", "case_number"],
            set_={
                "sequence": new.sequence,
                **{name: case((leaves, known[name]), else_=new[name]) for name in _WHO},
                "attached_sequence": case(
                    (keeps, known.attached_sequence), else_=new.attached_sequence
                ),
                "attached_at": case((keeps, known.attached_at), else_=new.attached_at),
                "detached_sequence": new.detached_sequence,
                "detached_at": new.detached_at,
            },
            where=known.sequence < new.sequence,
        ),
        rows,
    )


def _rows(entity: str, change: AudienceChange) -> Iterator[dict[str, Any]]:
    nobody = dict.fromkeys(column.name for column in subscriptions.c)
    for leaving in change.detach:
        yield nobody | {
            "entity": entity,
            "case_number": leaving.case,
            "sequence": change.sequence,
            "detached_sequence": change.sequence,
            "detached_at": change.at,
        }
    for joining in change.attach:
        yield nobody | {
            "entity": entity,
            "case_number": joining.case,
            "sequence": change.sequence,
            "client": joining.client,
            "address": joining.contact.email.lower(),
            "email": joining.contact.email,
            "name": joining.contact.name,
            "time_zone": joining.contact.time_zone,
            "attached_sequence": change.sequence,
            "attached_at": change.at,
        }


def _attached(entity: str, sequence: int) -> ColumnElement[bool]:
    return and_(
        subscriptions.c.entity == entity,
        subscriptions.c.attached_sequence < sequence,
        subscriptions.c.detached_sequence.is_(None),
    )


def _person(rows: Sequence[Row[Any]]) -> Person:
    newest = max(rows, key=lambda row: (row.sequence, row.case_number))
    # Not validated again: a stricter rule of a later version must not hold up everybody's mail.
    contact = Contact.model_construct(
        email=newest.email, name=newest.name, time_zone=newest.time_zone
    )
    return Person(contact=contact, cases=[row.case_number for row in rows])
