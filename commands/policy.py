"""`policy`: what a policy file says, what is wrong with it, and what it would change."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer

from activities.adapters.policy_files import PolicyError, checked_policy_file
from commands import show
from domain.policy_findings import Finding, Reading
from runtime.settings import Settings

WRONG = 2
"""The exit code of a file with errors, as of any program that is given it."""


async def check(_settings: Settings, path: Path, as_json: bool) -> int:
    """Everything that is wrong with a file, and what its writer will hardly have meant."""
    try:
        found = checked_policy_file(path, datetime.now(UTC).date())
    except PolicyError as error:
        if not as_json:
            raise
        found = Reading(None, [Finding(key="", reason=str(error))], [])
    policy = found.policy and {"name": found.policy.name, "version": found.policy.version}
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
