"""Tokens by which services and agents are known: shown once, kept as hashes."""

import hashlib
import hmac
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex, token_urlsafe
from typing import Any

from sqlalchemy import Engine, Row, or_, select, update

from activities.adapters.database.engine import writing
from activities.adapters.database.tables import tokens

PREFIX = "dft"
"""What every token begins with, so that scanners for leaked secrets can know ours."""
_BYTES = 32
_FORM = re.compile(rf"{PREFIX}_([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})")
_NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use is noted: a write for every request would be a queue."""
_NO_HASH = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token, but for the token itself."""

    id: str
    name: str
    """Whose it is: the actor of what is done with it."""
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def valid(self, now: datetime) -> bool:
        """Neither revoked nor expired at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class DatabaseTokens:
    """Makes, knows and revokes tokens `dft_<id>_<secret>`, the secret 256 random bits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(
        self, name: str, scopes: Collection[str], now: datetime, lifetime: timedelta | None
    ) -> tuple[str, Token]:
        """A new token, which cannot be shown again, and what is kept of it."""
        token = Token(
            id=token_hex(6),
            name=name,
            scopes=frozenset(scopes),
            created_at=now,
            expires_at=now + lifetime if lifetime is not None else None,
        )
        secret = token_urlsafe(_BYTES)
        with writing(self._engine) as connection:
            connection.execute(
                tokens.insert().values(
                    id=token.id,
                    name=name,
                    hash=_hash(secret),
                    scopes=sorted(token.scopes),
                    created_at=token.created_at,
                    expires_at=token.expires_at,
                )
            )
        return f"{PREFIX}_{token.id}_{secret}", token

    def known(self, said: str, now: datetime) -> Token | None:
        """Whose token this is; None where it is unknown, revoked or expired."""
        form = _FORM.fullmatch(said)
        if form is None:
            return None
        with self._engine.connect() as connection:
            row = connection.execute(select(tokens).where(tokens.c.id == form[1])).one_or_none()
        # Compared also where there is none, so that both take the same time.
        right = hmac.compare_digest(_hash(form[2]), row.hash if row is not None else _NO_HASH)
        if row is None or not right:
            return None
        token = _token(row)
        if not token.valid(now):
            return None
        if token.last_used_at is None or now - token.last_used_at >= _NOTED_EVERY:
            self._note_use(token.id, now)
        return token

    def all(self) -> Sequence[Token]:
        """Every token that was ever made, oldest first."""
        query = select(tokens).order_by(tokens.c.created_at, tokens.c.id)
        with self._engine.connect() as connection:
            return [_token(row) for row in connection.execute(query)]

    def revoke(self, token_id: str, now: datetime) -> Token | None:
        """Revoke a token; None for an id that no token has. A repeat is harmless."""
        here = tokens.c.id == token_id
        with writing(self._engine) as connection:
            connection.execute(
                update(tokens).where(here, tokens.c.revoked_at.is_(None)).values(revoked_at=now)
            )
            row = connection.execute(select(tokens).where(here)).one_or_none()
        return None if row is None else _token(row)

    def _note_use(self, token_id: str, now: datetime) -> None:
        earlier = or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at < now)
        with writing(self._engine) as connection:
            connection.execute(
                update(tokens).where(tokens.c.id == token_id, earlier).values(last_used_at=now)
            )


def id_in(said: str) -> str | None:
    """The id in what was said to be a token, whether there is such a token or not."""
    form = _FORM.fullmatch(said.strip())
    return form[1] if form else None


def _hash(secret: str) -> str:
    # No salt and no slow hash: 256 random bits cannot be guessed, however fast one tries.
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        scopes=frozenset(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
