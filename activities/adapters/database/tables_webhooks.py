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

from activities.adapters.database.columns import CodePointText, UtcDateTime
from activities.adapters.database.tables import metadata

webhook_receivers = Table(
    "webhook_receivers",
    metadata,
    Column("id", CodePointText, primary_key=True),
    Column("url", CodePointText, nullable=False),
    # The newest first: {"key": "whsec_…", or that sealed, "until": instant or null}.
    Column("secrets", JSON, nullable=False),
    Column("events", JSON, nullable=False),
    Column("source", CodePointText, nullable=False),
    # Why nothing is sent to it; empty where it is enabled.
    Column("disabled", CodePointText),
    Column("created_at", UtcDateTime, nullable=False),
    # When its workflow was last told that messages wait; empty since a round looked for them.
    Column("called_at", UtcDateTime),
    # For whoever looks: since when nothing gets through, and why.
    Column("down_since", UtcDateTime),
    Column("problem", CodePointText),
)

webhook_messages = Table(
    "webhook_messages",
    metadata,
    # The fact it tells of, whose text is in `facts`: without it there is nothing to send.
    Column("entity", CodePointText, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "receiver",
        CodePointText,
        ForeignKey("webhook_receivers.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("kind", CodePointText, nullable=False),
    Column("event", CodePointText, nullable=False),
    Column("state", CodePointText, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Attempts that the receiver answered without taking the message.
    Column("refusals", Integer, nullable=False),
    Column("tried_at", UtcDateTime),
    Column("problem", CodePointText),
    ForeignKeyConstraint(
        ["entity", "sequence"], ["facts.entity", "facts.sequence"], ondelete="CASCADE"
    ),
    Index(None, "receiver", "state", "next_at"),
)
