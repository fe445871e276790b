"""Sessions, links to sign in with and attempts of the web pages; facts by event.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "web_sessions",
        sa.Column("token_hash", words, nullable=False),
        sa.Column("kind", words, nullable=False),
        sa.Column("subject", words, nullable=False),
        sa.Column("began_at", instant, nullable=False),
        sa.Column("seen_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_web_sessions"),
    )
    op.create_index("ix_web_sessions_kind_subject", "web_sessions", ["kind", "subject"])
    op.create_index("ix_web_sessions_expires_at", "web_sessions", ["expires_at"])

    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", words, nullable=False),
        sa.Column("address", words, nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("used_at", instant),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_links"),
    )
    op.create_index("ix_sign_in_links_address", "sign_in_links", ["address"])
    op.create_index("ix_sign_in_links_expires_at", "sign_in_links", ["expires_at"])

    op.create_table(
        "web_attempts",
        sa.Column("id", serial, nullable=False),
        sa.Column("bucket", words, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_web_attempts"),
    )
    op.create_index("ix_web_attempts_bucket_at", "web_attempts", ["bucket", "at"])
    op.create_index("ix_web_attempts_at", "web_attempts", ["at"])

    op.create_index("ix_facts_event_at", "facts", ["event", "at"])
