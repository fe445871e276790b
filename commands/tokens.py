"""Tokens by which services and agents are known to the portal: made, listed, revoked."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import typer
from rich.markup import escape
from rich.table import Table

from activities.adapters.database.tokens import DatabaseTokens, Token
from commands import show
from commands.database import database
from domain.contract.parsing import InvalidCommand
from domain.entity import iso
from portal.api.security import Scope
from portal.roles import scopes_of
from runtime.oidc import StaffRole
from runtime.settings import Settings

NO_SUCH_TOKEN = 5


async def create(
    settings: Settings,
    name: str,
    scopes: Sequence[str],
    roles: Sequence[StaffRole],
    valid: timedelta,
    as_json: bool,
) -> None:
    """Make a token and show it, alone on standard output."""
    if unknown := sorted(set(scopes) - set(Scope)):
        raise InvalidCommand("scope", f"{', '.join(unknown)}: must be one of {', '.join(Scope)}")
    scopes = sorted({*scopes, *scopes_of(roles)})
    if not scopes:
        raise InvalidCommand("scope", "must be given, or a role")
    with database(settings) as engine:
        said, token = DatabaseTokens(engine).create(name, scopes, datetime.now(UTC), valid)
    if as_json:
        show.as_json({"token": said, **_shown(token)})
        return
    typer.echo(said)
    typer.echo(
        f"This is {name}'s token, valid until {iso(token.expires_at)}. "
        "Keep it now: it is not shown again.",
        err=True,
    )


async def list_them(settings: Settings, as_json: bool) -> None:
    """Show every token that was ever made."""
    with database(settings) as engine:
        known = [_shown(token) for token in DatabaseTokens(engine).all()]
    if as_json:
        show.as_json(known)
        return
    table = Table(box=None)
    for column in known[0] if known else ["no tokens"]:
        table.add_column(column, overflow="fold", no_wrap=column in {"id", "name"})
    for token in known:
        table.add_row(*(escape(_said(value)) for value in token.values()))
    show.console.print(table)


async def revoke(settings: Settings, token: str) -> int:
    """Revoke it; answers the exit code."""
    with database(settings) as engine:
        revoked = DatabaseTokens(engine).revoke(token, datetime.now(UTC))
    if revoked is None:
        typer.echo(f"unknown token {token}", err=True)
        return NO_SUCH_TOKEN
    typer.echo(f"{token} of {revoked.name} is revoked since {iso(revoked.revoked_at)}")
    return 0


def _shown(token: Token) -> dict[str, str | list[str] | None]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "created_at": iso(token.created_at),
        "expires_at": iso(token.expires_at),
        "revoked_at": iso(token.revoked_at),
        "last_used_at": iso(token.last_used_at),
    }


def _said(value: str | list[str] | None) -> str:
    return ", ".join(value) if isinstance(value, list) else value or ""
