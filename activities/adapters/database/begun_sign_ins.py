"""Sign-ins that were begun at the identity provider, and are good once, in their own browser.

Nothing that is kept is secret: what the provider has to be shown is made of the browser's own
secret, which only its cookie has, so whoever reads the table can end no sign-in.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import Engine, and_, delete, select

from activities.adapters.database.engine import writing
from activities.adapters.database.sessions import hashed
from activities.adapters.database.tables_pages import begun_sign_ins

LASTS = timedelta(minutes=10)
"""For which somebody may stay at the provider's pages."""


@dataclass(frozen=True, slots=True)
class BegunSignIn:
    """What belongs together in one sign-in: what is sent to the provider, and awaited from it."""

    state: str
    """Comes back with the browser."""
    browser: str
    """The browser's secret."""
    back_to: str
    """The path of ours that was asked for."""

    @property
    def nonce(self) -> str:
        """Comes back in the ID token."""
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        """Shown to the provider with the code, whose challenge was sent before (PKCE)."""
        return self._made("verifier")

    def _made(self, purpose: str) -> str:
        said = f"{purpose} {self.state}".encode()
        return hmac.new(self.browser.encode(), said, "sha256").hexdigest()


class DatabaseBegunSignIns:
    """Begins and ends them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, browser: str, back_to: str, now: datetime) -> BegunSignIn:
        """A new one, for the browser with this secret. Old ones are purged."""
        begun = BegunSignIn(token_urlsafe(32), browser, back_to)
        row = {
            "state_hash": hashed(begun.state),
            "browser_hash": hashed(browser),
            "back_to": back_to,
            "expires_at": now + LASTS,
        }
        with writing(self._engine) as connection:
            connection.execute(delete(begun_sign_ins).where(begun_sign_ins.c.expires_at <= now))
            connection.execute(begun_sign_ins.insert().values(row))
        return begun

    def take(self, state: str, browser: str, now: datetime) -> BegunSignIn | None:
        """The one of a state, once; None for another browser, too late, and the second time.

        What is refused changes nothing: another browser cannot use it up.
        """
        rows = begun_sign_ins.c
        this = and_(
            rows.state_hash == hashed(state),
            rows.browser_hash == hashed(browser),
            rows.expires_at > now,
        )
        with self._engine.connect() as connection:
            if connection.execute(select(rows.state_hash).where(this)).first() is None:
                return None
        taking = delete(begun_sign_ins).where(this).returning(rows.back_to)
        with writing(self._engine) as connection:
            back_to: str | None = connection.execute(taking).scalar_one_or_none()
        return None if back_to is None else BegunSignIn(state, browser, back_to)
