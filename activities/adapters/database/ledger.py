"""Remembers every attempt to deliver a message, so that no recipient gets it twice unawares."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, Engine, Row, and_, bindparam, func, or_, select, update
from sqlalchemy.sql.dml import ReturningInsert

from activities.adapters.database.engine import patiently, writing
from activities.adapters.database.tables import deliveries, spoken_messages
from activities.adapters.database.upsert import built_once, insert
from activities.ports import (
    SHARED_FOR,
    Delivery,
    DeliveryState,
    Message,
    Spoken,
    shared_key,
)
from domain.addresses import spellings

_UNSENT = (DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.UNKNOWN)
_FAILING = (
    *(DeliveryState.PLANNED, DeliveryState.FAILED, DeliveryState.UNKNOWN),
    DeliveryState.BOUNCED,
)
_OVER = (DeliveryState.SENT, DeliveryState.BOUNCED)
"""Nothing is sent again to who got it, or to an address that sent it back."""
_NOT_SENT_AGAIN = (*_OVER, DeliveryState.DIGEST)
"""What waits for a digest goes out with that, and not by itself too."""
_WAITED_FOR = deliveries.c.overtaken_at.is_(None)
"""Nothing has taken its place."""
_IS = and_(
    deliveries.c.effect_key == bindparam("of_key"),
    deliveries.c.recipient == bindparam("of_recipient"),
    deliveries.c.channel == bindparam("of_channel"),
)
FIND = select(deliveries).where(_IS).with_for_update()
_SETTLE = (
    update(deliveries)
    .where(_IS, deliveries.c.state.not_in(_OVER))
    .values(
        state=bindparam("ended"),
        sent_at=bindparam("sent"),
        problem=bindparam("for_problem"),
        changed_at=bindparam("now"),
    )
)
_LEFT = and_(
    deliveries.c.entity == bindparam("of_entity"),
    deliveries.c.state.in_(_UNSENT),
    or_(deliveries.c.lane == bindparam("of_lane"), deliveries.c.lane.is_(None)),
    or_(
        deliveries.c.decided_at < bindparam("before"),
        deliveries.c.effect_key == bindparam("of_key"),
    ),
    _WAITED_FOR,
)
_FIND_LEFT = select(deliveries.c.id).where(_LEFT)
_OVERTAKE = update(deliveries).where(_LEFT).values(overtaken_at=bindparam("now"))


class DatabaseLedger:
    """`Ledger`: one row per effect, recipient and channel; a row exists from its first claim."""

    def __init__(self, engine: Engine, patience: float = 20.0) -> None:
        self._engine = engine
        self._patience = patience
        """Seconds that what was sent waits for a database that is away."""

    def claim(
        self, delivery: Delivery, at: datetime, shared_since: datetime | None = None
    ) -> Delivery:
        """Mark it as being sent, one attempt more, and return the row as it was before.

        A new row is returned as `planned` with no attempts; one found `sending` (the sender died
        in between) as `unknown`; one found `sent`, `bounced` or in a `digest` is left alone and
        returned as it is.
        Claims of one row take turns, from whatever thread or process; so do those of what is
        shared, which are made under the key of one that began within `SHARED_FOR`.
        """
        with writing(self._engine) as connection:
            delivery = on_record(connection, delivery)
            if shared_since is not None:
                delivery = _shared(connection, delivery, shared_since)
            if open_row(connection, delivery, at):
                return replace(
                    delivery, state=DeliveryState.PLANNED, attempts=0, sent_at=None, problem=None
                )
            row = connection.execute(FIND, named(delivery)).one()
            before = delivery_of(row)
            if before.state in _NOT_SENT_AGAIN or (shared_since and _is_anothers(before, delivery)):
                return before
            connection.execute(
                update(deliveries)
                .where(deliveries.c.id == row.id)
                .values(
                    state=DeliveryState.SENDING,
                    attempts=before.attempts + 1,
                    cases=list(delivery.cases),
                    changed_at=at,
                    lane=delivery.lane,
                    content=delivery.content,
                    overtaken_at=None,
                )
            )
        if before.state is DeliveryState.SENDING:
            return replace(before, state=DeliveryState.UNKNOWN)
        return before

    def hand_to_staff(self, delivery: Delivery, spoken: Spoken, at: datetime) -> Delivery:
        """Write down what a person is to be told by telephone, and return the row as it was before.

        One found `sent`, since somebody said that they told them, is left alone.
        """
        to_do = DeliveryState.BY_TELEPHONE
        with writing(self._engine) as connection:
            is_new = open_row(connection, delivery, at, to_do)
            row = connection.execute(FIND, named(delivery)).one()
            before = delivery_of(row)
            if before.state is DeliveryState.SENT:
                return before
            if not is_new:
                again = {"cases": list(delivery.cases), "content": delivery.content}
                connection.execute(
                    update(deliveries)
                    .where(deliveries.c.id == row.id)
                    .values(state=to_do, changed_at=at, overtaken_at=None, **again)
                )
            said = {"delivery": row.id, **asdict(spoken)}
            writing_it = insert(connection, spoken_messages).values(said)
            connection.execute(
                writing_it.on_conflict_do_update(index_elements=["delivery"], set_=said)
            )
        return before

    def settle(
        self, delivery: Delivery, state: DeliveryState, at: datetime, problem: str | None = None
    ) -> None:
        """Record how the attempt ended; `problem` is a short code, never client text.

        What was once `sent` or `bounced` stays so: a second, unlucky sender cannot take it back.
        While the database is away for moments `sent` is tried again: forgotten, it would be sent
        again.

        Raises:
            LookupError: where it was never claimed.
        """
        settle = partial(self._settle, delivery, state, at, problem)
        patiently(settle, self._patience if state is DeliveryState.SENT else 0)

    def _settle(
        self, delivery: Delivery, state: DeliveryState, at: datetime, problem: str | None
    ) -> None:
        sent_at = at if state is DeliveryState.SENT else None
        with writing(self._engine) as connection:
            delivery = on_record(connection, delivery)
            of_row = named(delivery)
            ended = {"ended": state, "sent": sent_at, "for_problem": problem, "now": at}
            settled = connection.execute(_SETTLE, of_row | ended)
            known = settled.rowcount or connection.execute(FIND, of_row).first()
        if not known:
            raise LookupError(f"{delivery.effect_key}: settled without having been claimed")

    def overtake(self, effect: Message, at: datetime) -> None:
        """What is left of an effect, or of older ones of its lane, is superseded.

        Rows from before lanes were written down count as of any.
        """
        left = {
            "of_entity": effect.entity,
            "of_lane": effect.lane,
            "of_key": effect.key,
            "before": effect.at,
        }
        # Mostly there is none, and looking waits for nobody: writers of SQLite take turns.
        with self._engine.connect() as connection:
            if connection.execute(_FIND_LEFT, left).first() is None:
                return
        with writing(self._engine) as connection:
            connection.execute(_OVERTAKE, left | {"now": at})

    def deliveries(self, entity: str | None = None) -> Sequence[Delivery]:
        """All rows, oldest first, of one entity or of all."""
        query = select(deliveries).order_by(deliveries.c.id)
        if entity is not None:
            query = query.where(deliveries.c.entity == entity)
        with self._engine.connect() as connection:
            return [delivery_of(row) for row in connection.execute(query)]

    def newest(self, entity: str, limit: int) -> Sequence[Delivery]:
        """The last rows of an entity, the newest first."""
        of_entity = select(deliveries).where(deliveries.c.entity == entity)
        query = of_entity.order_by(deliveries.c.id.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [delivery_of(row) for row in connection.execute(query)]

    def count(self, entity: str, states: Collection[DeliveryState]) -> int:
        """How many rows of an entity stand in one of these states."""
        query = select(func.count()).where(
            deliveries.c.entity == entity, deliveries.c.state.in_(states)
        )
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def told(self, effect_key: str) -> set[str]:
        """The recipients who have got a message, or will without it being sent again."""
        over = (DeliveryState.SENT, DeliveryState.BY_TELEPHONE, DeliveryState.DIGEST)
        query = select(deliveries.c.recipient).where(
            deliveries.c.effect_key == effect_key, deliveries.c.state.in_(over)
        )
        with self._engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def failing(self, limit: int = 100) -> Sequence[Delivery]:
        """What was tried and is neither sent nor being sent, the longest waiting first."""
        query = (
            select(deliveries)
            .where(deliveries.c.state.in_(_FAILING), _WAITED_FOR)
            .order_by(deliveries.c.first_at, deliveries.c.id)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [delivery_of(row) for row in connection.execute(query)]

    def summary(self) -> dict[DeliveryState, int]:
        """How many rows stand in each state, but for those that were overtaken; none is nought."""
        query = (
            select(deliveries.c.state, func.count()).where(_WAITED_FOR).group_by(deliveries.c.state)
        )
        with self._engine.connect() as connection:
            found = {DeliveryState(state): n for state, n in connection.execute(query).tuples()}
        return {state: found.get(state, 0) for state in DeliveryState}

    def oldest_unsent_at(self) -> datetime | None:
        """When the longest waiting message was first tried (UTC); None where none waits.

        What was refused for good does not wait: `failing` and `summary` show it. Neither does what
        a newer message has taken the place of.
        """
        query = select(func.min(deliveries.c.first_at)).where(
            deliveries.c.state.in_(_UNSENT), _WAITED_FOR
        )
        with self._engine.connect() as connection:
            oldest: datetime | None = connection.execute(query).scalar_one()
        return oldest


def open_row(
    connection: Connection,
    delivery: Delivery,
    at: datetime,
    state: DeliveryState = DeliveryState.SENDING,
) -> bool:
    """Whether this is the first claim; the row then stands as being sent, or as it is said."""
    row: dict[str, Any] = {
        "effect_key": delivery.effect_key,
        "recipient": delivery.recipient,
        "channel": delivery.channel,
        "entity": delivery.entity,
        "event": delivery.event,
        "message_id": delivery.message_id,
        "state": state,
        "attempts": 1,
        "decided_at": delivery.decided_at,
        "first_at": at,
        "changed_at": at,
        "cases": list(delivery.cases),
        "lane": delivery.lane,
        "content": delivery.content,
    }
    return connection.execute(_opening(connection), row).first() is not None


@built_once
def _opening(connection: Connection) -> ReturningInsert[tuple[int]]:
    return (
        insert(connection, deliveries)
        .on_conflict_do_nothing(index_elements=["effect_key", "recipient", "channel"])
        .returning(deliveries.c.id)
    )


def on_record(connection: Connection, delivery: Delivery) -> Delivery:
    """The delivery with its recipient spelled as it was written down, if it was otherwise."""
    others = [s for s in spellings(delivery.recipient) if s != delivery.recipient]
    if not others:
        return delivery
    known = deliveries.c.recipient
    earlier = connection.execute(
        select(known)
        .where(
            deliveries.c.effect_key == delivery.effect_key,
            deliveries.c.channel == delivery.channel,
            known.in_(others),
        )
        .order_by(known)
        .limit(1)
    ).scalar_one_or_none()
    return replace(delivery, recipient=earlier) if earlier is not None else delivery


def _shared(connection: Connection, delivery: Delivery, since: datetime) -> Delivery:
    """The delivery under the key of the one that says the same, its own before another's."""
    about = delivery.effect_key.removesuffix(shared_key("", since))
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(crc32(about.encode()))))
    key, after, before = deliveries.c.effect_key, since - SHARED_FOR, since + SHARED_FOR
    is_own = deliveries.c.message_id == delivery.message_id
    known = connection.execute(
        select(key)
        .where(
            key >= shared_key(about, after),
            key <= shared_key(about, before),
            deliveries.c.recipient == delivery.recipient,
            deliveries.c.channel == delivery.channel,
        )
        .order_by(is_own.desc(), key)
        .limit(1)
    ).scalar_one_or_none()
    return replace(delivery, effect_key=known or delivery.effect_key)


def _is_anothers(row: Delivery, delivery: Delivery) -> bool:
    """Whether somebody else sends what is shared; what was refused is tried by whoever comes."""
    return row.message_id != delivery.message_id and row.state is not DeliveryState.FAILED


def named(delivery: Delivery) -> dict[str, Any]:
    """The parameters of `_IS`."""
    return {
        "of_key": delivery.effect_key,
        "of_recipient": delivery.recipient,
        "of_channel": delivery.channel,
    }


def delivery_of(row: Row[Any]) -> Delivery:
    """What a row of the ledger says."""
    return Delivery(
        effect_key=row.effect_key,
        recipient=row.recipient,
        channel=row.channel,
        entity=row.entity,
        event=row.event,
        message_id=row.message_id,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        decided_at=row.decided_at,
        sent_at=row.sent_at,
        problem=row.problem,
        cases=tuple(row.cases),
        lane=row.lane,
        overtaken_at=row.overtaken_at,
        content=row.content,
    )
