"""What sending webhooks needs of the outside world, as Protocols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from activities.ports import NotNow
from domain.contract.effects import UpdateReadModel
from domain.webhooks.events import Verdict


@dataclass(frozen=True, slots=True)
class Destination:
    """One receiver as a round finds it."""

    id: str
    url: str
    keys: tuple[str, ...] = field(repr=False)
    """Its signing secrets that are valid now, the newest first."""
    disabled: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that waits, and the fact it tells of."""

    kind: str
    entity: str
    sequence: int
    event: str
    refusals: int
    at: datetime
    details: Mapping[str, Any]
    public_text: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one attempt; for a refused message `again_at`, or None where it is given up."""

    message: Outgoing
    verdict: Verdict
    problem: str | None = None
    again_at: datetime | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What waits for a receiver; `next_at` is when the first of it may be tried."""

    waiting: int
    troubled: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered; its words are not read."""

    status: int
    retry_after: timedelta | None = None


class NoAnswer(NotNow):
    """The receiver gave none; `code` is a short stable word such as `timeout`."""

    def __init__(self, code: str) -> None:
        super().__init__(f"no answer: {code}")
        self.code = code


class Post(Protocol):
    """Posts over one conversation with a receiver, closed after use."""

    async def __aenter__(self) -> "Post": ...
    async def __aexit__(self, *exc: object) -> None: ...
    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post once, follow nothing. Raises NoAnswer."""


class Poster(Protocol):
    """Reaches receivers; one `open` serves a whole round."""

    def open(self) -> Post:
        """Begin a conversation; the connection is made when the first message is posted."""


class Sealing(Protocol):
    """Encrypts secrets before they are written down."""

    def seal(self, secret: str, owner: str) -> str:
        """What to write down of a secret that belongs to `owner`."""

    def open(self, kept: str, owner: str) -> str:
        """The secret. Raises where it cannot be opened: its key is missing, or it was altered."""

    def key_of(self, kept: str) -> str | None:
        """The id of the key that opens it; None where it is in clear."""


class Webhooks(Protocol):
    """The messages that wait for each receiver."""

    def to_call(self, projection: UpdateReadModel, at: datetime, *, again: bool) -> Sequence[str]:
        """The receivers that a projection has something for, and that were not called yet."""

    def forgotten(self, at: datetime) -> Sequence[str]:
        """The receivers that answer, and for whom something has long been due."""

    def begin(self, receiver: str, at: datetime, *, at_once: bool) -> Destination | None:
        """A round begins: who is sent to, None where it was removed."""

    def due(self, receiver: str, at: datetime, limit: int) -> Sequence[Outgoing]:
        """The first message of each entity, as far as it is due."""

    def settle(self, receiver: str, attempts: Sequence[Attempt], at: datetime) -> None:
        """Remember what came of some attempts."""

    def give_up(self, receiver: str, queued_until: datetime, problem: str | None) -> int:
        """Mark as failed what has waited since then or longer; answers how many."""

    def end(self, receiver: str, down_since: datetime | None, problem: str | None) -> Standing:
        """A round ends: notes how the receiver is, and answers what waits."""

    def disable(self, receiver: str, why: str) -> None:
        """Send nothing more to it."""


class Calls(Protocol):
    """Tells the workflow of a receiver that messages wait for it."""

    def call(self, projection: UpdateReadModel, at: datetime, attempt: int) -> None:
        """Call those that the projection has something for. May be used by any thread."""
