"""Keeps letters instead of sending them, where no mail server is set."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine, Row, select

from activities.adapters.database.engine import writing
from activities.adapters.database.tables import letters
from activities.adapters.database.upsert import insert
from activities.ports import Letter
from domain.addresses import recipient_key, spellings


class MailArchive:
    """`Mailbox` over a table; a letter sent twice under one message id is kept once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self) -> "MailArchiveSession":
        """Begin a conversation; each letter is kept as soon as it is sent."""
        return MailArchiveSession(self._engine)

    def letters(self, to: str | None = None, limit: int = 100) -> Sequence[Letter]:
        """The latest kept first, to all addresses or to one, however it is spelled."""
        query = select(letters).order_by(letters.c.id.desc()).limit(limit)
        if to is not None:
            query = query.where(letters.c.address.in_(spellings(to)))
        with self._engine.connect() as connection:
            return [_letter(row) for row in connection.execute(query)]


class MailArchiveSession:
    """`MailSession` whose every letter is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> "MailArchiveSession":
        return self

    def __exit__(self, *exc: object) -> None:
        """Nothing to close."""

    def send(self, letter: Letter) -> None:
        """Keep one letter, unless one with its message id is kept already."""
        row = asdict(letter) | {"address": recipient_key(letter.to)}
        with writing(self._engine) as connection:
            connection.execute(
                insert(connection, letters)
                .values(row)
                .on_conflict_do_nothing(index_elements=["message_id"])
            )


def _letter(row: Row[Any]) -> Letter:
    return Letter(
        message_id=row.message_id,
        to=row.to,
        to_name=row.to_name,
        subject=row.subject,
        text=row.text,
        html=row.html,
        headers=row.headers,
        at=row.at,
    )
