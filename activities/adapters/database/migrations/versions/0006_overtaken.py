"""Which lane a message is of, and since when a newer one has stood in for it.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("lane", sa.Text()))
    op.add_column("deliveries", sa.Column("overtaken_at", sa.DateTime(timezone=True)))
    op.create_index("ix_deliveries_entity_state", "deliveries", ["entity", "state"])
