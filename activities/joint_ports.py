"""What one message for several defects of a release needs of the outside world, as Protocols."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from domain.contract.effects import Joint


class Turn(Enum):
    """Who is to send what several say alike to a person."""

    OURS = "ours"
    """Nobody has."""
    TOLD = "told"
    """Another has, and named the cases."""
    ANOTHERS = "another's"
    """Another is about to: what it names is not known yet."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to who asks for a turn."""

    turn: Turn
    part: int
    """Which of the messages under the key it is; each has a `Message-ID`."""
    named: frozenset[str] = frozenset()
    """The cases that messages under the key have named so far."""


@dataclass(frozen=True, slots=True)
class Companion:
    """Another defect of which the release says the same, and the person's cases on it."""

    defect: str
    summary: str | None
    """What it is, in words for clients."""
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JointPart:
    """One of the messages under a key: it names the defect it is of and its companions."""

    number: int
    companions: tuple[Companion, ...] = ()

    @property
    def cases(self) -> list[str]:
        """Those on the companions."""
        return [case for companion in self.companions for case in companion.cases]


class JointMessages(Protocol):
    """Who has told a person what several defects say alike, and of which cases."""

    def claim(
        self, joint: Joint, recipient: str, cases: Sequence[str], holder: str, at: datetime
    ) -> Claim:
        """Ask, for the defect `holder`, to tell a person about these cases.

        Where it is `OURS` nobody else is given the turn until it is `told` or given `back`, or an
        attempt that began `at` can be at it no longer.
        """

    def told(self, joint: Joint, recipient: str, part: int, cases: Sequence[str]) -> None:
        """The message went out, and named these cases."""

    def back(self, joint: Joint, recipient: str, part: int, holder: str) -> None:
        """It did not go out: whoever comes next may try."""

    def companions(
        self, joint: Joint, address: str, but: str, named: frozenset[str], limit: int
    ) -> Sequence[Companion]:
        """The first of a person's defects that say the same, but for one, by number.

        Left out are those of whose cases all were `named`.
        """
