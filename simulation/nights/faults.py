"""What goes wrong on a night, and the places of the product where it can."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NoReturn

Place = Literal[
    "activity begins", "activity ends", "letter", "taken", "transaction", "commit", "committed",
    "page", "posted", "signal", "heard", "task", "webhook", "webhook taken"
]  # fmt: skip
"""Where the product meets the outside."""


class Fault(StrEnum):
    """Kinds of things that go wrong."""

    CRASH = "the worker dies"
    MAIL_DOWN = "mail is down"
    MAIL_LATER = "mail says when to come again"
    MAIL_REFUSES = "mail refuses an address"
    MAIL_BREAKS = "mail takes the letter, and the connection breaks before it says so"
    SLOW = "every activity takes minutes"
    STALL = "a letter hangs for so long that the server tries the activity again"
    PAGE_DOWN = "the status page is down"
    PAGE_REFUSES = "the status page refuses"
    PAGE_BREAKS = "the status page posts, and the connection breaks before it says so"
    RECEIVER_DOWN = "a receiver of webhooks does not answer"
    RECEIVER_LATER = "a receiver of webhooks says when to come again"
    RECEIVER_REFUSES = "a receiver of webhooks refuses the first message of every number"
    RECEIVER_BREAKS = "a receiver takes the message, and the connection breaks before it says so"
    RECEIVER_GONE = "a receiver of webhooks wants no more"
    DATABASE_AWAY = "the database is away"
    ROLLED_BACK = "the database rolls back instead of committing"
    COMMIT_UNHEARD = "the database commits, and the connection breaks before it says so"
    SIGNALS_DOWN = "the server takes no signals"
    SIGNAL_UNHEARD = "the server takes a signal, and the connection breaks before it says so"
    RESULT_LOST = "an activity's result comes after the server has given it up"
    LEFT_BEHIND = "a workflow continues as new while an activity is under way"
    NO_WORKER = "no worker runs"
    EVICTED = "the worker forgets its workflows"
    LEAVE = "a workflow is asked to continue as new"
    CANCEL = "somebody asks to cancel a workflow"
    RESET = "a workflow is reset to an earlier point"


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One thing that goes wrong, from `at` on: once, or as often as it can while it lasts."""

    fault: Fault
    at: timedelta
    """Since the night began."""
    lasts: timedelta = timedelta()
    place: Place | None = None
    nth: int = 1
    """Of what happens once: at the how manieth time that the product comes by the place."""
    whom: str | None = None
    """The address or the number that it is about; None for any."""
    share: float = 0.0
    """Of a reset: how far back in the history, from its end (0) to its beginning (1)."""


class Crash(BaseException):
    """The worker's process is gone: nothing of it runs on, and nothing may catch this."""


class Weather:
    """Which disturbances are at work, asked at every place where the product meets the outside."""

    def __init__(self, began: datetime, disturbances: list[Disturbance]) -> None:
        self._began = began
        self._lasting = [d for d in disturbances if d.lasts]
        self._once = [d for d in disturbances if d.place is not None]
        self._counts = dict.fromkeys(self._once, 0)
        self._suspended = False

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Nothing goes wrong: an operator looks whether it worked, and tries again."""
        self._suspended = True
        try:
            yield
        finally:
            self._suspended = False

    def lasting(self, fault: Fault, now: datetime, whom: str | None = None) -> bool:
        """Whether something is out of order now."""
        return self.until(fault, now, whom) is not None

    def until(self, fault: Fault, now: datetime, whom: str | None = None) -> datetime | None:
        """Until when something is out of order that is so now."""
        if self._suspended:
            return None
        since = now - self._began
        ends = [
            d.at + d.lasts
            for d in self._lasting
            if d.fault is fault and d.at <= since < d.at + d.lasts and d.whom in (None, whom)
        ]
        return self._began + max(ends) if ends else None

    def strikes(self, place: Place, now: datetime, whom: str | None = None) -> set[Fault]:
        """What goes wrong this very time that the product comes by."""
        since, struck = now - self._began, set[Fault]()
        for d in [] if self._suspended else [*self._counts]:
            if d.place != place or d.at > since or d.whom not in (None, whom):
                continue
            self._counts[d] += 1
            if self._counts[d] >= d.nth:
                del self._counts[d]
                struck.add(d.fault)
        return struck

    def crash(self, place: Place, now: datetime, whom: str | None = None) -> set[Fault]:
        """As `strikes`, for a place where nothing but the worker can be struck.

        Raises:
            Crash: it is.
        """
        struck = self.strikes(place, now, whom)
        if Fault.CRASH in struck:
            self.die(place)
        return struck

    def die(self, place: Place) -> NoReturn:
        """The worker is gone."""
        raise Crash(place)


Clock = Callable[[], datetime]
"""The one clock there is, virtual."""
