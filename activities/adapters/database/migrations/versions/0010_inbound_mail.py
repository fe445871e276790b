"""Mails that were set aside for staff, and the ids of mails that became a case or a note.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "set_aside_mails",
        sa.Column("id", serial, nullable=False),
        sa.Column("digest", words, nullable=False),
        sa.Column("sender", words, nullable=False),
        sa.Column("subject", words, nullable=False),
        sa.Column("reason", words, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("raw", sa.LargeBinary()),
        sa.Column("decided_at", instant),
        sa.Column("decided_by", words),
        sa.Column("case_number", words),
        sa.PrimaryKeyConstraint("id", name="pk_set_aside_mails"),
    )
    op.create_index("ix_set_aside_mails_digest", "set_aside_mails", ["digest"], unique=True)
    op.create_index("ix_set_aside_mails_decided_at_at", "set_aside_mails", ["decided_at", "at"])
    op.create_index("ix_set_aside_mails_sender", "set_aside_mails", ["sender"])
    op.create_table(
        "taken_mails",
        sa.Column("message_id", words, nullable=False),
        sa.Column("sender", words, nullable=False),
        sa.Column("case_number", words, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.PrimaryKeyConstraint("message_id", "sender", name="pk_taken_mails"),
    )
    op.create_index("ix_taken_mails_at", "taken_mails", ["at"])
