"""The status-update obligation to clients: what was sent, owed and missed (T6, T9)."""

from datetime import datetime
from typing import Self

from domain.business_time import BusinessCalendar
from domain.contract.values import Instant, Value
from domain.defect.cadence import next_update
from domain.policy import Cadence
from domain.state import Part


class UnconfirmedUpdate(Value):
    """An update handed out but not known to have arrived; any later one meets it too."""

    sequence: int
    deadline: Instant


class UpdateClock(Part):
    """When the last update went out, and by when the next must have arrived."""

    last_at: Instant
    deadline: Instant
    send_at: Instant
    unconfirmed: UnconfirmedUpdate | None = None
    met: UnconfirmedUpdate | None = None
    """The last update that arrived, and by when it had to; it may still come back."""

    @classmethod
    def started(cls, cadence: Cadence, calendar: BusinessCalendar, now: datetime) -> Self:
        """The clock as of a message of `now` that counts as the first update."""
        due = next_update(cadence, calendar, now)
        return cls(last_at=now, deadline=due.deadline, send_at=due.send_at)

    def restarted(
        self, cadence: Cadence, calendar: BusinessCalendar, now: datetime, sequence: int | None
    ) -> Self:
        """The clock as of the message `sequence` of `now`, which counts once it has arrived.

        Running from when it was handed out keeps the gap between arrivals within the limit.
        """
        clock = self.started(cadence, calendar, now)
        clock.unconfirmed, clock.met = self.unconfirmed, self.met
        if clock.unconfirmed is None and sequence is not None:
            clock.unconfirmed = UnconfirmedUpdate(sequence=sequence, deadline=self.deadline)
        return clock

    def under(self, cadence: Cadence, calendar: BusinessCalendar, now: datetime) -> Self:
        """The clock under another policy from `now` on; what was in time so far is not late."""
        clock = self.started(cadence, calendar, self.last_at)
        clock.unconfirmed, clock.met = self.unconfirmed, self.met
        if clock.deadline < now:
            clock.deadline = self.deadline
        return clock

    def arrived(self, sequence: int) -> None:
        """The message `sequence` was delivered: what was owed up to it is met."""
        if self.unconfirmed is not None and sequence >= self.unconfirmed.sequence:
            self.met = UnconfirmedUpdate(sequence=sequence, deadline=self.unconfirmed.deadline)
            self.unconfirmed = None

    def came_back(self, sequence: int, now: datetime) -> datetime | None:
        """The message `sequence` did not arrive after all: what it met is owed again.

        Answers the deadline where that has passed: it is missed.
        """
        if self.met is None or self.met.sequence != sequence:
            return None
        owed, self.met = self.met, None
        if now > owed.deadline:
            return owed.deadline
        self.unconfirmed = owed
        return None

    def take_missed(
        self, cadence: Cadence, calendar: BusinessCalendar, now: datetime
    ) -> list[datetime]:
        """Every deadline that passed by `now` without an update having arrived; each only once."""
        missed: list[datetime] = []
        if self.unconfirmed is not None and now > self.unconfirmed.deadline:
            missed.append(self.unconfirmed.deadline)
            self.unconfirmed = None
        while now > self.deadline:
            missed.append(self.deadline)
            self.deadline = next_update(cadence, calendar, self.deadline).deadline
        return missed
