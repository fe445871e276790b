"""Who is signed in to the web pages, and by what link they came.

A token is 256 random bits, so a plain hash of it is enough to keep: nobody can search for it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Literal

from sqlalchemy import ColumnElement, Engine, Row, and_, delete, func, select, update

from activities.adapters.database.engine import writing
from activities.adapters.database.tables_pages import sign_in_links, web_sessions

Who = Literal["client", "staff"]

LINK_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(hours=12)
"""However busy: the next morning one signs in again."""
SESSION_IDLES = {"client": timedelta(hours=1), "staff": timedelta(minutes=30)}
"""How long nothing may come. Clients get an hour: describing a problem takes time."""
SESSION_KNOWN = timedelta(days=7)
"""How long after its end it is known whose it was: forms left open over a weekend are theirs."""
_SEEN_EVERY = timedelta(minutes=1)
_IDENT = 12
"""Characters of the hash by which people name a session."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in: a client by their address, staff by the id of a token or as a person."""

    ident: str
    """Names it to people; nobody can sign in with it."""
    kind: Who
    subject: str
    browser: str | None
    began_at: datetime
    seen_at: datetime
    """To the minute."""
    expires_at: datetime
    name: str | None = None
    """What the identity provider calls a person of the staff."""
    roles: frozenset[str] | None = None
    """Of such a person, when they signed in; None of anybody else."""


class OtherBrowser(Exception):  # noqa: N818 - it is an answer
    """A link is good, but in the browser that asked for it."""


def hashed(secret: str) -> str:
    """What is kept of a token, an address or a number that is only compared."""
    return sha256(secret.encode()).hexdigest()


def forgotten(now: datetime) -> ColumnElement[bool]:
    """Sessions that are over for so long that nobody has to know whose they were."""
    return web_sessions.c.expires_at <= now - SESSION_KNOWN


class DatabaseSessions:
    """Sessions, found by their token, or all of somebody's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(
        self,
        kind: Who,
        subject: str,
        now: datetime,
        browser: str | None = None,
        *,
        name: str | None = None,
        roles: Collection[str] | None = None,
    ) -> str:
        """A new session at `now`; answers its token, which is kept nowhere. Old ones are purged.

        `browser` says roughly what it is; `name` and `roles` are those of a person of the staff.
        """
        token = token_urlsafe(32)
        row = {
            "token_hash": hashed(token),
            "kind": kind,
            "subject": subject,
            "browser": browser,
            "name": name,
            "roles": None if roles is None else sorted(roles),
            "began_at": now,
            "seen_at": now,
            "expires_at": now + SESSION_LASTS,
        }
        with writing(self._engine) as connection:
            connection.execute(delete(web_sessions).where(forgotten(now)))
            connection.execute(web_sessions.insert().values(row))
        return token

    def find(
        self, kind: Who, token: str, now: datetime, *, by_itself: bool = False
    ) -> Session | None:
        """The session of a token, unless it is over by `now` or was idle too long.

        A page that asks `by_itself` does not keep the session of somebody who has left alive.
        """
        this = and_(web_sessions.c.token_hash == hashed(token), _goes_on(kind, now))
        query = select(web_sessions).where(this)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if now - row.seen_at >= _SEEN_EVERY and not by_itself:
            with writing(self._engine) as connection:
                connection.execute(update(web_sessions).where(this).values(seen_at=now))
        return _session(row)

    def subject(self, kind: Who, token: str) -> str | None:
        """Whose session it is or was, as long as that is known."""
        rows = web_sessions.c
        query = select(rows.subject).where(rows.token_hash == hashed(token), rows.kind == kind)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one_or_none()

    def live(
        self, kind: Who, now: datetime, subject: str | None = None, most: int = 200
    ) -> Sequence[Session]:
        """Those that go on at `now`, of one person or of everybody, the last used first."""
        rows = web_sessions.c
        query = select(web_sessions).where(_goes_on(kind, now))
        if subject is not None:
            query = query.where(rows.subject == subject)
        query = query.order_by(rows.seen_at.desc(), rows.token_hash).limit(most)
        with self._engine.connect() as connection:
            return [_session(row) for row in connection.execute(query)]

    def end(self, token: str) -> None:
        """Sign out; an unknown token changes nothing."""
        with writing(self._engine) as connection:
            connection.execute(
                delete(web_sessions).where(web_sessions.c.token_hash == hashed(token))
            )

    def end_one(self, kind: Who, subject: str, ident: str) -> bool:
        """Sign a person out in one place; whether they were signed in there."""
        one = func.substr(web_sessions.c.token_hash, 1, _IDENT) == ident
        return self._end(_of(kind, subject), one) > 0

    def end_all(self, kind: Who, subject: str, now: datetime) -> int:
        """Sign a person out wherever they are signed in; answers in how many places that was.

        Nothing is known of their earlier sessions then either.
        """
        ended = self._end(_of(kind, subject), _goes_on(kind, now))
        self._end(_of(kind, subject))
        return ended

    def _end(self, *which: ColumnElement[bool]) -> int:
        with writing(self._engine) as connection:
            return connection.execute(delete(web_sessions).where(*which)).rowcount


class DatabaseSignInLinks:
    """One-time links: each is good once, for ten minutes, in the browser that asked for it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, address: str, browser: str, now: datetime, *, keep: bool = True) -> str:
        """A link's token for an address, for the browser with this secret of its own.

        One that is not kept is good for nothing, and takes as long to make.
        """
        token = token_urlsafe(32)
        row = {
            "token_hash": hashed(token),
            "address": address,
            "browser_hash": hashed(browser),
            "asked_at": now,
            "expires_at": now + LINK_LASTS,
        }
        with writing(self._engine) as connection:
            connection.execute(delete(sign_in_links).where(sign_in_links.c.expires_at <= now))
            if keep:
                connection.execute(sign_in_links.insert().values(row))
        return token

    def use(self, token: str, browser: str, now: datetime) -> str | None:
        """The address a link is for; the second time, or too late, None.

        Every other link of the address is void from then on.

        Raises:
            OtherBrowser: another one asked for it; it stays as good as it was.
        """
        links = sign_in_links.c
        good = and_(
            links.token_hash == hashed(token), links.used_at.is_(None), links.expires_at > now
        )
        using = (
            update(sign_in_links)
            .where(good, links.browser_hash == hashed(browser))
            .values(used_at=now)
            .returning(links.address)
        )
        with writing(self._engine) as connection:
            address: str | None = connection.execute(using).scalar_one_or_none()
            if address is None:
                if connection.execute(select(links.token_hash).where(good)).first() is not None:
                    raise OtherBrowser
                return None
            connection.execute(
                update(sign_in_links)
                .where(links.address == address, links.used_at.is_(None))
                .values(used_at=now)
            )
        return address


def _session(row: Row[Any]) -> Session:
    return Session(
        ident=row.token_hash[:_IDENT],
        kind=row.kind,
        subject=row.subject,
        browser=row.browser,
        began_at=row.began_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        name=row.name,
        roles=None if row.roles is None else frozenset(row.roles),
    )


def _of(kind: Who, subject: str) -> ColumnElement[bool]:
    return and_(web_sessions.c.kind == kind, web_sessions.c.subject == subject)


def _goes_on(kind: Who, now: datetime) -> ColumnElement[bool]:
    return and_(
        web_sessions.c.kind == kind,
        web_sessions.c.expires_at > now,
        web_sessions.c.seen_at > now - SESSION_IDLES[kind],
    )
