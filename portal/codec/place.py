"""What the codec server is given: the database, the settings with the keys, the time, limits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine

from portal.api.rates import Rate
from runtime.settings import Settings


def _present() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of everything one request may take."""

    body_bytes: int = 4 * 1024 * 1024
    """Temporal takes payloads of up to 2 MiB together; in JSON they are a third longer."""
    payloads: int = 1_000
    arrival_seconds: float = 20
    """Within which the whole request must have arrived."""
    rate: Rate = field(default_factory=lambda: Rate(per_second=100, burst=2_000))
    """Of one token. The UI asks for each field of a page by itself, and gives up when refused."""


@dataclass(frozen=True)
class Place:
    """One installation as its codec server sees it."""

    engine: Engine
    settings: Settings
    now: Callable[[], datetime] = _present
    """Its one clock (UTC); tests set it."""
    limits: Limits = field(default_factory=Limits)
