"""Which cases are on a defect and whose they are, in bounds and at a constant cost for each."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from pydantic import Field, PrivateAttr

from domain.state import Part

MOST_BYTES = 220_000
"""What the numbers of cases and clients may take: room for more than ten thousand cases."""


class AttachedCases(Part):
    """Case numbers in the order in which they were attached; who to write to is in the database."""

    clients: list[str] = Field(default_factory=list)
    """Ids of clients; those without a case any more are dropped now and then."""
    of: dict[str, int] = Field(default_factory=dict)
    """Case number to the place of its client in `clients`."""
    _places: dict[str, int] = PrivateAttr(default_factory=dict)
    _count: Counter[int] = PrivateAttr(default_factory=Counter)
    _bytes: int = PrivateAttr(default=0)

    def model_post_init(self, _context: Any, /) -> None:
        """Count what a continued run has brought along."""
        self._places = {client: place for place, client in enumerate(self.clients)}
        self._count = Counter(self.of.values())
        self._bytes = sum(map(_weight, self.clients)) + sum(map(_weight, self.of))

    def __len__(self) -> int:
        return len(self.of)

    def __contains__(self, case: str) -> bool:
        return case in self.of

    @property
    def numbers(self) -> Iterator[str]:
        """All of them, oldest first."""
        return iter(self.of)

    @property
    def client_count(self) -> int:
        """Distinct clients, however many cases each has."""
        return len(self._count)

    def last(self, count: int) -> list[str]:
        """The latest, oldest first."""
        return list(islice(reversed(self.of), count))[::-1]

    def client_of(self, case: str) -> str | None:
        """Whose a case is; None where it is not attached."""
        place = self.of.get(case)
        return None if place is None else self.clients[place]

    def has_client(self, client: str) -> bool:
        """Whether a case of the client is attached."""
        place = self._places.get(client)
        return place is not None and place in self._count

    def has_room_for(self, cases: Iterable[tuple[str, str]]) -> bool:
        """Whether so many more, as case and client, fit."""
        return self._bytes + sum(_weight(c) + _weight(who) for c, who in cases) <= MOST_BYTES

    def add(self, case: str, client: str) -> None:
        """Attach a case that is not attached yet."""
        if client not in self._places:
            self._places[client] = len(self.clients)
            self.clients.append(client)
            self._bytes += _weight(client)
        place = self._places[client]
        self.of[case] = place
        self._count[place] += 1
        self._bytes += _weight(case)

    def remove(self, cases: Iterable[str]) -> None:
        """Take cases off; one that is not attached is passed over."""
        for case in cases:
            place = self.of.pop(case, None)
            if place is not None:
                self._count[place] -= 1
                self._bytes -= _weight(case)
                if not self._count[place]:
                    del self._count[place]
        if len(self.clients) > 2 * len(self._count):
            self._drop_clients_without_cases()

    def _drop_clients_without_cases(self) -> None:
        kept = {case: self.clients[place] for case, place in self.of.items()}
        self.clients, self.of = [], {}
        self._places, self._count, self._bytes = {}, Counter(), 0
        for case, client in kept.items():
            self.add(case, client)


def _weight(number: str) -> int:
    """Bytes in JSON, with what stands around it."""
    return len(number.encode()) + 8
