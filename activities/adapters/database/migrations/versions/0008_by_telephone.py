"""People without an e-mail address, and what they are to be told by telephone.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("phone", sa.Text()))
    op.create_table(
        "spoken_messages",
        sa.Column("delivery", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery"], ["deliveries.id"], name="fk_spoken_messages_delivery_deliveries"
        ),
        sa.PrimaryKeyConstraint("delivery", name="pk_spoken_messages"),
    )
