"""The tables of inbound mail: what was set aside for staff, what mails led to which case, files."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table

from activities.adapters.database.columns import CodePointText, UtcDateTime
from activities.adapters.database.tables import metadata

set_aside_mails = Table(
    "set_aside_mails",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    # Of the mail and its sender: the same one again is not set aside twice.
    Column("digest", CodePointText, nullable=False),
    Column("sender", CodePointText, nullable=False),
    Column("subject", CodePointText, nullable=False),
    Column("reason", CodePointText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # Its beginning where it is long, sealed where there are keys; empty once it was decided on.
    Column("raw", LargeBinary),
    Column("decided_at", UtcDateTime),
    Column("decided_by", CodePointText),
    Column("case_number", CodePointText),
    # The whole of a long one, in the store of files; empty once it was decided on.
    Column("file", CodePointText, ForeignKey("attachment_files.digest")),
    # What is kept of it here and there, in bytes, until it was decided on.
    Column("size", BigInteger, nullable=False),
    Index(None, "digest", unique=True),
    Index(None, "decided_at", "at"),
    Index(None, "sender"),
    Index(None, "file"),
)

taken_mails = Table(
    "taken_mails",
    metadata,
    Column("message_id", CodePointText, primary_key=True),
    Column("sender", CodePointText, primary_key=True),
    Column("case_number", CodePointText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "at"),
)

# What the store of files has, or is about to be given.
attachment_files = Table(
    "attachment_files",
    metadata,
    Column("digest", CodePointText, primary_key=True),
    Column("wanted_at", UtcDateTime, nullable=False),
    Index(None, "wanted_at"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("case_number", CodePointText, primary_key=True),
    # No row without its file: whoever removes one first waits for the other.
    Column("digest", CodePointText, ForeignKey("attachment_files.digest"), primary_key=True),
    # The digest of the mail that brought it.
    Column("mail", CodePointText, primary_key=True),
    Column("name", CodePointText, nullable=False),
    Column("content_type", CodePointText, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "digest"),
)
