"""The languages people are written to in: which one a person reads, and how it writes dates.

A language is a folder of the templates, named by its tag (`de`, `pt-br`). Dates, lists, lengths of
time and plurals follow the CLDR. A template that another language lacks is taken from English.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.units import format_unit

TEMPLATES = Path(__file__).with_name("templates")
"""A folder per language with `client/<event>.j2`, `staff/<event>.j2` and `parts/`; two layouts."""
ENGLISH = "en"
_LOCALES = {ENGLISH: "en-IE"}
"""The English that writes `Friday 20 November 2026` and `A, B and C`."""

_Known = TypeVar("_Known")


@dataclass(frozen=True, slots=True)
class Language:
    """How one language writes dates, lists and numbers of things."""

    tag: str
    """As mail programs and browsers are told it."""
    locale: Locale

    @property
    def weekdays(self) -> list[str]:
        """From Monday on."""
        return [self.locale.days["format"]["wide"][day] for day in range(7)]

    def full_date(self, day: date) -> str:
        """`Friday 20 November 2026`."""
        return format_date(day, "full", self.locale)

    def local_time(self, at: datetime, zone: ZoneInfo) -> str:
        """`Friday 20 November 2026, 16:05 CST (America/Chicago)`.

        Raises:
            ValueError: where `at` has no zone of its own.
        """
        there = _on_the_clock(at, zone)
        return f"{self.full_date(there)}, {there:%H:%M} {zone_name(there)}"

    def short_time(self, at: datetime, zone: ZoneInfo) -> str:
        """`20 Nov 2026, 16:05 CST`; otherwise like `local_time`."""
        there = _on_the_clock(at, zone)
        day = format_skeleton("yMMMd", there, locale=self.locale)
        return f"{day}, {there:%H:%M} {_abbreviation(there)}"

    def joined(self, things: Sequence[str]) -> str:
        """`A`, `A and B`, `A, B and C`."""
        return format_list(things, locale=self.locale)

    def duration(self, minutes: float) -> str:
        """`1 hour and 30 minutes`."""
        parts = zip(divmod(int(minutes), 60), ("hour", "minute"), strict=True)
        said = [format_unit(count, unit, locale=self.locale) for count, unit in parts if count]
        return self.joined(said or [format_unit(0, "minute", locale=self.locale)])

    def plural(self, count: float) -> str:
        """The CLDR's category for a number of things, such as `one` or `other`."""
        return self.locale.plural_form(float(count))


def known_languages(templates: Path = TEMPLATES) -> dict[str, Language]:
    """The languages that there are templates in, by tag."""
    tags = sorted(folder.parent.name for folder in templates.glob("*/client"))
    return {tag: Language(tag, Locale.parse(_LOCALES.get(tag, tag), sep="-")) for tag in tags}


def preferred(known: Mapping[str, _Known], *wanted: str | None) -> _Known:
    """What is known for the first of the languages `wanted` that there is, or for English.

    `de` serves `de-AT`. What is wanted may be anything a person typed.
    """
    tags = [tag.strip().replace("_", "-") for tag in wanted if tag]
    return known[(negotiate_locale(tags, known, sep="-") or ENGLISH).lower()]


def zone_name(there: datetime) -> str:
    """A zone's abbreviation at that instant, and its key: `CST (America/Chicago)`; `UTC` alone."""
    abbreviation, key = _abbreviation(there), str(there.tzinfo)
    return abbreviation if abbreviation == key else f"{abbreviation} ({key})"


@lru_cache(maxsize=256)
def zone_of(name: str | None) -> ZoneInfo | None:
    """The zone of an IANA name, which may be anything a person typed; None where it is not one."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # OSError: a folder such as "America"
        return None


def _on_the_clock(at: datetime, zone: ZoneInfo) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} carries no time zone, for example Z")
    return at.astimezone(zone)


def _abbreviation(there: datetime) -> str:
    # Where a zone has no abbreviation of its own, tzname() is the bare offset.
    name = there.tzname() or ""
    return f"UTC{name}" if name[:1] in {"+", "-"} else name
