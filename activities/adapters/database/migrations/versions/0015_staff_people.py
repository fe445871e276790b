"""People of the staff: who is on record by which name.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "staff_people",
        sa.Column("actor", words, nullable=False),
        sa.Column("issuer", words, nullable=False),
        sa.Column("subject_hash", words, nullable=False),
        sa.Column("name", words, nullable=False),
        sa.Column("seen_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("actor", name="pk_staff_people"),
    )
