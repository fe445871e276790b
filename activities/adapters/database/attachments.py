"""Files that came with mails: what is on record of them by case, and their contents in a store.

A file is known by its digest, whoever sent it and whatever they called it: two cases that got the
same one share it. It is written before anything names it and removed after nothing does, and the
database lets no row name a file that is gone.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from pydantic import SecretStr
from sqlalchemy import ColumnElement, Engine, Select, and_, delete, exists, func, select
from sqlalchemy.exc import IntegrityError

from activities.adapters.database.engine import writing
from activities.adapters.database.rekeyed import Rekeyed
from activities.adapters.database.tables import entities
from activities.adapters.database.tables_mail import (
    attachment_files,
    attachments,
    set_aside_mails,
)
from activities.adapters.database.upsert import insert
from activities.adapters.file_store import FileStore, StoreDown

_FIRST_LINE = 64
"""Bytes that the line before a sealed file is within."""
_kept = attachments.c
_file = attachment_files.c


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What is on record of a file."""

    digest: str
    """SHA-256 of its content, in hexadecimal."""
    name: str
    """As its sender called it."""
    content_type: str
    """As its sender said."""
    size: int
    """In bytes."""


def fitting(files: Sequence[KeptFile], room: int) -> list[KeptFile]:
    """Those that fit into so many bytes, in their order; one that does not lets smaller ones in."""
    fit: list[KeptFile] = []
    for file in files:
        if file.size <= room:
            fit.append(file)
            room -= file.size
    return fit


class DatabaseAttachments:
    """The files of cases, on record."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def attach(
        self, case: str, mail: str, files: Sequence[KeptFile], most: int, now: datetime
    ) -> tuple[set[str], list[str]]:
        """Put those of a mail on record that the case has or has room for, `most` bytes in all.

        Answers the digests of those that it has now, and which of them are new for this mail.

        Raises:
            StoreDown: a file was removed since it was written.
        """
        with writing(self._engine) as connection:
            # Two mails at once may not both take what is left.
            case_row = select(entities.c.number).where(entities.c.number == case)
            connection.execute(case_row.with_for_update()).all()
            query = select(_kept.digest, _kept.mail, _kept.size).where(_of(case))
            here = connection.execute(query).all()
            sizes = {row.digest: row.size for row in here}
            others = [file for file in files if file.digest not in sizes]
            fit = {file.digest for file in fitting(others, most - sum(sizes.values()))}
            had = {row.digest for row in here if row.mail == mail}
            new = [f for f in files if f.digest in fit | sizes.keys() and f.digest not in had]
            rows = [{"case_number": case, "mail": mail, "at": now, **asdict(file)} for file in new]
            try:
                if rows:
                    # The same mail may come twice at once.
                    adding = insert(connection, attachments).on_conflict_do_nothing()
                    connection.execute(adding, rows)
            except IntegrityError:
                raise StoreDown("a file was removed meanwhile") from None
        added = [file.digest for file in new]
        return {file.digest for file in files if file.digest in had} | set(added), added

    def detach(self, case: str, mail: str, digests: Sequence[str]) -> None:
        """Take files of a mail off the record of a case that did not get it after all."""
        of_mail = and_(_of(case), _kept.mail == mail, _kept.digest.in_(digests))
        with writing(self._engine) as connection:
            connection.execute(delete(attachments).where(of_mail))

    def of_case(self, case: str) -> Sequence[KeptFile]:
        """The files of a case as they came, each once."""
        found = self._found(_select().where(_of(case)).order_by(_kept.at, _kept.name, _kept.digest))
        return list({file.digest: file for file in found[::-1]}.values())[::-1]

    def find(self, case: str, digest: str) -> KeptFile | None:
        """A file of this case; None where it is none, though another case may have it."""
        found = self._found(_select().where(_of(case), _kept.digest == digest).order_by(_kept.at))
        return next(iter(found), None)

    def _found(self, query: Select[Any]) -> list[KeptFile]:
        with self._engine.connect() as connection:
            return [KeptFile(*row) for row in connection.execute(query)]


def _select() -> Select[Any]:
    return select(_kept.digest, _kept.name, _kept.content_type, _kept.size)


def _of(case: str) -> ColumnElement[bool]:
    return _kept.case_number == case


class FileSealing(Protocol):
    """Encrypts contents, each bound to whose it is."""

    def seal_file(self, content: bytes, owner: str) -> bytes:
        """What to keep of it."""

    def open_file(self, kept: bytes, owner: str) -> bytes:
        """The content. Raises RuntimeError where its key is missing, or it was altered."""

    def key_of_file(self, kept: bytes) -> str | None:
        """The id of the key that opens it, by its first line; None where it is in clear."""


class AttachmentFiles:
    """The contents of files, sealed in the store under their digests."""

    def __init__(self, engine: Engine, store: FileStore, sealing: FileSealing) -> None:
        self._engine = engine
        self._store = store
        self._sealing = sealing

    @classmethod
    def at(
        cls, url: SecretStr | None, engine: Engine, sealing: FileSealing
    ) -> "AttachmentFiles | None":
        """Those of an installation; None where it keeps none."""
        if url is None:
            return None
        return cls(engine, FileStore(url.get_secret_value()), sealing)

    def keep(self, content: bytes, now: datetime) -> str:
        """Write a file into the store; answers its digest.

        Where nothing names it within a day it may be removed again.

        Raises:
            StoreDown: it is not there.
        """
        digest = sha256(content).hexdigest()
        row = {"digest": digest, "wanted_at": now}
        with writing(self._engine) as connection:
            # Waits for whoever is about to remove it.
            adding = insert(connection, attachment_files).values(row)
            again = adding.on_conflict_do_update(index_elements=["digest"], set_={"wanted_at": now})
            connection.execute(again)
        self._store.write(digest, self._sealing.seal_file(content, digest))
        return digest

    def read(self, digest: str) -> bytes | None:
        """The content; None where the store has none.

        Raises:
            StoreDown: the store does not answer.
            RuntimeError: its key is missing, or it was altered.
        """
        kept = self._store.read(digest)
        return None if kept is None else self._sealing.open_file(kept, digest)

    def rekey(self, to: FileSealing) -> Rekeyed:
        """Write every file that is there anew as `to` seals now; one that cannot be opened stays.

        A file at a time; a repeat leaves what is so already, and goes on where one ended.

        Raises:
            StoreDown: the rest is as it was.
        """
        with self._engine.connect() as connection:
            query = select(_file.digest).order_by(_file.digest)
            digests = connection.execute(query).scalars().all()
        return sum((self._rekeyed(digest, to) for digest in digests), Rekeyed())

    def _rekeyed(self, digest: str, to: FileSealing) -> Rekeyed:
        begins = self._store.read(digest, _FIRST_LINE)
        if begins is None:
            return Rekeyed()
        wanted = to.key_of_file(to.seal_file(b"", digest))
        if self._sealing.key_of_file(begins) == wanted:
            return Rekeyed(kept=1)
        known = select(_file.digest).where(_file.digest == digest).with_for_update()
        # Within the transaction: who is about to remove it waits, and finds nothing left behind.
        with writing(self._engine) as connection:
            if connection.execute(known).first() is None:
                return Rekeyed()
            try:
                content = self.read(digest)
            except StoreDown:
                raise
            except RuntimeError as error:
                return Rekeyed(kept=1, problems=(f"attachment {digest}: {error}",))
            if content is None:
                return Rekeyed()
            self._store.write(digest, to.seal_file(content, digest))
        return Rekeyed(kept=1, changed=1)

    def remove_unneeded(self, wanted_by: datetime, limit: int) -> int:
        """Remove at most `limit` files that nothing names; answers how many were.

        Raises:
            StoreDown: the rest is still there.
        """
        digests = select(_file.digest).where(unneeded(wanted_by)).limit(limit)
        with self._engine.connect() as connection:
            found = connection.execute(digests).scalars().all()
        return sum(self._removed(digest, wanted_by) for digest in found)

    def _removed(self, digest: str, wanted_by: datetime) -> bool:
        # Within the transaction: who writes the same file waits until it is gone, and writes it.
        removing = delete(attachment_files).where(_file.digest == digest, unneeded(wanted_by))
        try:
            with writing(self._engine) as connection:
                if connection.execute(removing).rowcount == 0:
                    return False
                self._store.remove(digest)
        except IntegrityError:
            return False  # A case got it this very moment.
        return True


def unneeded(wanted_by: datetime) -> ColumnElement[bool]:
    """Files that no case and no mail that waits for staff has, and nobody wrote since."""
    return and_(
        _file.wanted_at <= wanted_by,
        ~exists().where(_kept.digest == _file.digest),
        ~exists().where(set_aside_mails.c.file == _file.digest),
    )


def count_unneeded(engine: Engine, wanted_by: datetime) -> int:
    """How many of them there are."""
    query = select(func.count()).select_from(attachment_files).where(unneeded(wanted_by))
    with engine.connect() as connection:
        return connection.execute(query).scalar_one()
