"""What every page and every endpoint is given: the contract, the database, the policy, the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from activities.ports import Mailbox, Policies
from commands.talk import Line
from runtime.settings import Settings


def _present() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Site:
    """One installation as its web pages see it. It decides nothing: `line` and `engine` do."""

    line: Line
    engine: Engine
    policies: Policies
    settings: Settings
    now: Callable[[], datetime] = _present
    """The one clock of the portal (UTC); tests set it."""
    mailbox: Mailbox | None = None
    """Where links to sign in are sent; None keeps them in the database."""
