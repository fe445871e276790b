"""What digests need of the outside world, as Protocols."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from activities.message_facts import Reference
from activities.paragraphs import Paragraph
from activities.ports import Delivery, DeliveryState
from domain.contract.effects import NotifyClients, Person

LANE = "digest"
"""Of digests in the ledger: they are of no entity."""


@dataclass(frozen=True, slots=True)
class DigestPart:
    """A message that waits for its reader's digest."""

    delivery: int
    """Its row of the ledger."""
    effect: NotifyClients
    person: Person
    due_at: datetime
    digest: str | None
    """The key of the digest that it goes in; None until that is tried."""


@dataclass(frozen=True, slots=True)
class Digest:
    """One mail to one reader."""

    key: str
    recipient: str
    parts: Sequence[DigestPart]


@dataclass(frozen=True, slots=True)
class DigestSection:
    """One message as a digest has it."""

    about: Reference
    decided: str
    """When, on the reader's clock."""
    subject: str
    paragraphs: Sequence[Paragraph]
    rows: Sequence[tuple[str, str]]


class Digests(Protocol):
    """What waits for digests."""

    def put_by(
        self,
        delivery: Delivery,
        effect: NotifyClients,
        person: Person,
        due_at: datetime,
        at: datetime,
    ) -> Delivery:
        """Have a message wait, and return its row of the ledger as it was before.

        Only one that is `planned` or `failed`, or waits and said something else, waits from now on.
        """

    def is_due(self, at: datetime) -> bool:
        """Whether anybody's digest is due."""

    def readers(self, at: datetime, after: str | None, limit: int) -> Sequence[str]:
        """A page of those whose digest is due, ordered, behind `after`."""

    def due(self, recipient: str, at: datetime, limit: int) -> Sequence[DigestPart]:
        """What their next mail has, the oldest first: of one that was tried already, the same."""

    def begin(self, recipient: str, stem: str, parts: Collection[DigestPart]) -> Digest | None:
        """Put these parts into one mail for good, under the first key of `stem` that is free.

        None where somebody else has.
        """

    def outdated(self, parts: Collection[DigestPart]) -> set[int]:
        """The deliveries that say no more what holds.

        Their defect was resolved since, which its readers are told at once, or they do not wait.
        """

    def leave_out(self, digest: Digest, parts: Collection[DigestPart], at: datetime) -> None:
        """These are not told any more; a mail that has no others is not sent."""

    def over(
        self,
        digest: Digest,
        message_id: str,
        state: DeliveryState,
        problem: str | None,
        at: datetime,
    ) -> None:
        """The mail is sent, or never will be, and with it its parts."""
