"""Attempts counted in one row each; links and sessions know their browser.

Revision ID: 0009
Revises: 0008

Counts, links and sessions live for hours at most, so nothing of them is carried over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.drop_table("web_attempts")
    op.create_table(
        "web_attempts",
        sa.Column("bucket", words, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ends_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("bucket", name="pk_web_attempts"),
    )
    op.create_index("ix_web_attempts_ends_at", "web_attempts", ["ends_at"])

    op.create_table(
        "known_browsers",
        sa.Column("hash", words, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_known_browsers"),
    )
    op.create_index("ix_known_browsers_expires_at", "known_browsers", ["expires_at"])

    op.add_column("sign_in_links", sa.Column("browser_hash", words))
    op.add_column("web_sessions", sa.Column("browser", words))
