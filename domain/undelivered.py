"""What the state keeps of messages that have not reached the people they are for."""

from collections.abc import Collection

from domain.contract.effects import NotifyClients, NotifyStaff
from domain.contract.values import Instant, Value


class Postponed(Value):
    """A notice to staff that waits for support hours (T10)."""

    due: Instant
    notice: NotifyStaff
    escalates: bool = False
    """It is a step of an escalation, which nobody can put off (T7)."""


class CameBack(Value):
    """A letter to the contact of a case that came back (T9)."""

    case: str
    at: Instant
    problem: str


class ByTelephone(Value):
    """A message that people without an e-mail address are to be told (T9)."""

    message: NotifyClients
    cases: list[str]
    """A case of each person who was not told yet."""

    @property
    def weight(self) -> int:
        """Bytes it takes as JSON, about."""
        return self.message.weight + sum(map(len, self.cases))

    def without(self, cases: Collection[str]) -> "ByTelephone":
        """The same for everybody but the contacts of these cases."""
        left = [case for case in self.cases if case not in cases]
        return ByTelephone(message=self.message, cases=left)
