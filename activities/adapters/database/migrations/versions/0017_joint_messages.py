"""What several defects of a release say alike: one message to each person.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "joint_messages",
        sa.Column("key", words, nullable=False),
        sa.Column("recipient", words, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("release", words, nullable=False),
        sa.Column("holder", words, nullable=False),
        sa.Column("since", instant, nullable=False),
        sa.Column("cases", sa.JSON()),
        sa.PrimaryKeyConstraint("key", "recipient", "part", name="pk_joint_messages"),
    )
    op.create_index("ix_joint_messages_release", "joint_messages", ["release"])
    op.create_index("ix_joint_messages_recipient", "joint_messages", ["recipient"])
