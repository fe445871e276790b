"""Mails that may be a person's: set aside for staff, who decide what becomes of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, and_, func, select, update

from activities.adapters.database.engine import writing
from activities.adapters.database.rekeyed import Rekeyed
from activities.adapters.database.tables_mail import set_aside_mails
from activities.adapters.database.upsert import insert
from activities.webhook_ports import Sealing
from domain.addresses import spellings

KEPT = timedelta(days=90)
"""How long they are kept, decided on or not."""
RAW_BYTES = 1024 * 1024
"""Of a mail as it came: its beginning, where it is longer."""
MOST_OF_ONE = 100
"""Mails of one sender that may wait."""
MOST = 2_000
"""Mails that may wait in all."""
MOST_BYTES = 1 << 30
"""What may be kept of them, in the database and in the store of files."""
_mails = set_aside_mails.c
_WAITS = _mails.decided_at.is_(None)


@dataclass(frozen=True, slots=True)
class SetAside:
    """One mail that waits for a decision."""

    id: int
    sender: str
    subject: str
    reason: str
    at: datetime
    digest: str
    kept: bytes
    """What was written down of it."""
    file: str | None = None
    """The digest of the whole, where the store of files has it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for staff in all."""

    mails: int
    size: int
    """In bytes: what is kept of them."""

    @property
    def share(self) -> float:
        """Of what may wait, from 0 to 1 and slightly beyond: whatever comes then is not taken."""
        return max(self.mails / MOST, self.size / MOST_BYTES)


class DatabaseSetAside:
    """Keeps them, and who decided what."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        digest: str,
        sender: str,
        subject: str,
        reason: str,
        kept: bytes,
        now: datetime,
        file: str | None = None,
        whole: int = 0,
    ) -> bool:
        """Set a mail aside; answers False for one that was before.

        Where the store of files has the `whole` of it, that many bytes more are kept.
        """
        row = {
            "digest": digest,
            "sender": sender,
            "subject": subject,
            "reason": reason,
            "raw": kept,
            "at": now,
            "file": file,
            "size": len(kept) + whole,
        }
        with writing(self._engine) as connection:
            adding = insert(connection, set_aside_mails).values(row)
            new = adding.on_conflict_do_nothing(index_elements=["digest"]).returning(_mails.id)
            return connection.execute(new).one_or_none() is not None

    def waiting(self, limit: int) -> Sequence[SetAside]:
        """Those nobody has decided on, the longest waiting first."""
        query = select(set_aside_mails).where(_WAITS).order_by(_mails.at, _mails.id).limit(limit)
        with self._engine.connect() as connection:
            return [_set_aside(row) for row in connection.execute(query)]

    def find(self, mail: int) -> SetAside | None:
        """One of them; None where somebody has decided, or it is forgotten."""
        query = select(set_aside_mails).where(_WAITS, _mails.id == mail)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return _set_aside(row) if row is not None else None

    def count(self, sender: str | None = None) -> int:
        """How many wait, of one sender or in all."""
        query = select(func.count()).select_from(set_aside_mails).where(_WAITS)
        if sender is not None:
            query = query.where(_mails.sender.in_(spellings(sender)))
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def in_all(self) -> Waiting:
        """How much waits, of all senders."""
        query = select(func.count(), func.coalesce(func.sum(_mails.size), 0)).where(_WAITS)
        with self._engine.connect() as connection:
            mails, size = connection.execute(query).tuples().one()
        return Waiting(mails, int(size))

    def has(self, digest: str) -> bool:
        """Whether a mail was set aside before, decided on or not."""
        with self._engine.connect() as connection:
            known = select(_mails.id).where(_mails.digest == digest)
            return connection.execute(known).first() is not None

    def rekey(self, sealing: Sealing, to: Sealing) -> Rekeyed:
        """Write every mail that waits anew as `to` seals now; one that cannot be opened stays.

        A mail at a time; a repeat leaves what is so already.
        """
        query = select(_mails.id).where(_WAITS, _mails.raw.is_not(None)).order_by(_mails.id)
        with self._engine.connect() as connection:
            mails = connection.execute(query).scalars().all()
        return sum((self._rekeyed(mail, sealing, to) for mail in mails), Rekeyed())

    def _rekeyed(self, mail: int, sealing: Sealing, to: Sealing) -> Rekeyed:
        this = and_(_WAITS, _mails.id == mail)
        query = select(_mails.raw, _mails.digest, _mails.size).where(this).with_for_update()
        with writing(self._engine) as connection:
            row = connection.execute(query).one_or_none()
            if row is None or row.raw is None:
                return Rekeyed()  # Somebody has decided meanwhile.
            kept = row.raw.decode("latin-1")
            if sealing.key_of(kept) == to.key_of(to.seal("", row.digest)):
                return Rekeyed(kept=1)
            try:
                said = sealing.open(kept, row.digest)
            except RuntimeError as error:
                return Rekeyed(kept=1, problems=(f"mail {mail} that waits for staff: {error}",))
            raw = to.seal(said, row.digest).encode("latin-1")
            size = row.size + len(raw) - len(row.raw)
            connection.execute(update(set_aside_mails).where(this).values(raw=raw, size=size))
        return Rekeyed(kept=1, changed=1)

    def decide(self, mail: int, actor: str, case: str | None, now: datetime) -> bool:
        """Put on record who made it a case, or nobody's; False where somebody was faster."""
        deciding = (
            update(set_aside_mails)
            .where(_WAITS, _mails.id == mail)
            .values(raw=None, file=None, size=0, decided_at=now, decided_by=actor, case_number=case)
        )
        with writing(self._engine) as connection:
            return connection.execute(deciding).rowcount == 1


def _set_aside(row: Row[Any]) -> SetAside:
    kept = row.raw or b""
    return SetAside(row.id, row.sender, row.subject, row.reason, row.at, row.digest, kept, row.file)
