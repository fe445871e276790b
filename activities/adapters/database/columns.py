"""How the database keeps instants and text, the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, UTC both ways (T1): SQLite drops zones, PostgreSQL gives the session's.

    A naive value is refused with a `ValueError`, which SQLAlchemy wraps in a `StatementError`.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To UTC, the form in which SQLite's texts also sort."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant must carry a time zone, not {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CodePointText(TypeDecorator[str]):
    """Text of any length, ordered by code point on both databases, whatever the server's locale.

    A NUL, which PostgreSQL cannot keep, becomes U+FFFD: one odd character in a client's text must
    not block a lane for ever.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """The plain text type, with the byte order of the `C` collation on PostgreSQL."""
        return Text(collation="C" if dialect.name == "postgresql" else None)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Without NUL."""
        return value if value is None else value.replace("\0", "\ufffd")
