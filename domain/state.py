"""What the state of an entity is made of: parts that change, containers, and what never changes."""

from collections.abc import Sequence
from typing import Any, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a state. Its containers hold only what never changes: text, numbers, `Value`s."""

    model_config = ConfigDict(extra="ignore")

    def trial(self) -> Self:
        """A copy to try a command on: much cheaper than a deep one, as little of it is copied."""
        copy = self.model_copy()
        for kept in (copy.__dict__, copy.__pydantic_private__ or {}):
            for name, value in kept.items():
                kept[name] = _copied(value)
        return copy


class Weighed(Protocol):
    """Something that knows how many bytes it takes."""

    @property
    def weight(self) -> int:
        """Bytes as JSON, about."""
        ...


W = TypeVar("W", bound=Weighed)


def newest(items: Sequence[W], most: int, most_bytes: int) -> list[W]:
    """The latest of those kept, within both bounds; the newest is always among them."""
    kept = list(items[-most:])
    while len(kept) > 1 and sum(item.weight for item in kept) > most_bytes:
        kept.pop(0)
    return kept


def _copied(value: Any) -> Any:
    if isinstance(value, Part):
        return value.trial()
    return value.copy() if isinstance(value, list | dict) else value
