"""Who is signed in to the web pages, by what link they came, and how often something was tried.

A token is 256 random bits, so a plain hash of it is enough to keep: nobody can search for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Literal

from sqlalchemy import ColumnElement, Engine, and_, delete, func, select, update

from activities.adapters.database.engine import writing
from activities.adapters.database.tables_pages import sign_in_links, web_attempts, web_sessions

Who = Literal["client", "staff"]

LINK_LASTS = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=12)
"""However busy: the next morning one signs in again."""
SESSION_IDLES = {"client": timedelta(hours=1), "staff": timedelta(minutes=30)}
"""How long nothing may come. Clients get an hour: describing a problem takes time."""
ATTEMPTS_KEPT = timedelta(days=1)
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in: a client by their address, staff by the id of their token."""

    kind: Who
    subject: str
    began_at: datetime
    expires_at: datetime


def hashed(secret: str) -> str:
    """What is kept of a token, an address or a number that is only compared."""
    return sha256(secret.encode()).hexdigest()


class DatabaseSessions:
    """Sessions, found by their token only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, kind: Who, subject: str, now: datetime) -> str:
        """A new session at `now`; answers its token, which is kept nowhere. Old ones are purged."""
        token = token_urlsafe(32)
        row = {
            "token_hash": hashed(token),
            "kind": kind,
            "subject": subject,
            "began_at": now,
            "seen_at": now,
            "expires_at": now + SESSION_LASTS,
        }
        with writing(self._engine) as connection:
            connection.execute(delete(web_sessions).where(web_sessions.c.expires_at <= now))
            connection.execute(web_sessions.insert().values(row))
        return token

    def find(self, kind: Who, token: str, now: datetime) -> Session | None:
        """The session of a token, unless it is over by `now` or was idle too long."""
        query = select(web_sessions).where(_is(kind, token, now))
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if now - row.seen_at >= _SEEN_EVERY:
            with writing(self._engine) as connection:
                connection.execute(
                    update(web_sessions).where(_is(kind, token, now)).values(seen_at=now)
                )
        return Session(kind, row.subject, row.began_at, row.expires_at)

    def end(self, token: str) -> None:
        """Sign out; an unknown token changes nothing."""
        with writing(self._engine) as connection:
            connection.execute(
                delete(web_sessions).where(web_sessions.c.token_hash == hashed(token))
            )

    def end_all(self, kind: Who, subject: str) -> None:
        """Sign a person out wherever they are signed in."""
        with writing(self._engine) as connection:
            connection.execute(
                delete(web_sessions).where(
                    web_sessions.c.kind == kind, web_sessions.c.subject == subject
                )
            )


class DatabaseSignInLinks:
    """One-time links: each is good once, for a quarter of an hour."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, address: str, now: datetime) -> str:
        """A link's token for an address, whether anybody has that address or not."""
        token = token_urlsafe(32)
        row = {
            "token_hash": hashed(token),
            "address": address,
            "asked_at": now,
            "expires_at": now + LINK_LASTS,
        }
        with writing(self._engine) as connection:
            connection.execute(delete(sign_in_links).where(sign_in_links.c.expires_at <= now))
            connection.execute(sign_in_links.insert().values(row))
        return token

    def use(self, token: str, now: datetime) -> str | None:
        """The address a link is for; the second time, or too late, None.

        Every other link of the address is void from then on.
        """
        links = sign_in_links.c
        using = (
            update(sign_in_links)
            .where(
                links.token_hash == hashed(token), links.used_at.is_(None), links.expires_at > now
            )
            .values(used_at=now)
            .returning(links.address)
        )
        with writing(self._engine) as connection:
            address: str | None = connection.execute(using).scalar_one_or_none()
            if address is not None:
                connection.execute(
                    update(sign_in_links)
                    .where(links.address == address, links.used_at.is_(None))
                    .values(used_at=now)
                )
        return address


class DatabaseAttempts:
    """Counts what may be tried only so often; whom it was and what is kept as a hash."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def allows(self, what: str, who: str, most: int, within: timedelta, now: datetime) -> bool:
        """Count one more attempt, and say whether there were at most `most` of them lately."""
        bucket = hashed(f"{what}/{who}")
        attempts = web_attempts.c
        lately = and_(attempts.bucket == bucket, attempts.at > now - within)
        with writing(self._engine) as connection:
            connection.execute(delete(web_attempts).where(attempts.at <= now - ATTEMPTS_KEPT))
            connection.execute(web_attempts.insert().values(bucket=bucket, at=now))
            count: int = connection.execute(
                select(func.count()).select_from(web_attempts).where(lately)
            ).scalar_one()
        return count <= most


def _is(kind: Who, token: str, now: datetime) -> ColumnElement[bool]:
    return and_(
        web_sessions.c.token_hash == hashed(token),
        web_sessions.c.kind == kind,
        web_sessions.c.expires_at > now,
        web_sessions.c.seen_at > now - SESSION_IDLES[kind],
    )
