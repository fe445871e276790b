"""Whether what the database holds still moves: for operators and Prometheus."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from activities.adapters.database.tables import deliveries, entities
from activities.adapters.database.tables_webhooks import webhook_messages, webhook_receivers
from activities.adapters.database.webhooks import WAITING
from activities.ports import DeliveryState


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when the first of them has."""

    count: int
    since: datetime | None


class BacklogStats:
    """Reads ages and numbers, and no text."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def being_sent_since(self, at: datetime) -> int:
        """How many messages have been on their way since then or longer, without a word."""
        query = select(func.count()).where(
            deliveries.c.state == DeliveryState.SENDING,
            deliveries.c.changed_at <= at,
            deliveries.c.overtaken_at.is_(None),
        )
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def webhooks(self) -> Waiting:
        """What waits for receivers that are not disabled."""
        query = (
            select(func.count(), func.min(webhook_messages.c.queued_at))
            .join(webhook_receivers, webhook_receivers.c.id == webhook_messages.c.receiver)
            .where(webhook_messages.c.state == WAITING, webhook_receivers.c.disabled.is_(None))
        )
        with self._engine.connect() as connection:
            return Waiting(*connection.execute(query).tuples().one())

    def read_model_written_at(self) -> datetime | None:
        """The instant of the newest change that the read model has; None for an empty one."""
        query = select(func.max(entities.c.updated_at))
        with self._engine.connect() as connection:
            newest: datetime | None = connection.execute(query).scalar_one()
        return newest
