"""Whether what the database holds still moves: for operators and Prometheus."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select

from activities.adapters.database.tables import deliveries, entities
from activities.adapters.database.tables_webhooks import webhook_messages, webhook_receivers
from activities.adapters.database.webhooks import WAITING
from activities.ports import DeliveryState
from domain.views.work_items import OWING


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when the first of them has."""

    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that support should look at."""

    number: str
    kind: str
    state: str
    severity: str | None
    title: str | None


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

    def open_by_severity(self) -> dict[str, int]:
        """How many defects owe something, by severity; those that there are."""
        severity = entities.c.severity
        query = select(severity, func.count()).where(_is_open("defect")).group_by(severity)
        with self._engine.connect() as connection:
            return dict(connection.execute(query).tuples().all())

    def open_cases(self) -> int:
        """How many cases there are that are not closed."""
        query = select(func.count()).select_from(entities).where(_is_open("case"))
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def needing_attention(self) -> list[Concern]:
        """Everything open that does."""
        row, words = entities.c, entities.c.snapshot
        title = func.coalesce(words["title"].as_string(), words["subject"].as_string())
        query = (
            select(row.number, row.kind, row.state, row.severity, title)
            .where(row.needs_attention, or_(*map(_is_open, OWING)))
            .order_by(row.kind, row.number)
        )
        with self._engine.connect() as connection:
            return [Concern(*found) for found in connection.execute(query).tuples()]

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


def _is_open(kind: str) -> ColumnElement[bool]:
    return and_(entities.c.kind == kind, entities.c.state.in_(OWING[kind]))
