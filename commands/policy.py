"""`policy`: what a policy file says, what is wrong with it, and what it would change."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import typer

from activities.adapters.policy_files import (
    BUILT_IN,
    PolicyError,
    checked_policy_file,
    holidays_by_name,
    read_policy_file,
)
from commands import show
from domain.contract.parsing import InvalidCommand
from domain.policy_file import PolicyFile
from domain.policy_findings import Finding, Reading
from domain.views.month import lines as month_lines
from domain.views.month import month_of
from domain.views.policy_differences import differences
from domain.views.policy_words import statements
from runtime.settings import Settings

WRONG = 2
"""The exit code of a file with errors, as of any program that is given it."""
FIRST_YEAR, LAST_YEAR = 1971, 2199
"""Between them lie all instants of the contract."""


async def check(settings: Settings, path: Path, as_json: bool) -> int:
    """Everything that is wrong with a file, and what its writer will hardly have meant."""
    try:
        found = checked_policy_file(path, datetime.now(UTC).date(), settings.places)
    except PolicyError as error:
        if not as_json:
            raise
        found = Reading(None, [Finding(key="", reason=str(error))], [])
    policy = found.policy and _named(found.policy)
    if as_json:
        kinds = {"errors": found.errors, "warnings": found.warnings}
        said = {kind: [each.model_dump() for each in some] for kind, some in kinds.items()}
        show.as_json({"file": str(path), "policy": policy, **said})
    else:
        for each in found.errors:
            typer.echo(each.said(str(path), "error: "))
        for each in found.warnings:
            typer.echo(each.said(str(path), "warning: "))
        counts = f"{_count(found.errors, 'error')}, {_count(found.warnings, 'warning')}"
        typer.echo(f"{path}: {policy['name']} {policy['version']}, {counts}" if policy else counts)
    return WRONG if found.errors else 0


def _count(some: Sequence[object], what: str) -> str:
    return f"{len(some) or 'no'} {what}{'' if len(some) == 1 else 's'}"


async def calendar(settings: Settings, month: str, path: Path | None, as_json: bool) -> None:
    """A month of a policy."""
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month, re.ASCII)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        reason = f"{month!r} is no month from {FIRST_YEAR} to {LAST_YEAR}: give one such as 2027-03"
        raise InvalidCommand("month", reason)
    file, year = read_policy_file(path or _installed(settings)), int(found[1])
    names = holidays_by_name(file.calendar.holidays, range(year, year + 1))
    ahead = datetime.now(UTC).year + file.calendar.holidays.years_ahead
    policy = file.resolve(list(names), date(ahead, 12, 31))
    shown = month_of(policy, year, int(found[2]), names)
    if as_json:
        known_until = {"holidays_known_until": f"{ahead}-12-31"}
        show.as_json({**shown.model_dump(mode="json"), **known_until})
        return
    for line in month_lines(shown):
        typer.echo(line)
    if year > ahead:
        typer.echo(f"What begins today knows holidays only until {ahead}-12-31.")


def _installed(settings: Settings) -> Path:
    return settings.policy_file or BUILT_IN


def _named(file: PolicyFile) -> dict[str, str]:
    return {"name": file.name, "version": file.version}


async def show_policy(settings: Settings, path: Path | None, as_json: bool) -> None:
    """A policy in words."""
    file = read_policy_file(path or _installed(settings))
    said = [(each.part, each.key, str(each)) for each in statements(file)]
    if as_json:
        found = [
            {
                "part": part,
                "statements": [{"key": key, "sentence": text} for _, key, text in some],
            }
            for part, some in groupby(said, key=itemgetter(0))
        ]
        show.as_json({"policy": _named(file), "parts": found})
    else:
        typer.echo(f"{file.name} {file.version}")
        _echo_by_part((part, text) for part, _, text in said)


async def diff(_settings: Settings, before: Path, after: Path, as_json: bool) -> None:
    """What one policy says otherwise than another."""
    old, new = read_policy_file(before), read_policy_file(after)
    found = differences(old, new, (_coming_holidays(old), _coming_holidays(new)))
    if as_json:
        said = [each.model_dump() for each in found]
        show.as_json({"before": _named(old), "after": _named(new), "differences": said})
    elif not found:
        typer.echo(f"Both say the same: {old.name} {old.version}.")
    else:
        typer.echo(f"{old.name} {old.version} -> {new.name} {new.version}")
        _echo_by_part((each.part, each.sentence) for each in found)


def _coming_holidays(file: PolicyFile) -> dict[date, list[str]]:
    """The holidays from today until the end of the next year, by name."""
    today = datetime.now(UTC).date()
    named = holidays_by_name(file.calendar.holidays, range(today.year, today.year + 2))
    return {day: names for day, names in named.items() if day >= today}


def _echo_by_part(said: Iterable[tuple[str, str]]) -> None:
    for part, some in groupby(said, key=itemgetter(0)):
        typer.echo(f"\n{part}")
        for _, sentence in some:
            typer.echo(f"  {sentence}")
