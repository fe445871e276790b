"""What comes of a reminder to staff that somebody puts off: each time one, at the end."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from domain.contract.events import Reminder
from domain.contract.staff_notices import Snooze
from simulation.oracle.expected_state import Moved, Said
from simulation.oracle.matching import ExpectedMessage


def snoozes(said: Iterable[Said | Moved], reminder: Reminder) -> list[tuple[datetime, datetime]]:
    """When it was put off, and until when, in order."""
    return [
        (one.at, one.command.until)
        for one in said
        if isinstance(one, Said)
        and isinstance(one.command, Snooze)
        and one.command.reminder is reminder
    ]


def with_snoozes(
    at: datetime,
    put_off: Iterable[tuple[datetime, datetime]],
    told: Callable[[datetime], ExpectedMessage],
    stands: Callable[[datetime, datetime], bool],
) -> Iterator[ExpectedMessage]:
    """A reminder due `at`, and those that come since it was put off.

    `told` says what is owed where it is due at an instant: one that waits for support hours does
    not come where it is put off before. `stands` says whether its matter was open between two.
    """
    left = [one for one in put_off if one[0] >= at]
    while True:
        owed = told(at)
        if not left or left[0][0] >= owed.at:
            yield owed
        if not left:
            return
        since, until = left.pop(0)
        while left and left[0][0] < until:
            until = left.pop(0)[1]
        if not stands(since, until):
            return
        at = until
