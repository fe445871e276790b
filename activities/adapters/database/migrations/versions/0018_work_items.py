"""What needs somebody, to find it by; written with each status from here on.

What stands already, and what a version writes that does not know of it, is listed afterwards: see
`work_items.py`. What is over has nothing to list.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "work_items",
        sa.Column("ident", words, nullable=False),
        sa.Column("kind", words, nullable=False),
        sa.Column("number", words, nullable=False),
        sa.Column("why", words, nullable=False),
        sa.Column("need", words, nullable=False),
        sa.Column("shown", words, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("is_since", sa.Boolean(), nullable=False),
        sa.Column("is_missed", sa.Boolean(), nullable=False),
        sa.Column("severity", words),
        sa.Column("functional_area", words),
        sa.Column("client", words),
        sa.Column("owner", words),
        sa.PrimaryKeyConstraint("ident", name="pk_work_items"),
    )
    op.create_index("ix_work_items_kind_number", "work_items", ["kind", "number"])
    op.create_index("ix_work_items_shown_at_number_why", "work_items", ["shown", "at", "number", "why"])
    op.create_index("ix_work_items_client_shown_at", "work_items", ["client", "shown", "at"])
    op.create_index("ix_work_items_owner_shown_at", "work_items", ["owner", "shown", "at"])
    op.add_column(
        "entities",
        sa.Column("items_sequence", sa.BigInteger(), nullable=False, server_default="-1"),
    )
    op.execute(
        "UPDATE entities SET items_sequence = sequence "
        "WHERE state IN ('resolved', 'merged', 'closed', 'deployed', 'cancelled') "
        "OR kind NOT IN ('case', 'defect', 'release')"
    )
    lag = sa.column("sequence", sa.BigInteger) - sa.column("items_sequence", sa.BigInteger)
    op.create_index("ix_entities_unlisted", "entities", [lag])
