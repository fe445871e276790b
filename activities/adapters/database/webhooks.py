"""Webhooks that wait for their receivers: written with the facts they tell of, or not at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Insert,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)

from activities.adapters.database.engine import batches, writing
from activities.adapters.database.tables import facts
from activities.adapters.database.tables_webhooks import webhook_messages, webhook_receivers
from activities.adapters.database.upsert import built_once, insert
from activities.adapters.database.webhook_secrets import valid_secrets
from activities.webhook_ports import Attempt, Destination, Outgoing, Sealing, Standing
from domain.contract.effects import UpdateReadModel
from domain.webhooks.events import Verdict, announced, wants

WAITING, SENT, FAILED = "waiting", "sent", "failed"
CALL_HOLDS = timedelta(minutes=10)
"""How long a receiver's workflow is not called again where no round has begun since the last call.

Long enough to be silent while a receiver is down, short enough for a call that came to nothing."""

_messages, _receivers = webhook_messages.c, webhook_receivers.c
_earlier = webhook_messages.alias("earlier").c
_IN_ORDER = ~exists().where(
    _earlier.receiver == _messages.receiver,
    _earlier.entity == _messages.entity,
    _earlier.sequence < _messages.sequence,
    _earlier.state == WAITING,
)
"""That no earlier message of the same entity waits."""
_WAITING = and_(_messages.receiver == bindparam("of_receiver"), _messages.state == WAITING)
_LISTENING = (
    select(_receivers.id, _receivers.events, _receivers.called_at)
    .where(_receivers.disabled.is_(None))
    .order_by(_receivers.id)
)
_BEGIN = (
    update(webhook_receivers)
    .where(_receivers.id == bindparam("of_receiver"))
    .values(called_at=None)
    .returning(_receivers.url, _receivers.secrets, _receivers.disabled)
)
_MAKE_DUE = (
    update(webhook_messages)
    .where(_WAITING, _messages.next_at > bindparam("now"))
    .values(next_at=bindparam("now"))
)
_PAST_DUE = (
    select(
        _messages.kind,
        _messages.entity,
        _messages.sequence,
        _messages.event,
        _messages.refusals,
        facts.c.at,
        facts.c.details,
        facts.c.public_text,
    )
    .join(facts, and_(facts.c.entity == _messages.entity, facts.c.sequence == _messages.sequence))
    .where(_WAITING, _messages.next_at <= bindparam("now"))
    .order_by(_messages.next_at, _messages.entity)
    .limit(bindparam("most"))
)
_DUE = _PAST_DUE.where(_IN_ORDER)
_NOTE = (
    update(webhook_receivers)
    .where(_receivers.id == bindparam("of_receiver"))
    .values(down_since=bindparam("since"), problem=bindparam("for_problem"))
)
_COUNT = select(func.count(), func.count().filter(_messages.refusals > 0)).where(_WAITING)
_NEXT = select(func.min(_messages.next_at)).where(_WAITING, _IN_ORDER)
"""Not of those behind another: they are due, and cannot be sent."""
_FORGOTTEN = (
    select(_receivers.id)
    .where(
        _receivers.disabled.is_(None),
        _receivers.down_since.is_(None),
        exists().where(
            _messages.receiver == _receivers.id,
            _messages.state == WAITING,
            _messages.next_at <= bindparam("due"),
            _IN_ORDER,
        ),
    )
    .order_by(_receivers.id)
)


class DatabaseWebhooks:
    """`Webhooks`: one row per receiver and fact; the text stays with the fact."""

    def __init__(self, engine: Engine, sealing: Sealing) -> None:
        self._engine = engine
        self._sealing = sealing

    def to_call(self, projection: UpdateReadModel, at: datetime, *, again: bool) -> Sequence[str]:
        """The receivers that a projection has something for, and that were not called yet.

        Those named here count as called. With `again` all are named: an earlier try may have ended
        before it called them.
        """
        happened = announced(projection.facts)
        if not happened:
            return []
        stale = at - CALL_HOLDS
        with self._engine.connect() as connection:
            to_call = [
                row.id
                for row in connection.execute(_LISTENING)
                if (again or row.called_at is None or row.called_at < stale)
                and any(wants(row.events, fact.event) for fact in happened)
            ]
        if not to_call:
            return []
        uncalled = or_(_receivers.called_at.is_(None), _receivers.called_at < stale)
        calling = (
            update(webhook_receivers)
            .where(_receivers.id.in_(to_call))
            .where(*([] if again else [uncalled]))
            .values(called_at=at)
            .returning(_receivers.id)
        )
        with writing(self._engine) as connection:
            return sorted(connection.execute(calling).scalars())

    def begin(self, receiver: str, at: datetime, *, at_once: bool) -> Destination | None:
        """A round begins: who is sent to, None where it was removed. `at_once` makes all due.

        What is written from now on calls the receiver anew.

        Raises:
            RuntimeError: a secret cannot be opened, as `Sealing` says.
        """
        round_of = {"of_receiver": receiver}
        with writing(self._engine) as connection:
            row = connection.execute(_BEGIN, round_of).one_or_none()
            if at_once:
                connection.execute(_MAKE_DUE, round_of | {"now": at})
        if row is None:
            return None
        keys = [self._sealing.open(kept, receiver) for kept in valid_secrets(row.secrets, at)]
        return Destination(id=receiver, url=row.url, keys=tuple(keys), disabled=row.disabled)

    def due(self, receiver: str, at: datetime, limit: int) -> Sequence[Outgoing]:
        """The first message of each entity, as far as it is due: the longest due goes first."""
        wanted = {"of_receiver": receiver, "now": at, "most": limit}
        with self._engine.connect() as connection:
            return [Outgoing(**row) for row in connection.execute(_DUE, wanted).mappings()]

    def settle(self, receiver: str, attempts: Sequence[Attempt], at: datetime) -> None:
        """Remember what came of some attempts, all at once."""
        with writing(self._engine) as connection:
            for attempt in attempts:
                message = attempt.message
                changed: dict[str, Any] = {}
                if attempt.verdict is Verdict.TAKEN:
                    changed = {"state": SENT}
                elif attempt.verdict is Verdict.REFUSED:
                    changed = {"refusals": message.refusals + 1}
                    changed |= (
                        {"state": FAILED}
                        if attempt.again_at is None
                        else {"next_at": attempt.again_at}
                    )
                connection.execute(
                    update(webhook_messages)
                    .where(
                        _messages.receiver == receiver,
                        _messages.entity == message.entity,
                        _messages.sequence == message.sequence,
                    )
                    .values(
                        attempts=_messages.attempts + 1,
                        tried_at=at,
                        problem=attempt.problem,
                        **changed,
                    )
                )

    def give_up(self, receiver: str, queued_until: datetime, problem: str | None) -> int:
        """Mark as failed what has waited since then or longer; answers how many."""
        giving_up = (
            update(webhook_messages)
            .where(_WAITING, _messages.queued_at <= queued_until)
            .values(state=FAILED, problem=problem)
        )
        with writing(self._engine) as connection:
            return connection.execute(giving_up, {"of_receiver": receiver}).rowcount

    def end(self, receiver: str, down_since: datetime | None, problem: str | None) -> Standing:
        """A round ends: notes how the receiver is, for operators, and answers what waits."""
        of, noted = {"of_receiver": receiver}, {"since": down_since, "for_problem": problem}
        with writing(self._engine) as connection:
            connection.execute(_NOTE, of | noted)
            waiting, troubled = connection.execute(_COUNT, of).tuples().one()
            next_at = connection.execute(_NEXT, of).scalar_one()
        return Standing(waiting=waiting, troubled=troubled, next_at=next_at)

    def disable(self, receiver: str, why: str) -> None:
        """Send nothing more to it, and write nothing more for it."""
        with writing(self._engine) as connection:
            connection.execute(
                update(webhook_receivers)
                .where(_receivers.id == receiver, _receivers.disabled.is_(None))
                .values(disabled=why)
            )

    def forgotten(self, at: datetime) -> Sequence[str]:
        """The receivers for whom something has been due for so long that no call of them holds,
        though they answer: the last call was lost."""
        due = {"due": at - CALL_HOLDS}
        with self._engine.connect() as connection:
            return connection.execute(_FORGOTTEN, due).scalars().all()

    def waited_for(self) -> Sequence[str]:
        """The receivers for whom something waits."""
        query = select(_receivers.id).where(
            _receivers.disabled.is_(None),
            exists().where(_messages.receiver == _receivers.id, _messages.state == WAITING),
        )
        with self._engine.connect() as connection:
            return connection.execute(query.order_by(_receivers.id)).scalars().all()


def queue_messages(connection: Connection, projection: UpdateReadModel) -> None:
    """Write a message per fact and receiver that wants it; those that are there already stay."""
    happened = announced(projection.facts)
    if not happened:
        return
    rows = [
        {
            "receiver": receiver,
            "entity": projection.entity,
            "sequence": fact.sequence,
            "kind": projection.kind,
            "event": fact.event,
            "state": WAITING,
            "queued_at": projection.at,
            "next_at": projection.at,
            "attempts": 0,
            "refusals": 0,
        }
        for receiver, events, _ in connection.execute(_LISTENING).tuples()
        for fact in happened
        if wants(events, fact.event)
    ]
    for batch in batches(rows):
        connection.execute(_queueing(connection), batch)


@built_once
def _queueing(connection: Connection) -> Insert:
    return insert(connection, webhook_messages).on_conflict_do_nothing()
