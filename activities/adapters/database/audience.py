"""Who is attached to what: written change by change, read a page at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)

from activities.adapters.database.digests import follow_contact
from activities.adapters.database.engine import batches
from activities.adapters.database.tables import deliveries, entities, subscriptions
from activities.adapters.database.upsert import built_once, insert
from activities.ports import EVERYONE, DeliveryState, Refused
from domain.addresses import readable, spellings
from domain.contract.effects import AudienceChange, Person, Whom
from domain.contract.values import Attachment, Contact

_T = TypeVar("_T")
BEYOND_ALL = 1_000_000_000
"""A point of the sequence that nothing has reached: whoever is attached now, since whenever."""
_ANNOUNCED = ("kind", "title", "window_minutes", "functional_areas", "public_notes")
_HAS_MAIL = subscriptions.c.address.not_like("%:%")
"""Keys of people without an e-mail address have a colon, which no address has."""
_WHO = ("client", "address", "email", "name", "time_zone", "language", "phone")


class DatabaseAudience:
    """`Audience`: the people and cases on a case or defect."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def people(
        self, entity: str, sequence: int, after: str | None, limit: int, whom: Whom = EVERYONE
    ) -> Sequence[Person]:
        """Those `whom` says, one entry per address, with the cases on account of which they are.

        Attached is who was so before `sequence` and is not detached by now. Ordered by lower-cased
        address, starting behind `after` (an address, None for the start). Name, zone, language and
        spelling are those of the newest attachment. The newsletter is for every address known of
        any entity, without cases; nobody is called for it.

        Raises:
            Refused: `whom` lacks the client or change that its kind needs.
        """
        if whom.kind == "newsletter":
            return self._readers(after, limit)
        here = _chosen(entity, sequence, whom)
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

    def _readers(self, after: str | None, limit: int) -> Sequence[Person]:
        known = subscriptions.c
        page = select(known.address).where(known.address.is_not(None), _HAS_MAIL)
        if after is not None:
            page = page.where(known.address > after.lower())
        with self._engine.connect() as connection:
            addresses = (
                connection.execute(page.distinct().order_by(known.address).limit(limit))
                .scalars()
                .all()
            )
            if not addresses:
                return []
            rows = connection.execute(_newest(addresses[0], addresses[-1])).all()
        return [Person(contact=_contact(row), cases=[]) for row in rows]

    def count(self, entity: str, sequence: int) -> int:
        """How many cases are attached then and now, whomever they are of."""
        query = select(func.count()).where(_attached(entity, sequence))
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def attached_among(self, entity: str, addresses: Sequence[str]) -> set[str]:
        """Those of these addresses, in lower case, who are attached now."""
        known, found = subscriptions.c, set[str]()
        with self._engine.connect() as connection:
            for page in batches(list(addresses)):
                query = select(known.address).where(
                    known.entity == entity,
                    known.detached_sequence.is_(None),
                    known.address.in_(page),
                )
                found |= set(connection.execute(query).scalars())
        return found

    def attachments(
        self, entity: str, sequence: int, after: str | None, limit: int
    ) -> Sequence[Attachment]:
        """Cases, clients and contacts attached then and now, ordered by case, behind `after`."""
        query = (
            select(subscriptions)
            .where(_attached(entity, sequence))
            .order_by(subscriptions.c.case_number)
            .limit(limit)
        )
        if after is not None:
            query = query.where(subscriptions.c.case_number > after)
        with self._engine.connect() as connection:
            return [
                Attachment.model_construct(
                    case=row.case_number, client=row.client, contact=_contact(row)
                )
                for row in connection.execute(query)
            ]

    def in_words(self, numbers: Collection[str]) -> Mapping[str, str]:
        """What each is about, in words that clients may read, as far as there are any.

        A case's subject, a defect's public summary, a release's title.
        """
        words = case(
            {"case": _words("subject"), "defect": _words("public_summary")},
            value=entities.c.kind,
            else_=_words("title"),
        )
        query = select(entities.c.number, words).where(
            entities.c.kind.in_(("case", "defect", "release")), entities.c.number.in_(numbers)
        )
        with self._engine.connect() as connection:
            return {number: said for number, said in connection.execute(query).tuples() if said}

    def announcement(self, release: str) -> Mapping[str, Any]:
        """What clients may read of a release: kind, title, window, areas and notes.

        Nothing of one that is not known here.
        """
        query = select(entities.c.snapshot).where(
            entities.c.kind == "release", entities.c.number == release
        )
        with self._engine.connect() as connection:
            snapshot = connection.execute(query).scalar_one_or_none() or {}
        return {name: snapshot[name] for name in _ANNOUNCED if name in snapshot}

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
    former = _known_addresses(connection, entity, rows)
    connection.execute(_joining(connection), rows)
    at = rows[-1]["attached_at"] or rows[-1]["detached_at"]
    _wait_no_more(connection, entity, former, rows, at)


@built_once
def _joining(connection: Connection) -> Insert:
    joining = insert(connection, subscriptions)
    new, known = joining.excluded, subscriptions.c
    leaves = new.detached_sequence.is_not(None)
    # Who is attached already stays attached since then: a corrected contact must not make them
    # miss what was decided before the correction and is still on its way.
    stays = and_(known.attached_sequence.is_not(None), known.detached_sequence.is_(None))
    keeps = or_(leaves, stays)
    return joining.on_conflict_do_update(
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
    )


def _known_addresses(
    connection: Connection, entity: str, rows: Sequence[dict[str, Any]]
) -> dict[str, set[str]]:
    """The addresses that the cases of these rows have so far, and which cases each has."""
    known, found = subscriptions.c, defaultdict[str, set[str]](set)
    for page in batches([row["case_number"] for row in rows if row["address"] is not None]):
        query = select(known.address, known.case_number).where(
            known.entity == entity, known.case_number.in_(page), known.address.is_not(None)
        )
        for address, number in connection.execute(query):
            found[address].add(number)
    return found


def _wait_no_more(
    connection: Connection,
    entity: str,
    former: Mapping[str, set[str]],
    rows: Sequence[dict[str, Any]],
    at: datetime,
) -> None:
    """What an address to which no one is attached any more has not got goes to another address."""
    known = subscriptions.c
    for address, cases in sorted(former.items()):
        anywhere = select(known.case_number).where(known.address == address).limit(1)
        if connection.execute(anywhere.where(known.entity == entity)).first() is not None:
            continue
        is_gone = connection.execute(anywhere).first() is None
        instead = [row for row in reversed(rows) if row["case_number"] in cases]
        follow_contact(connection, entity, address, instead, is_gone=is_gone)
        connection.execute(
            update(deliveries)
            .where(
                deliveries.c.entity == entity,
                deliveries.c.recipient.in_(spellings(address)),
                deliveries.c.state.not_in((DeliveryState.SENT, DeliveryState.SENDING)),
                deliveries.c.overtaken_at.is_(None),
            )
            .values(overtaken_at=at)
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
        # One spelling, so that the column can be compared, and pages go on behind it.
        contact = joining.contact
        email = None if contact.email is None else readable(contact.email)
        yield nobody | {
            "entity": entity,
            "case_number": joining.case,
            "sequence": change.sequence,
            "client": joining.client,
            "address": joining.recipient if email is None else email.lower(),
            "email": email,
            "name": contact.name,
            "time_zone": contact.time_zone,
            "language": contact.language,
            "phone": contact.phone,
            "attached_sequence": change.sequence,
            "attached_at": change.at,
        }


def _chosen(entity: str, sequence: int, whom: Whom) -> ColumnElement[bool]:
    """The rows of an entity for which a person is notified."""
    row, other = subscriptions.c, subscriptions.alias()
    others = exists().where(other.c.entity == entity, other.c.address == row.address)
    match whom.kind:
        case "attached":
            return _attached(entity, sequence)
        case "client":
            client = _needed(whom.client, "a client")
            return and_(_attached(entity, sequence), row.client == client)
        case "joined":
            change = _needed(whom.change, "a change")
            # Also who was attached then by a case that has left since: they did not join.
            was_attached = and_(
                other.c.attached_sequence < change,
                or_(other.c.detached_sequence.is_(None), other.c.detached_sequence >= change),
            )
            joined = and_(_attached(entity, sequence), row.attached_sequence >= change)
            return and_(joined, not_(others.where(was_attached)))
        case "left":
            change = _needed(whom.change, "a change")
            is_attached = other.c.detached_sequence.is_(None)
            left = and_(row.entity == entity, row.detached_sequence == change)
            return and_(left, row.address.is_not(None), not_(others.where(is_attached)))
        case _:
            raise Refused(
                "audience-unknown", f"whom.kind: {whom.kind!r} does not apply to an entity"
            )


def _needed(value: _T | None, what: str) -> _T:
    if value is None:
        raise Refused("audience-incomplete", f"whom: a message to these people needs {what}")
    return value


def _newest(first: str, last: str) -> Select[Any]:
    """The last attachment of each address in a range, of whatever entity.

    By first and last: given a list of addresses, PostgreSQL would rather read all rows.
    """
    known = subscriptions.c
    # Sequences of two entities say nothing about each other: here the clock has to.
    newest_first = (known.attached_at, known.sequence, known.entity, known.case_number)
    place = func.row_number().over(
        partition_by=known.address, order_by=[each.desc() for each in newest_first]
    )
    ranked = (
        select(subscriptions, place.label("place"))
        .where(known.address >= first, known.address <= last, _HAS_MAIL)
        .subquery()
    )
    return select(ranked).where(ranked.c.place == 1).order_by(ranked.c.address)


def _attached(entity: str, sequence: int) -> ColumnElement[bool]:
    return and_(
        subscriptions.c.entity == entity,
        subscriptions.c.attached_sequence < sequence,
        subscriptions.c.detached_sequence.is_(None),
    )


def _person(rows: Sequence[Row[Any]]) -> Person:
    newest = max(rows, key=lambda row: (row.sequence, row.case_number))
    return Person(contact=_contact(newest), cases=[row.case_number for row in rows])


def _words(field: str) -> ColumnElement[str | None]:
    words: ColumnElement[str | None] = entities.c.snapshot[field].as_string()
    return words


def _contact(row: Row[Any]) -> Contact:
    # Not validated again: a stricter rule of a later version must not hold up everybody's mail.
    return Contact.model_construct(
        email=row.email,
        name=row.name,
        time_zone=row.time_zone,
        language=row.language,
        phone=row.phone,
    )
