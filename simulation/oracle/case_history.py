"""What is known of one case when it is judged: what was said, and how the outside answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.contract.case import CaseStart
from simulation.oracle.expected_state import Delivered, Said


@dataclass(frozen=True, slots=True)
class Attached:
    """The case is on a defect since `at`, or the defect would not have it."""

    at: datetime
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of the minutes that a call was to take; 0 were given back."""

    at: datetime
    minutes: int
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """The case heard at `at` that a message to its client, decided at `decided_at`, arrived."""

    at: datetime
    decided_at: datetime


CaseEntry = Said | Attached | Booked | Arrived


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """The log of one case until `until`, each list in the order in which things happened."""

    start: CaseStart
    opened_at: datetime
    until: datetime
    log: Sequence[CaseEntry] = ()
    delivered: Sequence[Delivered] = ()
