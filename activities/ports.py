"""What activities need of the outside world, as Protocols, and the errors they speak.

Adapters raise `Refused` for what no retry can cure and `NotNow` for what one may; anything else an
adapter raises counts as `NotNow` without advice.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from domain.contract.effects import (
    BookMinutes,
    NotifyClients,
    NotifyStaff,
    Person,
    PostStatus,
    UpdateReadModel,
    Whom,
)
from domain.contract.events import Topic
from domain.contract.values import Attachment, Severity
from domain.policy import Policy
from domain.retention import Kept

EVERYONE = Whom()


class Refused(Exception):  # noqa: N818 - it is an answer
    """The other side said no for good; `code` is a short stable word such as `smtp-550`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NotNow(Exception):  # noqa: N818 - it is an answer
    """The other side may take it later; `retry_after` is its own advice where it gave any.

    `of_recipient`: to this recipient, and it may well take what is for another.
    """

    def __init__(
        self,
        message: str,
        retry_after: timedelta | None = None,
        *,
        of_recipient: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.of_recipient = of_recipient


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


class Places(Protocol):
    """Where staff are told that is no mailbox: chats, pagers, telephones, by name."""

    def tell(self, place: str, letter: Letter) -> None:
        """Hand over a letter. Raises Refused where the place never takes it so, else NotNow."""


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
    BOUNCED = "bounced"
    """The mail server took it, and a report came back later: it did not arrive (T9)."""
    BY_TELEPHONE = "by_telephone"
    """The person has no e-mail address: it is `sent` once somebody says that they told them."""
    DIGEST = "digest"
    """It waits for the digest of its reader, and is `sent` with that."""


EMAIL = "email"
"""The channel of letters."""
TELEPHONE = "telephone"
"""The channel of what people are told by telephone."""
APPRISE = "apprise"
"""The channel of what staff are told at places."""


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
    """When the entity decided it: the instant of the effect."""
    sent_at: datetime | None = None
    problem: str | None = None
    cases: tuple[str, ...] = field(default_factory=tuple)
    lane: str | None = None
    overtaken_at: datetime | None = None
    """Since when it is superseded: a newer message was sent in its place."""
    content: str | None = None
    """A hash of what is said; None where a version before it was kept has sent it."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What somebody is to be told by telephone: the letter they would have got."""

    name: str | None
    phone: str | None
    subject: str
    text: str


Message = NotifyClients | NotifyStaff | PostStatus
"""What the ledger remembers."""


SHARED_FOR = timedelta(hours=1)
"""What began within so long of each other is one thing, such as an outage, and told once."""


def shared_key(about: str, since: datetime) -> str:
    """The key of a message that several say alike; keys of one kind sort by when it began."""
    return f"{about}{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class Ledger(Protocol):
    """Remembers every attempt to deliver a message."""

    def claim(
        self, delivery: Delivery, at: datetime, shared_since: datetime | None = None
    ) -> Delivery:
        """Mark it as being sent and return the row as it was before.

        A row found `sending` (the sender died in between) is returned as `unknown`; one found
        `sent`, `bounced` or in a `digest` stays so. What is `shared_since` then may be on record
        under the key of another that began little before or after.
        """

    def hand_to_staff(self, delivery: Delivery, spoken: Spoken, at: datetime) -> Delivery:
        """Have staff tell a person by telephone; the answer is the row as it was before."""

    def settle(
        self, delivery: Delivery, state: DeliveryState, at: datetime, problem: str | None = None
    ) -> None:
        """Record how the attempt ended."""

    def overtake(self, effect: Message, at: datetime) -> None:
        """An effect was brought about: what is left of it, or of older ones, is superseded.

        A lane goes in order, so those of the same lane were dropped for a newer message; and who is
        left of the effect itself is no longer among those it is for.
        """

    def deliveries(self, entity: str | None = None) -> Sequence[Delivery]:
        """All rows, oldest first, of one entity or of all."""


class Audience(Protocol):
    """Who is attached to what."""

    def people(
        self, entity: str, sequence: int, after: str | None, limit: int, whom: Whom = EVERYONE
    ) -> Sequence[Person]:
        """Those `whom` says, as it stood at `sequence`, one entry per address.

        Ordered by lower-cased address, starting behind `after`: a page at a time.
        """

    def count(self, entity: str, sequence: int) -> int:
        """How many cases are attached then and now, whomever they are of."""

    def attachments(
        self, entity: str, sequence: int, after: str | None, limit: int
    ) -> Sequence[Attachment]:
        """Cases, clients and contacts attached then and now, ordered by case, behind `after`."""

    def cases(self, entity: str, sequence: int, after: str | None, limit: int) -> Sequence[str]:
        """The numbers of their cases, ordered, starting behind `after`."""

    def in_words(self, numbers: Collection[str]) -> Mapping[str, str]:
        """What each is about, in words that clients may read, as far as there are any.

        A case's subject, a defect's public summary, a release's title.
        """

    def announcement(self, release: str) -> Mapping[str, Any]:
        """What clients may read of a release: kind, title, window, areas and notes."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What a person chose for every mail; `token` lets who has it unsubscribe them."""

    token: str
    progress: bool = True
    newsletter: bool = True
    time_zone: str | None = None
    language: str | None = None
    digest: bool = False
    """Whether what they may opt out of comes once a day, in one mail."""


class Preferences(Protocol):
    """What people chose."""

    def of(self, addresses: Sequence[str]) -> Mapping[str, Preference]:
        """By lower-cased address, one for each: who never chose has the defaults and a token."""

    def keep(self, address: str, chosen: Mapping[str, Any], at: datetime) -> None:
        """Remember a choice made at `at`; what is left out stays, an older one changes nothing."""

    def unsubscribe(self, token: str, topics: Iterable[Topic], at: datetime) -> str | None:
        """Opt the person of a token out; answers the address, None for an unknown token."""


@dataclass(frozen=True, slots=True)
class Member:
    """One defect of a release, or one that has left it."""

    defect: str
    sequence: int
    """The release's sequence at which it joined or left."""
    attached: bool
    aligned: int | None
    """The release's sequence up to which the defect has been told; None for never."""
    state: str | None
    """How the defect stands, as far as the read model knows."""


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How the defects of a release stand."""

    attached: int
    to_align: int


class Members(Protocol):
    """Which defects are in which release, and how far each has been told."""

    def adopt(self, release: str) -> None:
        """Take in what the read model knows to be planned for it and was not attached."""

    def is_superseded(self, release: str, plan_version: int) -> bool:
        """Whether the read model knows a newer plan of the release."""

    def pending(
        self, release: str, plan_sequence: int, after: str | None, limit: int
    ) -> Sequence[Member]:
        """A page, ordered by defect, starting behind `after`.

        Those attached and not told since `plan_sequence` or since they joined, and those who
        left, had been told of the release, and not that they left it.
        """

    def aligned(self, release: str, told: Mapping[str, int]) -> None:
        """Remember, per defect, the sequence up to which it has been told; it never goes back."""

    def progress_of(self, release: str, plan_sequence: int) -> SyncProgress:
        """How many are attached, and how many are not aligned."""


class Consultation(Protocol):
    """The consultation minutes that clients have used."""

    def book(self, effect: BookMinutes) -> "Booking":
        """Take the minutes for the effect's case, instead of what that case had booked.

        Either all fit into the allowance or nothing changes. A repeat, or an effect older than
        the last one of the case, changes nothing and answers how it stands.
        """


@dataclass(frozen=True, slots=True)
class Booking:
    """What came of a booking: whether it fitted, and the minutes that are left of the period."""

    fits: bool
    balance: int


class Impact(Protocol):
    """What a review of impact looks at and remembers."""

    def open_defects(self, severity: Severity) -> Iterator[dict[str, Any]]:
        """The snapshots of open defects of a severity, read a page at a time."""

    def comments(self, defects: Sequence[str]) -> Mapping[str, Sequence[dict[str, Any]]]:
        """What clients said of the severity of each: client, severity, comment, at; newest last."""

    def last_ranking(self, before: str) -> list[dict[str, Any]] | None:
        """What the newest review other than `before` remembered; None where there was none."""

    def keep_ranking(self, review: str, at: datetime, ranking: Sequence[dict[str, Any]]) -> None:
        """Remember the ranking of a review; a repeat replaces it."""


class OpenDefects(Protocol):
    """Which defects are open in a functional area."""

    def in_area(
        self, area: str, severities: Sequence[Severity], after: str | None, limit: int
    ) -> Sequence[str]:
        """Their numbers, ordered, starting behind `after`."""


class ReadModel(Protocol):
    """What the portal reads."""

    def project(self, projection: UpdateReadModel) -> None:
        """Bring it up to date; an older projection never overwrites a newer one."""

    def entity(self, kind: str, number: str) -> dict[str, Any] | None:
        """The snapshot of a case or defect."""

    def timeline(self, number: str, *, public_only: bool) -> Iterator[dict[str, Any]]:
        """Its facts, oldest first."""


class Retention(Protocol):
    """What is kept for a time only."""

    def prune(self, kind: Kept, now: datetime, limit: int) -> int:
        """Remove at most `limit` rows of a kind that are kept no longer; answers how many."""


class Policies(Protocol):
    """The policies this installation knows, by name."""

    def load(self, name: str, year: int) -> Policy:
        """Resolve a policy with its holidays around `year`. Raises UnknownPolicy."""

    def names(self) -> Iterable[str]:
        """The names that `load` takes."""
