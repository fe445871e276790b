"""When a reader's digest is due: once a day, at an hour of their zone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

_ONE_DAY = timedelta(days=1)
_INSTANTS = ("deploy_at", "before")
"""Facts of an optional message that say when something happens, or was to happen."""


def next_digest(after: datetime, hour: int, zone: tzinfo) -> datetime:
    """The first instant later than `after` at which it is `hour` in `zone`, each date once (UTC).

    An hour that a clock change skips is when the clock has gone on, one that comes twice is the
    first of the two.
    """
    day = after.astimezone(zone).date()
    while True:
        # Without a fold: the first of two hours, and of one that is skipped what it would be.
        at = datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)
        if at > after:
            return at
        day += _ONE_DAY


def is_too_late(due: datetime, facts: Mapping[str, Any]) -> bool:
    """Whether something that a message is about will have happened when its digest is due."""
    instants = (facts[name] for name in _INSTANTS if facts.get(name))
    return any(datetime.fromisoformat(str(at)) <= due for at in instants)
