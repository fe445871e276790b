"""Policies from TOML files: the built-in one and the one a setting names."""

import tomllib
from collections.abc import Collection, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import holidays

from domain import policy_findings
from domain.policy import Policy
from domain.policy_file import HolidayRules, PolicyFile
from domain.policy_findings import Problem, Reading
from domain.policy_hints import nearest
from domain.policy_warnings import warnings
from domain.staff_places import named_places
from domain.toml_text import dotted

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

    def places(self) -> list[str]:
        """The names of the places at which they tell staff, sorted."""
        return named_places(
            given for file in self._files.values() for given in file.contacts.values()
        )

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
        PolicyError: naming file, line, key and value of everything that is wrong with it.
    """
    read = policy_findings.read(_text_of(path), _right(), unknown_holidays)
    if read.policy is None:
        raise PolicyError("\n".join(error.said(str(path)) for error in read.errors))
    return read.policy


def checked_policy_file(path: Path, today: date, places: Collection[str] | None = None) -> Reading:
    """The same without raising: with what its writer will hardly have meant, as of a date, and
    where settings know these `places` of staff.

    Raises:
        PolicyError: it cannot be read at all.
    """

    def look(file: PolicyFile) -> list[Problem]:
        rules = file.calendar.holidays
        years = range(today.year, today.year + rules.years_ahead + 1)
        return warnings(file, set(holidays_by_name(rules, years)), today, places)

    return policy_findings.read(_text_of(path), _right(), unknown_holidays, look)


def _text_of(path: Path) -> str:
    """What a file says.

    Raises:
        PolicyError: naming the file that cannot be read, or is no text.
    """
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise PolicyError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: is no text in UTF-8, at byte {error.start}") from error


@cache
def _right() -> dict[str, Any]:
    """What the built-in policy says."""
    return tomllib.loads(BUILT_IN.read_text(encoding="utf-8"))


def observed_holidays(rules: HolidayRules, years: range) -> list[date]:
    """The dates on which the named holidays fall, and the weekdays they are observed on.

    A holiday early next year can be observed late in the last, so one year more is looked at.

    Raises:
        ValueError: naming the key and the holiday or country that is not known.
    """
    for problem in unknown_holidays(rules, years):
        raise ValueError(f"calendar.holidays.{dotted(problem.key)} {problem.reason}")
    return sorted(holidays_by_name(rules, years))


def holidays_by_name(rules: HolidayRules, years: range) -> dict[date, list[str]]:
    """The same with their names; a holiday that none of these years has is left out."""
    known, wanted = _known(rules, years), set(rules.observed)
    named = {
        day: [name for name in known.get_list(day) if _plain(name) in wanted]
        for day in sorted(known)
        if day < date(years.stop, 1, 1)
    }
    return {day: names for day, names in named.items() if names}


def unknown_holidays(rules: HolidayRules, years: range = range(2026, 2027)) -> Iterator[Problem]:
    """What the `holidays` package does not know in these years, of country, part and names."""
    try:
        known = _known(rules, years)
    except (NotImplementedError, TypeError):
        yield _unknown_place(rules)
        return
    names = sorted({_plain(name) for day in known for name in known.get_list(day)})
    for place, name in enumerate(rules.observed):
        if name not in names:
            where = f"{rules.country} {rules.subdivision or ''}".strip()
            reason = f"{name!r} not known in {where}; known are {', '.join(names)}"
            near = nearest(name, names)
            yield Problem(("observed", place), reason, near and f"did you mean {near}?")


def _unknown_place(rules: HolidayRules) -> Problem:
    countries = holidays.list_supported_countries()
    parts = countries.get(rules.country)
    if parts is None:
        reason = f"{rules.country!r} is no country that the holidays package knows"
        near = nearest(rules.country, countries)
        hint = f"did you mean {near}?" if near else "give two letters, such as US or DE"
        return Problem(("country",), reason, hint)
    known = f"known are {', '.join(parts)}" if parts else "it has none: leave subdivision out"
    return Problem(("subdivision",), f"is no part of {rules.country} with holidays", known)


def _known(rules: HolidayRules, years: range) -> holidays.HolidayBase:
    return holidays.country_holidays(
        rules.country,
        subdiv=rules.subdivision,
        years=range(years.start, years.stop + 1),
        language="en_US",
    )


def _plain(name: str) -> str:
    return name.removesuffix(" (observed)")
