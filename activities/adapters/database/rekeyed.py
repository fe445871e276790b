"""What came of writing anew what is kept sealed: under the first key of now, or in clear."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """Of one kind."""

    kept: int = 0
    """How many there are."""
    changed: int = 0
    """Of these, how many were in clear or under another key."""
    dropped: int = 0
    """How many were not good for anything any more, and are gone."""
    problems: tuple[str, ...] = ()
    """Why some stay as they are: their key is missing, or they were altered."""

    def __add__(self, other: "Rekeyed") -> "Rekeyed":
        return Rekeyed(
            self.kept + other.kept,
            self.changed + other.changed,
            self.dropped + other.dropped,
            self.problems + other.problems,
        )
