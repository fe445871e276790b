"""Digests: who wants one, and which messages wait for it.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "preferences",
        sa.Column("digest", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("preferences", sa.Column("digest_at", instant))
    op.create_table(
        "digest_parts",
        sa.Column("delivery", sa.BigInteger(), nullable=False),
        sa.Column("recipient", words, nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("digest", words),
        sa.Column("effect", sa.JSON(), nullable=False),
        sa.Column("person", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery"], ["deliveries.id"], name="fk_digest_parts_delivery_deliveries"
        ),
        sa.PrimaryKeyConstraint("delivery", name="pk_digest_parts"),
    )
    op.create_index("ix_digest_parts_due_at", "digest_parts", ["due_at"])
    op.create_index("ix_digest_parts_recipient", "digest_parts", ["recipient"])
