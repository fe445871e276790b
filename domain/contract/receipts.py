"""What activities answer: a model per kind of effect."""

from typing import Any

from pydantic import Field

from domain.contract.values import Value


class Receipt(Value):
    """What came of an effect; of one that only writes, that it is written."""

    key: str

    @property
    def unfinished(self) -> bool:
        """Whether this was one round, and more of the effect is to be brought about."""
        return False


class DeliveryReceipt(Receipt):
    """What came of a message, over all its recipients."""

    sent: int = 0
    """Messages that left now."""
    already: int = 0
    """Those that an earlier try had sent."""
    failed: int = 0
    """Those refused for good."""
    opted_out: int = 0
    """People who do not want this kind of message."""
    in_digest: int = 0
    """People who get it with their next digest."""
    by_telephone: list[str] = Field(default_factory=list)
    """A case of each person without an e-mail address: support tells them, and says so."""
    problem: str | None = None
    """A short code of the last refusal, never client text; `bounce-5.1.1` where there was none but
    of addresses that had sent it back before."""

    cases: int | None = None
    """Cases attached as far as the database knows, of a message to everyone attached; None of any
    other, and by a version that did not count."""

    @property
    def came_back(self) -> bool:
        """Whether what failed had all come back before: support knows that."""
        return self.failed > 0 and (self.problem or "").startswith("bounce-")

    @property
    def arrived(self) -> bool:
        """Whether it reached a recipient, or had no recipients (T9)."""
        nobody_left = self.failed == 0 and not self.by_telephone
        return nobody_left or self.sent + self.already > 0


class DefectOpened(Receipt):
    """Which defect a case is on now, or why on none, in words for people."""

    defect: str | None = None
    refused: str | None = None


class CasesMoved(Receipt):
    """How many cases went to the other defect, or back, or why none did."""

    sent: int = 0
    refused: str | None = None


class MinutesBooked(Receipt):
    """Minutes the client has left in the period, and why the booking does not fit, if so."""

    balance: int | None = None
    refused: str | None = None


class Signalled(Receipt):
    """How many of the workflows that should hear of it run here."""

    sent: int = 0
    missing: list[str] = Field(default_factory=list)
    """The first numbers that do not run here, though they should."""


class DefectsAligned(Signalled):
    """One round of a fan-out."""

    left: int = 0
    """Defects still to be reached."""
    attached: int = 0
    """Defects in the release."""
    superseded: bool = False
    """It gave way to a newer plan."""

    @property
    def unfinished(self) -> bool:
        """Whether defects are left for another round."""
        return self.left > 0


class ImpactRanked(Receipt):
    """The first places, how many there are, and what changed (`digest` in `impact_review.py`)."""

    ranking: dict[str, Any]
