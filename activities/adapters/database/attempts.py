"""Counts what may be tried only so often, and knows the browsers somebody has signed in from."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, literal, select

from activities.adapters.database.engine import writing
from activities.adapters.database.sessions import hashed
from activities.adapters.database.tables_pages import known_browsers, web_attempts
from activities.adapters.database.upsert import insert

BROWSER_KNOWN = timedelta(days=180)
"""Since somebody last signed in from it."""


class DatabaseAttempts:
    """Counts attempts in one row for each thing and person, both kept as a hash.

    A span begins with its first attempt, and the next one with the first after it. What is refused
    changes nothing: it must not cost the only writer a turn, however often it is tried.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def allows(self, what: str, who: str, most: int, within: timedelta, now: datetime) -> bool:
        """Count one more attempt, unless there were `most` of them already in this span."""
        bucket, counts = hashed(f"{what}/{who}"), web_attempts.c
        query = select(counts.count).where(counts.bucket == bucket, counts.ends_at > now)
        with self._engine.connect() as connection:
            if (connection.execute(query).scalar_one_or_none() or 0) >= most:
                return False
        with writing(self._engine) as connection:
            connection.execute(delete(web_attempts).where(counts.ends_at <= now))
            adding = insert(connection, web_attempts).values(
                bucket=bucket, count=1, ends_at=now + within
            )
            counted: int = connection.execute(
                adding.on_conflict_do_update(
                    index_elements=[counts.bucket],
                    set_={"count": counts.count + 1},
                ).returning(counts.count)
            ).scalar_one()
        return counted <= most


class DatabaseKnownBrowsers:
    """Browsers that somebody has signed in from, each by a secret of its own in a cookie.

    A row is a hash of secret and address together: it tells neither, and knows a browser for that
    address only. So nothing has to be signed, and there is no key to keep.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def remember(self, browser: str, address: str, now: datetime) -> None:
        """Somebody has signed in from it."""
        rows = known_browsers.c
        known = {"hash": _pair(browser, address), "expires_at": now + BROWSER_KNOWN}
        with writing(self._engine) as connection:
            connection.execute(delete(known_browsers).where(rows.expires_at <= now))
            connection.execute(
                insert(connection, known_browsers)
                .values(known)
                .on_conflict_do_update(
                    index_elements=[rows.hash], set_={"expires_at": known["expires_at"]}
                )
            )

    def knows(self, browser: str, address: str, now: datetime) -> bool:
        """Whether this person has signed in from it lately."""
        rows = known_browsers.c
        query = select(literal(1)).where(
            rows.hash == _pair(browser, address), rows.expires_at > now
        )
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None


def _pair(browser: str, address: str) -> str:
    return hashed(f"{browser}/{address}")
