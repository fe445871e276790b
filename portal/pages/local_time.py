"""Instants as a reader's clock shows them, and what a reader types as an instant."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from activities.languages import zone_name
from portal.pages.i18n import ENGLISH, Translations


def instant(value: str | datetime) -> datetime:
    """An aware datetime, from ISO 8601 as snapshots have it."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def maybe_instant(value: str | datetime | None) -> datetime | None:
    """The same, where there may be none."""
    return None if value is None else instant(value)


@dataclass(frozen=True, slots=True)
class Times:
    """The clock of one zone, read aloud in one language."""

    zone: ZoneInfo
    words: Translations = ENGLISH

    def moment(self, value: str | datetime) -> str:
        """`20 Nov 2026, 16:05 CST`."""
        return self.words.language.short_time(instant(value), self.zone)

    def full(self, value: str | datetime) -> str:
        """As in mails: `Friday 20 November 2026, 16:05 CST (America/Chicago)`."""
        return self.words.language.local_time(instant(value), self.zone)

    def day(self, value: date) -> str:
        """`Friday 20 November 2026`."""
        return self.words.language.full_date(value)

    def iso(self, value: str | datetime) -> str:
        """For programs that read the page."""
        return instant(value).isoformat().replace("+00:00", "Z")

    def zone_name(self, now: datetime) -> str:
        """The zone as it is called at present: `CST (America/Chicago)`."""
        return zone_name(now.astimezone(self.zone))

    def typed(self, text: str) -> datetime | None:
        """What was typed into a field for date and time, which means this zone; None if neither."""
        try:
            typed = datetime.fromisoformat(text)
        except ValueError:
            return None
        return typed if typed.tzinfo else typed.replace(tzinfo=self.zone)

    def field(self, value: datetime) -> str:
        """An instant as such a field has it."""
        return value.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")


@lru_cache
def zones() -> dict[str, list[str]]:
    """The zones one can choose, by continent, those of none first."""
    grouped: dict[str, list[str]] = {"": ["UTC"]}
    for name in sorted(available_timezones()):
        continent, slash, _ = name.partition("/")
        if slash and continent not in {"Etc", "SystemV", "US", "Canada", "Brazil", "Chile"}:
            grouped.setdefault(continent, []).append(name)
    return grouped
