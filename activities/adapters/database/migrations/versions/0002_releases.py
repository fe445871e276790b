"""Releases and their defects, preferences, consultation minutes, reviews; the language of a contact.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Entities before subscriptions, as every projection has it: in the other order a worker that
    # runs meanwhile and this migration could wait for each other.
    op.create_index("ix_entities_kind_state_number", "entities", ["kind", "state", "number"])
    op.create_index("ix_entities_kind_severity_number", "entities", ["kind", "severity", "number"])
    op.create_index(
        "ix_entities_kind_functional_area_number",
        "entities",
        ["kind", "functional_area", "number"],
    )
    op.add_column("subscriptions", sa.Column("language", words))
    op.create_index("ix_subscriptions_address", "subscriptions", ["address"])

    op.create_table(
        "preferences",
        sa.Column("address", words, nullable=False),
        sa.Column("token", words, nullable=False),
        sa.Column("progress", sa.Boolean(), nullable=False),
        sa.Column("progress_at", instant),
        sa.Column("newsletter", sa.Boolean(), nullable=False),
        sa.Column("newsletter_at", instant),
        sa.Column("time_zone", words),
        sa.Column("time_zone_at", instant),
        sa.Column("language", words),
        sa.Column("language_at", instant),
        sa.PrimaryKeyConstraint("address", name="pk_preferences"),
    )
    op.create_index("ix_preferences_token", "preferences", ["token"], unique=True)

    op.create_table(
        "release_defects",
        sa.Column("release", words, nullable=False),
        sa.Column("defect", words, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("attached", sa.Boolean(), nullable=False),
        sa.Column("aligned", sa.BigInteger()),
        sa.PrimaryKeyConstraint("release", "defect", name="pk_release_defects"),
    )

    op.create_table(
        "consultation_accounts",
        sa.Column("client", words, nullable=False),
        sa.PrimaryKeyConstraint("client", name="pk_consultation_accounts"),
    )
    op.create_table(
        "consultations",
        sa.Column("booking", words, nullable=False),
        sa.Column("client", words, nullable=False),
        sa.Column("period", words, nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("call_at", instant),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("fits", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("booking", name="pk_consultations"),
    )
    op.create_index("ix_consultations_client_period", "consultations", ["client", "period"])

    op.create_table(
        "reviews",
        sa.Column("review", words, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("ranking", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("review", name="pk_reviews"),
    )
    op.create_index("ix_reviews_at", "reviews", ["at"])
