"""Instants as a reader's clock says them, and what a reader types as an instant."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from portal.pages.i18n import ENGLISH, Words


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
    words: Words = ENGLISH

    def moment(self, value: str | datetime) -> str:
        """`20 Nov 2026, 16:05 CST`."""
        there = instant(value).astimezone(self.zone)
        return self.words.plain(
            "date.moment",
            day=there.day,
            month=self.words.texts["date.months"].split()[there.month - 1],
            year=there.year,
            time=f"{there:%H:%M}",
            zone=_short_name(there),
        )

    def full(self, value: str | datetime) -> str:
        """As in mails: `Friday 20 November 2026, 16:05 CST (America/Chicago)`."""
        return self.words.language.local_time(instant(value), self.zone)

    def day(self, value: date) -> str:
        """`Friday 20 November 2026`."""
        language = self.words.language
        return language.day.format(
            weekday=language.weekdays[value.weekday()],
            day=value.day,
            month=language.months[value.month - 1],
            year=value.year,
        )

    def iso(self, value: str | datetime) -> str:
        """For programs that read the page."""
        return instant(value).isoformat().replace("+00:00", "Z")

    def zone_name(self, now: datetime) -> str:
        """The zone and what it is called at present: `America/Chicago (CST)`."""
        short = _short_name(now.astimezone(self.zone))
        return self.zone.key if short == self.zone.key else f"{self.zone.key} ({short})"

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


def _short_name(there: datetime) -> str:
    name = there.tzname() or ""
    return f"UTC{name}" if name[:1] in {"+", "-"} else name


@lru_cache
def zones() -> dict[str, list[str]]:
    """The zones one can choose, by continent, those of none first."""
    grouped: dict[str, list[str]] = {"": ["UTC"]}
    for name in sorted(available_timezones()):
        continent, slash, _ = name.partition("/")
        if slash and continent not in {"Etc", "SystemV", "US", "Canada", "Brazil", "Chile"}:
            grouped.setdefault(continent, []).append(name)
    return grouped


@lru_cache(maxsize=256)
def zone_of(name: str | None) -> ZoneInfo | None:
    """The zone of a name, which may be anything a person typed; None where it is none."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # OSError: a folder such as "America"
        return None
