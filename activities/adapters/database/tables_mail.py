"""The tables of inbound mail: what was set aside for staff, and what mails led to which case."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table

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
    Index(None, "digest", unique=True),
    Index(None, "decided_at", "at"),
    Index(None, "sender"),
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
