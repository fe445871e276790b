"""Files that came with mails: which are kept, and the cases they are of.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "attachment_files",
        sa.Column("digest", words, nullable=False),
        sa.Column("wanted_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_attachment_files"),
    )
    op.create_index("ix_attachment_files_wanted_at", "attachment_files", ["wanted_at"])
    op.create_table(
        "attachments",
        sa.Column("case_number", words, nullable=False),
        sa.Column("digest", words, nullable=False),
        sa.Column("mail", words, nullable=False),
        sa.Column("name", words, nullable=False),
        sa.Column("content_type", words, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["digest"], ["attachment_files.digest"], name="fk_attachments_digest"
        ),
        sa.PrimaryKeyConstraint("case_number", "digest", "mail", name="pk_attachments"),
    )
    op.create_index("ix_attachments_digest", "attachments", ["digest"])
    # SQLite takes a constraint of a column that is added in this form only, PostgreSQL too.
    collation = ' COLLATE "C"' if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(
        f"ALTER TABLE set_aside_mails ADD COLUMN file TEXT{collation} "
        "CONSTRAINT fk_set_aside_mails_file REFERENCES attachment_files (digest)"
    )
    op.create_index("ix_set_aside_mails_file", "set_aside_mails", ["file"])
