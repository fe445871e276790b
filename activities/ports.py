"""What activities need of the outside world, as Protocols, and the errors they speak.

Adapters raise `Refused` for what no retry can cure and `NotNow` for what one may; anything else an
adapter raises counts as `NotNow` without advice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from domain.effects import Person, PostStatus, Project
from domain.policy import Policy


class Refused(Exception):  # noqa: N818 - it is an answer
    """The other side said no for good; `code` is a short stable word such as `smtp-550`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NotNow(Exception):  # noqa: N818 - it is an answer
    """The other side may take it later; `retry_after` is its own advice where it gave any."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Letter:
    """One rendered message to one person; `message_id` is the same on every retry."""

    message_id: str
    to: str
    to_name: str | None
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    at: datetime
    """When it is sent (UTC): the mail's `Date`."""


class Mailbox(Protocol):
    """Takes letters; one `open` serves a whole page of them."""

    def open(self) -> "MailSession":
        """Begin a conversation; the connection is made when the first letter is sent."""


class MailSession(Protocol):
    """A conversation with the mail system, closed after use."""

    def __enter__(self) -> "MailSession": ...
    def __exit__(self, *exc: object) -> None: ...
    def send(self, letter: Letter) -> None:
        """Hand over one letter. Raises Refused for this letter, NotNow for the system."""


class StatusPage(Protocol):
    """Where incidents are posted; every call may be repeated with the same effect."""

    def post(self, effect: PostStatus, at: datetime) -> None:
        """Create, update or resolve the incident. Raises Refused or NotNow."""


class DeliveryState(StrEnum):
    """Where one message to one recipient stands in the ledger."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the ledger, unique on effect key, recipient and channel."""

    effect_key: str
    recipient: str
    channel: str
    entity: str
    event: str
    message_id: str
    state: DeliveryState = DeliveryState.PLANNED
    attempts: int = 0
    decided_at: datetime | None = None
    """When the machine decided it: the effect's own instant."""
    sent_at: datetime | None = None
    problem: str | None = None
    cases: tuple[str, ...] = field(default_factory=tuple)


class Ledger(Protocol):
    """Remembers every attempt to tell somebody something."""

    def claim(self, delivery: Delivery, at: datetime) -> Delivery:
        """Mark it as being sent and return the row as it was before.

        A row found `sending` (the sender died in between) is returned as `unknown`; one found
        `sent` stays `sent`.
        """

    def settle(
        self, delivery: Delivery, state: DeliveryState, at: datetime, problem: str | None = None
    ) -> None:
        """Record how the attempt ended."""

    def deliveries(self, entity: str | None = None) -> Sequence[Delivery]:
        """All rows, oldest first, of one entity or of all."""


class Audience(Protocol):
    """Who is attached to what."""

    def people(self, entity: str, sequence: int, after: str | None, limit: int) -> Sequence[Person]:
        """Those attached before `sequence` and not detached by now, one entry per address.

        Ordered by lower-cased address, starting behind `after`: a page at a time.
        """

    def cases(self, entity: str, sequence: int, after: str | None, limit: int) -> Sequence[str]:
        """The numbers of their cases, ordered, starting behind `after`."""


class ReadModel(Protocol):
    """What the portal reads."""

    def project(self, projection: Project) -> None:
        """Bring it up to date; an older projection never overwrites a newer one."""

    def entity(self, kind: str, number: str) -> dict[str, Any] | None:
        """The snapshot of a case or defect."""

    def timeline(self, number: str, *, public_only: bool) -> Iterator[dict[str, Any]]:
        """Its facts, oldest first."""


class Numbers(Protocol):
    """Issues the numbers people use."""

    def issue(self, prefix: str, key: str) -> str:
        """The next number such as `DEF-000045`; the same `key` always gets the same one."""


class Policies(Protocol):
    """The policies this installation knows, by name."""

    def load(self, name: str, year: int) -> Policy:
        """Resolve a policy with its holidays around `year`. Raises UnknownPolicy."""

    def names(self) -> Iterable[str]:
        """The names that `load` takes."""
