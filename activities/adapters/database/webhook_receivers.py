"""The receivers of webhooks: who they are, what they want, and what may be sent once more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select, update

from activities.adapters.database.engine import batches, writing
from activities.adapters.database.tables import entities, facts
from activities.adapters.database.tables_webhooks import webhook_messages, webhook_receivers
from activities.adapters.database.upsert import insert
from activities.adapters.database.webhook_secrets import locked_secrets, write_secrets
from activities.adapters.database.webhooks import FAILED, SENT, WAITING
from activities.webhook_ports import Sealing
from domain.entity import iso
from domain.webhooks.events import EVENTS, EVERYTHING, message_id, receiver_id, wants

OVERLAP = timedelta(days=1)
"""How long the secret before stays valid when a new one is given."""
BY_OPERATOR, BY_SETTINGS = "operator", "settings"
_receivers, _messages = webhook_receivers.c, webhook_messages.c


@dataclass(frozen=True, slots=True)
class Standing:
    """How a receiver stands, for operators. No secret is ever shown."""

    id: str
    url: str
    events: tuple[str, ...]
    source: str
    disabled: str | None
    created_at: datetime
    secrets: int
    keys: tuple[str | None, ...]
    """Under which keys they are encrypted, the newest first; None for one in clear."""
    down_since: datetime | None
    problem: str | None
    waiting: int
    sent: int
    failed: int


class DatabaseWebhookReceivers:
    """Who is sent what. A receiver's id follows from its URL, so that none is there twice."""

    def __init__(self, engine: Engine, sealing: Sealing) -> None:
        self._engine = engine
        self._sealing = sealing

    def add(
        self, url: str, key: str, at: datetime, events: Sequence[str] = EVERYTHING
    ) -> str | None:
        """Add a receiver; answers its id, None where the URL is known already."""
        with writing(self._engine) as connection:
            added = self._add(connection, url, key, at, events, BY_OPERATOR)
        return receiver_id(url) if added else None

    def synchronise(self, urls: Iterable[str], key: str | None, at: datetime) -> None:
        """Bring the receivers of the settings in line with them; others stay as they are.

        One that is there no more is disabled, and enabled when it comes back: unless it was
        disabled by hand or by its own word. Another secret is a rotation.

        Raises:
            RuntimeError: a secret cannot be opened, as `Sealing` says.
        """
        wanted = {receiver_id(url): url for url in urls} if key else {}
        with writing(self._engine) as connection:
            known = {
                row.id: row
                for row in connection.execute(
                    select(webhook_receivers).where(_receivers.source == BY_SETTINGS)
                )
            }
            for receiver, url in wanted.items():
                if receiver in known:
                    _enable(connection, receiver, BY_SETTINGS)
                    newest = known[receiver].secrets[0]["key"]
                    if key and self._sealing.open(newest, receiver) != key:
                        self._rotate(connection, receiver, key, at, OVERLAP)
                elif key:
                    self._add(connection, url, key, at, EVERYTHING, BY_SETTINGS)
            for receiver in known.keys() - wanted.keys():
                _disable(connection, receiver, BY_SETTINGS)

    def all(self) -> Sequence[Standing]:
        """Every receiver, the oldest first."""
        counting = select(_messages.receiver, _messages.state, func.count()).group_by(
            _messages.receiver, _messages.state
        )
        with self._engine.connect() as connection:
            counts = {(r, state): n for r, state, n in connection.execute(counting).tuples()}
            rows = connection.execute(
                select(webhook_receivers).order_by(_receivers.created_at, _receivers.id)
            ).all()
        return [
            Standing(
                id=row.id,
                url=row.url,
                events=tuple(row.events),
                source=row.source,
                disabled=row.disabled,
                created_at=row.created_at,
                secrets=len(row.secrets),
                keys=tuple(self._sealing.key_of(secret["key"]) for secret in row.secrets),
                down_since=row.down_since,
                problem=row.problem,
                waiting=counts.get((row.id, WAITING), 0),
                sent=counts.get((row.id, SENT), 0),
                failed=counts.get((row.id, FAILED), 0),
            )
            for row in rows
        ]

    def deliveries(
        self, receiver: str, state: str | None = None, limit: int = 100
    ) -> Sequence[Mapping[str, Any]]:
        """The latest messages to a receiver, those last tried or queued first."""
        latest = func.coalesce(_messages.tried_at, _messages.queued_at)
        query = (
            select(
                _messages.entity,
                _messages.sequence,
                _messages.event,
                _messages.state,
                _messages.attempts,
                _messages.queued_at,
                _messages.tried_at,
                _messages.next_at,
                _messages.problem,
            )
            .where(_messages.receiver == receiver)
            .order_by(latest.desc(), _messages.entity, _messages.sequence.desc())
            .limit(limit)
        )
        if state is not None:
            query = query.where(_messages.state == state)
        with self._engine.connect() as connection:
            return [
                {"id": message_id(row["entity"], row["sequence"], row["event"]), **row}
                for row in connection.execute(query).mappings()
            ]

    def disable(self, receiver: str) -> bool:
        """Stop sending to it; what waits stays. Whether there is such a receiver."""
        with writing(self._engine) as connection:
            return _disable(connection, receiver, BY_OPERATOR)

    def enable(self, receiver: str) -> bool:
        """Send to it again. Nothing was written for it meanwhile: `replay` brings that back."""
        with writing(self._engine) as connection:
            return _enable(connection, receiver)

    def rotate(self, receiver: str, key: str, at: datetime, overlap: timedelta = OVERLAP) -> bool:
        """Sign with a new secret too, and with it alone when `overlap` is over.

        Without an overlap the one before is not looked at, so that one whose key is lost can go.
        """
        with writing(self._engine) as connection:
            return self._rotate(connection, receiver, key, at, overlap)

    def _add(
        self,
        connection: Connection,
        url: str,
        key: str,
        at: datetime,
        events: Sequence[str],
        source: str,
    ) -> bool:
        receiver = receiver_id(url)
        adding = insert(connection, webhook_receivers).values(
            id=receiver,
            url=url,
            secrets=[{"key": self._sealing.seal(key, receiver), "until": None}],
            events=list(events),
            source=source,
            created_at=at,
        )
        added = adding.on_conflict_do_nothing().returning(_receivers.id)
        return connection.execute(added).one_or_none() is not None

    def _rotate(
        self, connection: Connection, receiver: str, key: str, at: datetime, overlap: timedelta
    ) -> bool:
        before = locked_secrets(connection, receiver)
        if before is None:
            return False
        secrets = [{"key": self._sealing.seal(key, receiver), "until": None}]
        if overlap > timedelta(0) and self._sealing.open(before[0]["key"], receiver) != key:
            secrets.append({"key": before[0]["key"], "until": iso(at + overlap)})
        write_secrets(connection, receiver, secrets)
        return True

    def remove(self, receiver: str) -> bool:
        """Forget it and every message to it."""
        with writing(self._engine) as connection:
            removing = delete(webhook_receivers).where(_receivers.id == receiver)
            return connection.execute(removing).rowcount > 0

    def replay_failed(self, receiver: str, at: datetime) -> int:
        """Let everything that was given up wait once more; answers how many messages."""
        again = (
            update(webhook_messages)
            .where(_messages.receiver == receiver, _messages.state == FAILED)
            .values(**_afresh(at))
        )
        with writing(self._engine) as connection:
            return connection.execute(again).rowcount

    def replay_since(self, receiver: str, since: datetime, at: datetime) -> int:
        """Let everything that has happened since then wait once more, be it sent or never written.

        The ids are the same as ever: a receiver that has kept them knows what it has seen.
        """
        imported = facts.alias("imported")
        past = select(imported.c.sequence).where(
            imported.c.entity == facts.c.entity,
            imported.c.event.in_([e for e in EVENTS if e.endswith(".imported")]),
            imported.c.at > facts.c.at,
        )
        happened = (
            select(entities.c.kind, facts.c.entity, facts.c.sequence, facts.c.event)
            .join(entities, entities.c.number == facts.c.entity)
            .where(facts.c.at >= since, facts.c.event.in_(EVENTS), ~past.exists())
            .order_by(facts.c.entity, facts.c.sequence)
        )
        with writing(self._engine) as connection:
            events = connection.execute(
                select(_receivers.events).where(_receivers.id == receiver)
            ).scalar_one_or_none()
            rows = [
                {"receiver": receiver, **row, **_afresh(at)}
                for row in connection.execute(happened).mappings()
                if wants(events or (), row["event"])
            ]
            writing_them = insert(connection, webhook_messages)
            for batch in batches(rows):
                connection.execute(
                    writing_them.on_conflict_do_update(
                        index_elements=["receiver", "entity", "sequence"],
                        set_={name: writing_them.excluded[name] for name in _afresh(at)},
                    ),
                    batch,
                )
        return len(rows)


def _disable(connection: Connection, receiver: str, why: str) -> bool:
    """A reason that is there already stays: settings do not undo what a person or it has said."""
    known = _receivers.id == receiver
    connection.execute(
        update(webhook_receivers).where(known, _receivers.disabled.is_(None)).values(disabled=why)
    )
    return connection.execute(select(_receivers.id).where(known)).one_or_none() is not None


def _enable(connection: Connection, receiver: str, why: str | None = None) -> bool:
    """Enable what was disabled for this reason, or for any."""
    enabling = update(webhook_receivers).where(_receivers.id == receiver)
    if why is not None:
        enabling = enabling.where(_receivers.disabled == why)
    return connection.execute(enabling.values(disabled=None, called_at=None)).rowcount > 0


def _afresh(at: datetime) -> dict[str, Any]:
    return {
        "state": WAITING,
        "queued_at": at,
        "next_at": at,
        "attempts": 0,
        "refusals": 0,
        "problem": None,
    }
