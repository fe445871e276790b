"""How much is kept of each mail that was set aside, so that all of them can be bounded.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "set_aside_mails", sa.Column("size", sa.BigInteger(), nullable=False, server_default="0")
    )
    # Of what the store of files has nobody wrote down how much it is: it goes within 90 days.
    length = "octet_length" if op.get_bind().dialect.name == "postgresql" else "length"
    op.execute(f"UPDATE set_aside_mails SET size = {length}(raw) WHERE raw IS NOT NULL")
