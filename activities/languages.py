"""The languages letters are written in: which one a person reads, and how it says when.

A language is a folder of the templates, named by its tag (`de`, `pt-br`): the words of its events
and parts, and `language.toml` with what this module needs. English has everything; what another
language lacks is said in English.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

TEMPLATES = Path(__file__).with_name("templates")
"""A folder per language with `client/<event>.j2`, `staff/<event>.j2` and `parts/`; two layouts."""
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """How one language says days, instants and lists; `tag` is the one mail programs are told."""

    tag: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    day: str
    """With `{weekday}`, `{day}`, `{month}` and `{year}`."""
    sent: str
    """With `{instant}`."""
    joined: str
    """Two or more things, with `{others}` and `{last}`."""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The language of a folder.

        Raises:
            KeyError: where its `language.toml` leaves something out.
        """
        words = tomllib.loads((folder / "language.toml").read_text(encoding="utf-8"))
        return cls(
            tag=folder.name,
            weekdays=tuple(words["weekdays"]),
            months=tuple(words["months"]),
            day=words["day"],
            sent=words["sent"],
            joined=words["list"],
        )

    def local_time(self, at: datetime, zone: ZoneInfo) -> str:
        """An instant as the people of `zone` say it, for example in English:

        `Friday 20 November 2026, 16:05 CST (America/Chicago)`.

        Raises:
            ValueError: where `at` has no zone of its own.
        """
        if at.tzinfo is None:
            raise ValueError(f"{at.isoformat()} carries no time zone, for example Z")
        there = at.astimezone(zone)
        day = self.day.format(
            weekday=self.weekdays[there.weekday()],
            day=there.day,
            month=self.months[there.month - 1],
            year=there.year,
        )
        # Where a zone has no abbreviation of its own, tzname() is the bare offset.
        abbreviation = there.tzname() or ""
        name = f"UTC{abbreviation}" if abbreviation[:1] in {"+", "-"} else abbreviation
        named = name if name == zone.key else f"{name} ({zone.key})"
        return f"{day}, {there.hour:02}:{there.minute:02} {named}"

    def in_words(self, things: Sequence[str]) -> str:
        """One thing, or several as one says them: `A, B and C`."""
        *others, last = things
        return self.joined.format(others=", ".join(others), last=last) if others else last

    def when_sent(self, instant: str) -> str:
        """The line that says when something was sent."""
        return self.sent.format(instant=instant)


class Languages:
    """The languages that `templates` has words in."""

    def __init__(self, templates: Path = TEMPLATES) -> None:
        self.known = {
            path.parent.name: Language.read(path.parent)
            for path in sorted(templates.glob("*/language.toml"))
        }
        self.english = self.known[ENGLISH]

    def preferred(self, *wanted: str | None) -> Language:
        """The first of the languages `wanted` that is known, or English.

        `de-AT` is served by `de`. What is wanted may be anything a person typed.
        """
        for tag in filter(None, wanted):
            subtags = tag.strip().lower().replace("_", "-").split("-")
            for length in range(len(subtags), 0, -1):
                if known := self.known.get("-".join(subtags[:length])):
                    return known
        return self.english
