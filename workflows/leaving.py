"""When a run continues as new: before every limit of the server, whatever is under way."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import workflow

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


class Leaving:
    """Counts what one run has taken, and knows whether it should, may or must leave."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.commands = 0
        self.requested = False
        self.since: datetime | None = None
        """When it began to start nothing any more."""

    @property
    def is_due(self) -> bool:
        """Whether it should leave once it can."""
        info = workflow.info()
        return (
            self.requested
            or self.commands >= self.limits.commands
            or info.is_continue_as_new_suggested()
            or info.is_target_worker_deployment_version_changed()
        )

    @property
    def starts_nothing(self) -> bool:
        """Whether it is about to leave, and no handler waits for an answer."""
        return self.is_due and workflow.all_handlers_finished()

    @property
    def gives_up_at(self) -> datetime | None:
        """When it waits no longer for what is in flight."""
        return None if self.since is None else self.since + self.limits.patience

    def may(self, *, in_flight: bool) -> bool:
        """Whether it leaves now."""
        if not self.is_due:
            return False
        if self._must:
            return True
        end = self.gives_up_at
        waited = end is not None and workflow.now() >= end
        return (waited or not in_flight) and workflow.all_handlers_finished()

    @property
    def _must(self) -> bool:
        info = workflow.info()
        return (
            self.commands >= self.limits.most_commands
            or info.get_current_history_length() >= MOST_EVENTS
            or info.get_current_history_size() >= MOST_BYTES
        )
