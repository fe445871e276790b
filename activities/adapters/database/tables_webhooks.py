"""The tables of webhooks; like `tables.py`, whose metadata they are part of."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
)

from activities.adapters.database.columns import Instant, Words
from activities.adapters.database.tables import metadata

webhook_receivers = Table(
    "webhook_receivers",
    metadata,
    Column("id", Words, primary_key=True),
    Column("url", Words, nullable=False),
    # The newest first: {"key": "whsec_…", "until": instant or null}.
    Column("secrets", JSON, nullable=False),
    Column("events", JSON, nullable=False),
    Column("source", Words, nullable=False),
    # Why nothing is sent to it; empty where it is enabled.
    Column("disabled", Words),
    Column("created_at", Instant, nullable=False),
    # When its workflow was last told that messages wait; empty since a round looked for them.
    Column("called_at", Instant),
    # For whoever looks: since when nothing gets through, and why.
    Column("down_since", Instant),
    Column("problem", Words),
)

webhook_messages = Table(
    "webhook_messages",
    metadata,
    # The fact it tells of, whose text is in `facts`: without it there is nothing to send.
    Column("entity", Words, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "receiver",
        Words,
        ForeignKey("webhook_receivers.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("kind", Words, nullable=False),
    Column("event", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Attempts that the receiver answered without taking the message.
    Column("refusals", Integer, nullable=False),
    Column("tried_at", Instant),
    Column("problem", Words),
    ForeignKeyConstraint(
        ["entity", "sequence"], ["facts.entity", "facts.sequence"], ondelete="CASCADE"
    ),
    Index(None, "receiver", "state", "next_at"),
)
