"""Receivers of webhooks, and what waits for each.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "webhook_receivers",
        sa.Column("id", words, nullable=False),
        sa.Column("url", words, nullable=False),
        sa.Column("secrets", sa.JSON(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("source", words, nullable=False),
        sa.Column("disabled", words),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("called_at", instant),
        sa.Column("down_since", instant),
        sa.Column("problem", words),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_receivers"),
    )
    op.create_table(
        "webhook_messages",
        sa.Column("entity", words, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("receiver", words, nullable=False),
        sa.Column("kind", words, nullable=False),
        sa.Column("event", words, nullable=False),
        sa.Column("state", words, nullable=False),
        sa.Column("queued_at", instant, nullable=False),
        sa.Column("next_at", instant, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("tried_at", instant),
        sa.Column("problem", words),
        sa.PrimaryKeyConstraint("entity", "sequence", "receiver", name="pk_webhook_messages"),
        sa.ForeignKeyConstraint(
            ["entity", "sequence"],
            ["facts.entity", "facts.sequence"],
            name="fk_webhook_messages_entity_sequence",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["receiver"],
            ["webhook_receivers.id"],
            name="fk_webhook_messages_receiver",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_webhook_messages_receiver_state_next_at",
        "webhook_messages",
        ["receiver", "state", "next_at"],
    )
