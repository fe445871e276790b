"""The secrets of webhook receivers as the database keeps them: sealed where there are keys.

`webhook_receivers.secrets` lists a receiver's secrets, the newest first, each with the instant
until which it is valid.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from activities.adapters.database.engine import writing
from activities.adapters.database.rekeyed import Rekeyed
from activities.adapters.database.tables_webhooks import webhook_receivers
from activities.webhook_ports import Sealing

_receivers = webhook_receivers.c


class DatabaseWebhookSecrets:
    """All of them at once."""

    def __init__(self, engine: Engine, sealing: Sealing) -> None:
        self._engine = engine
        self._sealing = sealing

    def check(self, at: datetime) -> None:
        """Open every secret that is valid.

        Raises:
            RuntimeError: one cannot be opened, as `Sealing` says.
        """
        for receiver, secrets in self._secrets():
            for kept in valid_secrets(secrets, at):
                self._sealing.open(kept, receiver)

    def rekey(self, at: datetime, to: Sealing) -> Rekeyed:
        """Write every secret that is valid down as `to` seals now, and drop the others.

        A receiver at a time; a repeat leaves what is so already. Secrets stay what they are.

        Raises:
            RuntimeError: one cannot be opened, as `Sealing` says; those before it are done.
        """
        done = Rekeyed()
        for receiver, _ in self._secrets():
            with writing(self._engine) as connection:
                done += self._rekey(connection, receiver, at, to)
        return done

    def _secrets(self) -> Sequence[tuple[str, Sequence[Mapping[str, str | None]]]]:
        with self._engine.connect() as connection:
            query = select(_receivers.id, _receivers.secrets).order_by(_receivers.id)
            return connection.execute(query).tuples().all()

    def _rekey(self, connection: Connection, receiver: str, at: datetime, to: Sealing) -> Rekeyed:
        before = locked_secrets(connection, receiver) or []
        kept = [secret for secret in before if valid_secrets([secret], at)]
        # What a new secret would be sealed under is what all are to be under.
        wanted = to.key_of(to.seal("", receiver))
        secrets, count = [], 0
        for secret in kept:
            if self._sealing.key_of(secret["key"]) != wanted:
                opened = self._sealing.open(secret["key"], receiver)
                secret, count = secret | {"key": to.seal(opened, receiver)}, count + 1
            secrets.append(secret)
        if secrets != before:
            write_secrets(connection, receiver, secrets)
        return Rekeyed(len(kept), count, len(before) - len(kept))


def valid_secrets(secrets: Sequence[Mapping[str, str | None]], at: datetime) -> list[str]:
    """Those of a receiver that are valid at `at`, as they are written down, the newest first."""
    return [
        str(secret["key"])
        for secret in secrets
        if secret["until"] is None or datetime.fromisoformat(secret["until"]) > at
    ]


def locked_secrets(connection: Connection, receiver: str) -> list[dict[str, Any]] | None:
    """As they are written down; None where there is no such receiver."""
    known = select(_receivers.secrets).where(_receivers.id == receiver).with_for_update()
    return connection.execute(known).scalar_one_or_none()


def write_secrets(
    connection: Connection, receiver: str, secrets: Sequence[Mapping[str, Any]]
) -> None:
    """In place of those that a receiver had."""
    writing_them = update(webhook_receivers).where(_receivers.id == receiver)
    connection.execute(writing_them.values(secrets=secrets))
