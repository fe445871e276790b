"""What mailing the subscribers of the status page needs of the outside world, as Protocols."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

LANE = "subscribers"
"""Of their mails in the ledger: it is of no entity."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who confirmed that they want mails about incidents."""

    address: str
    """What spellings of it have in common."""
    email: str
    language: str
    token: str
    """In the link by which they leave."""


@dataclass(frozen=True, slots=True)
class IncidentPost:
    """What was posted of an incident, until all subscribers have been told."""

    key: str
    incident: str
    ident: str
    """How the incident is known to the public."""
    name: str
    stage: str
    body: str
    at: datetime
    is_first: bool


class Subscribers(Protocol):
    """Who wants mails about incidents, and what they have not been told."""

    def untold(self, after: IncidentPost | None, limit: int) -> Sequence[IncidentPost]:
        """A page of posts that somebody may not have been told of, the oldest first."""

    def due(self, post: IncidentPost, after: str | None, limit: int) -> Sequence[Subscriber]:
        """A page of those it is for and who were not told, ordered by address, behind `after`."""

    def told(self, post: IncidentPost, at: datetime) -> None:
        """Nobody waits for it any more; with its resolution subscriptions to one incident end."""
