"""Mends a copy of what a policy file says, so that what is not wrong with it can be looked at."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from domain.toml_text import Key, at

MISSING = object()
"""What stands where nothing does."""


class Draft:
    """A copy of what a file says, in which what is wrong is replaced or taken out."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._places: dict[int, list[int]] = {}
        """Of each list, by its identity: where in the file its elements stand."""
        self.content = self._copy(content)

    def _copy(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._copy(each) for name, each in value.items()}
        if isinstance(value, list):
            copied = [self._copy(each) for each in value]
            self._places[id(copied)] = list(range(len(copied)))
            return copied
        return value

    def value(self, key: Key) -> Any:
        """What stands there; `MISSING` where nothing does."""
        try:
            return at(self.content, key)
        except LookupError:
            return MISSING

    def key_of(self, place: tuple[str | int, ...], *, missing: bool) -> Key:
        """The key that pydantic means: without the names of the forms that something may have."""
        key: Key = ()
        for part in place:
            if self.value((*key, part)) is not MISSING:
                key = (*key, part)
        # A pair that lacks its end lacks no key.
        return (*key, place[-1]) if missing and isinstance(place[-1], str) else key

    def original(self, key: Key) -> Key:
        """The same key in the file."""
        found: Key = ()
        for depth, part in enumerate(key):
            around = self.value(key[:depth])
            places = self._places.get(id(around)) if isinstance(around, list) else None
            found = (*found, part if places is None else places[int(part)])
        return found

    def mend(self, key: Key, right: Mapping[str, Any], tried: int) -> None:
        """Take out what is wrong; where that did not help, put in what is right; then both with
        more around it."""
        ways = [
            (key[:length], stand_in)
            for length in range(len(key), 0, -1)
            for stand_in in (False, True)
            # In a list there is nothing right by itself: no element may be like another one.
            if not (stand_in and any(isinstance(part, int) for part in key[:length]))
        ]
        key, stand_in = ways[min(tried, len(ways) - 1)]
        around, last = self.value(key[:-1]), key[-1]
        if isinstance(around, list) and isinstance(last, int) and last < len(around):
            del around[last]
            del self._places[id(around)][last]
        elif isinstance(around, dict):
            around.pop(last, None)
            if stand_in:
                with suppress(LookupError):
                    around[last] = self._copy(at(right, key))
