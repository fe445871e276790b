"""What is asked of the database about numbers: which were used, how far they came, what is open."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from domain.contract.values import Again


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the database knows of a number, for longer than Temporal does."""

    kind: str
    state: str
    sequence: int
    """The last sequence that anything of it bears."""
    plan_version: int
    """Of a release, else 0."""
    written_at: datetime
    """The instant of its last change (UTC)."""

    def reason_against(self, number: str, start: Any) -> str | None:
        """Why a start is refused, `field: reason`; None where it says that it goes on from here."""
        try:
            again = Again.model_validate(start["again"])
        except (KeyError, TypeError, ValueError):
            return (
                f"number: {number} was used before, for a {self.kind} that is {self.state} in the "
                "database; what is closed begins again with --again, what is open by `recover`"
            )
        if again.sequence < self.sequence or again.plan_version < self.plan_version:
            return (
                f"again: must be at least sequence {self.sequence} and plan_version "
                f"{self.plan_version}, which {number} has come to"
            )
        return None

    @property
    def again(self) -> dict[str, int]:
        """What a start says that goes on from here."""
        return {"sequence": self.sequence, "plan_version": self.plan_version}


class Records(Protocol):
    """What the database knows of numbers."""

    def last(self, number: str) -> Recorded | None:
        """What is known of a case, defect, release or area work; None where nothing is."""


@dataclass(frozen=True, slots=True)
class Row:
    """How something stands in the database."""

    state: str
    is_open: bool
    written_at: datetime
    sequence: int = 0
    """Of the entity, when it was written."""


class OpenNumbers(Protocol):
    """The numbers that are open in the database."""

    def count(self, kind: str) -> int:
        """How many are open."""

    def pages(self, kind: str) -> Iterator[Sequence[str]]:
        """The numbers of all that are open, a page at a time."""

    def rows(self, kind: str, numbers: Collection[str]) -> Mapping[str, Row]:
        """How these stand now, as far as they are known."""
