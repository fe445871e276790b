"""How often it is worked out what would happen: each time asks several workflows and the database.

In memory, for each process by itself, as the limits of the HTTP interface are.
"""

from dataclasses import dataclass, field
from typing import Literal

from portal.api.rates import Rate, Rates

_ALL: Literal["all"] = "all"


@dataclass(frozen=True, slots=True)
class Pace:
    """What one person may ask for, and all of them together."""

    person: Rates = field(default_factory=lambda: Rates(Rate(per_second=1, burst=30)))
    """Somebody who types is asked about twice a second at most."""
    process: Rates = field(default_factory=lambda: Rates(Rate(per_second=10, burst=100)))

    def wait(self, who: str) -> int:
        """Take one: 0 where it may be had now, else seconds until it may."""
        return self.person.take(who) or self.process.take(_ALL)
