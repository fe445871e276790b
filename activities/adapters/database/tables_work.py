"""The table of what needs somebody: taken from the statuses, to find it by when it is due."""

from sqlalchemy import Boolean, Column, Index, Table

from activities.adapters.database.columns import CodePointText, UtcDateTime
from activities.adapters.database.tables import metadata

work_items = Table(
    "work_items",
    metadata,
    # A hash of number and why: the same however often it is listed.
    Column("ident", CodePointText, primary_key=True),
    Column("kind", CodePointText, nullable=False),
    Column("number", CodePointText, nullable=False),
    Column("why", CodePointText, nullable=False),
    Column("need", CodePointText, nullable=False),
    Column("shown", CodePointText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("is_since", Boolean, nullable=False),
    Column("is_missed", Boolean, nullable=False),
    # What one can filter by.
    Column("severity", CodePointText),
    Column("functional_area", CodePointText),
    Column("client", CodePointText),
    Column("owner", CodePointText),
    Index(None, "kind", "number"),
    Index(None, "shown", "at", "number", "why"),
    Index(None, "client", "shown", "at"),
    Index(None, "owner", "shown", "at"),
)
