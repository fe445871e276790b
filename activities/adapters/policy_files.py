"""Policies from TOML files: the built-in one and the one a setting names."""

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import holidays
from pydantic import ValidationError

from domain.policy import Policy
from domain.policy_file import HolidayRules, PolicyFile

BUILT_IN = Path(__file__).parents[2] / "domain" / "policies" / "eto.toml"


class PolicyError(ValueError):
    """A policy file is wrong; the message names file, key and value."""


class UnknownPolicy(LookupError):  # noqa: N818 - the name activities and callers branch on
    """No policy of that name is installed."""


class PolicyFiles:
    """The policies this installation knows, read once.

    A file `instead` takes the place of the built-in policy: requests for that get the file's,
    which keeps its own name.

    Raises:
        PolicyError: naming file, key and value, for anything wrong in a file.
    """

    def __init__(self, instead: Path | None = None) -> None:
        file = read_policy_file(instead or BUILT_IN)
        self._files = {file.name: file, BUILT_IN.stem: file}
        self._resolved = cache(self._resolve)

    def names(self) -> list[str]:
        """The names that `load` takes."""
        return sorted(self._files)

    def load(self, name: str, year: int) -> Policy:
        """The policy with its holidays from the year before `year` on, as far as it looks ahead.

        Raises:
            UnknownPolicy: naming those that are known.
        """
        if name not in self._files:
            raise UnknownPolicy(f"{name!r} is not one of {', '.join(self.names())}")
        return self._resolved(name, year)

    def _resolve(self, name: str, year: int) -> Policy:
        file = self._files[name]
        rules = file.calendar.holidays
        last = year + rules.years_ahead
        return file.resolve(observed_holidays(rules, range(year - 1, last + 1)), date(last, 12, 31))


def read_policy_file(path: Path) -> PolicyFile:
    """One policy file.

    Raises:
        PolicyError: naming file, key and value.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path}: {error}") from error
    try:
        file = PolicyFile.read(content)
        observed_holidays(file.calendar.holidays, range(2026, 2027))
    except ValidationError as error:
        problems = [
            f"{path}: {'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']} (is {e['input']!r})"
            for e in error.errors(include_url=False)
        ]
        raise PolicyError("\n".join(problems)) from None
    except ValueError as error:
        raise PolicyError(f"{path}: {error}") from None
    return file


def observed_holidays(rules: HolidayRules, years: range) -> list[date]:
    """The dates on which the named holidays fall, and the weekdays they are observed on.

    A holiday early next year can be observed late in the last, so one year more is looked at.

    Raises:
        ValueError: naming the key and the holiday or country that is not known.
    """
    try:
        known = holidays.country_holidays(
            rules.country,
            subdiv=rules.subdivision,
            years=range(years.start, years.stop + 1),
            language="en_US",
        )
    except NotImplementedError as error:
        raise ValueError(f"calendar.holidays.country: {error}") from None
    wanted = set(rules.observed)
    found: set[str] = set()
    dates: set[date] = set()
    for day in known:
        for name in known.get_list(day):
            plain = name.removesuffix(" (observed)")
            if plain in wanted:
                found.add(plain)
                dates.add(day)
    if unknown := sorted(wanted - found):
        raise ValueError(
            f"calendar.holidays.observed: {', '.join(map(repr, unknown))} not known in "
            f"{rules.country}; known are {', '.join(sorted(_names(known)))}"
        )
    limit = date(years.stop, 1, 1) - timedelta(days=1)
    return sorted(day for day in dates if day <= limit)


def _names(known: holidays.HolidayBase) -> set[str]:
    return {name.removesuffix(" (observed)") for day in known for name in known.get_list(day)}
