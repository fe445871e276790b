"""When a run continues as new: before every limit of the server, whatever is under way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

MOST_EVENTS, MOST_BYTES = 20_000, 20_000_000
"""Here a run leaves whatever is under way: the server ends one of 51,200 events or 50 MB."""


@dataclass(frozen=True)
class Limits:
    """How long a run may be, and how long it waits before it leaves."""

    commands: int = 500
    """After as many a run should leave: a reset brings all of them back in one workflow task."""
    most_commands: int = 1_500
    """After as many it leaves whatever is under way: the server refuses its 2,000th update."""
    patience: timedelta = timedelta(minutes=1)
    """How long a run that should leave waits for what is in flight."""
    abandoned_for: timedelta = timedelta(minutes=2)
    """When the next run tries again what was in flight: whoever carried it out has noticed."""


class Standing(Protocol):
    """What the server knows of a run."""

    @property
    def should_leave(self) -> bool:
        """Whether the server suggests it, or another version waits for the run."""

    @property
    def must_leave(self) -> bool:
        """Whether its history grows too long."""

    @property
    def handlers_finished(self) -> bool:
        """Whether nobody waits for the answer to an update."""


class Leaving:
    """Counts what one run has taken, and knows whether it should, may or must leave."""

    def __init__(self, limits: Limits, standing: Standing) -> None:
        self.limits = limits
        self.commands = 0
        self.requested = False
        self.since: datetime | None = None
        """When it began to start nothing any more."""
        self._standing = standing

    @property
    def is_due(self) -> bool:
        """Whether it should leave once it can."""
        return (
            self.requested or self.commands >= self.limits.commands or self._standing.should_leave
        )

    @property
    def starts_nothing(self) -> bool:
        """Whether it is about to leave, and no handler waits for an answer."""
        return self.is_due and self._standing.handlers_finished

    @property
    def gives_up_at(self) -> datetime | None:
        """When it waits no longer for what is in flight."""
        return None if self.since is None else self.since + self.limits.patience

    def may(self, now: datetime, *, in_flight: bool) -> bool:
        """Whether it leaves now."""
        if not self.is_due:
            return False
        if self.commands >= self.limits.most_commands or self._standing.must_leave:
            return True
        end = self.gives_up_at
        waited = end is not None and now >= end
        return (waited or not in_flight) and self._standing.handlers_finished
