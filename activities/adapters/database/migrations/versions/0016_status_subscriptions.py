"""Who subscribed to the status page, and whether they were told of each update of an incident.

What was posted before there were subscribers counts as told.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "status_subscriptions",
        sa.Column("token", words, nullable=False),
        sa.Column("address", words, nullable=False),
        sa.Column("email", words, nullable=False),
        sa.Column("incident", words, nullable=False),
        sa.Column("language", words, nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("confirmed_at", instant),
        sa.PrimaryKeyConstraint("token", name="pk_status_subscriptions"),
    )
    op.create_index(
        "ix_status_subscriptions_address_incident",
        "status_subscriptions",
        ["address", "incident"],
        unique=True,
    )
    op.create_index("ix_status_subscriptions_incident", "status_subscriptions", ["incident"])
    op.add_column("incident_updates", sa.Column("told_at", instant))
    op.execute("UPDATE incident_updates SET told_at = at")
    op.create_index("ix_incident_updates_told_at", "incident_updates", ["told_at"])
