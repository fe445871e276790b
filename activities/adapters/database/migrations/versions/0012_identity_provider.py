"""Staff sign in at an identity provider: what was begun there, and who a session is of.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "begun_sign_ins",
        sa.Column("state_hash", words, nullable=False),
        sa.Column("browser_hash", words, nullable=False),
        sa.Column("back_to", words, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name="pk_begun_sign_ins"),
    )
    op.create_index("ix_begun_sign_ins_expires_at", "begun_sign_ins", ["expires_at"])
    op.add_column("web_sessions", sa.Column("name", words))
    op.add_column("web_sessions", sa.Column("roles", sa.JSON()))
