"""Commands of the portal: tokens for services and agents, and mails from clients."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from activities.adapters.database import NoDatabase, make_engine, migrate
from activities.adapters.database.tokens import DatabaseTokens, Token
from activities.adapters.policy_files import PolicyFiles
from commands import show
from commands.cli.options import AsJson
from commands.cli.run import run
from commands.talk import Line
from domain.machine import iso
from portal.api.problems import Problem
from portal.api.security import Scope
from portal.inbound.reading import MAIL_BYTES
from portal.inbound_mail import receive
from portal.site import Site
from runtime.connection import NoServer, connect
from runtime.settings import Settings

NO_SUCH_TOKEN = 5
REFUSED = 65
"""EX_DATAERR of sysexits.h: a mail system gives the mail back."""
LATER = 75
"""EX_TEMPFAIL of sysexits.h: a mail system tries again."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

app = typer.Typer()
tokens = typer.Typer(no_args_is_help=True)
app.add_typer(
    tokens, name="token", help="Tokens by which services and agents are known to the portal."
)


@tokens.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose it is: the actor of what is done with it.")],
    scope: Annotated[list[Scope], typer.Option(help="What it is good for; repeat the option.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is valid.")] = 365,
    as_json: AsJson = False,
) -> None:
    """Make a token and show it, once: only its hash is kept."""
    if not _NAME.fullmatch(name):
        raise typer.BadParameter("NAME: must be 1 to 64 of A-Z a-z 0-9 . _ -")

    async def work(settings: Settings) -> None:
        with _database(settings) as engine:
            said, token = DatabaseTokens(engine).create(
                name, [each.value for each in scope], datetime.now(UTC), timedelta(days=days)
            )
        if as_json:
            show.as_json({"token": said, **_shown(token)})
            return
        typer.echo(said)
        typer.echo(
            f"This is {name}'s token, valid until {iso(token.expires_at)}. "
            "Keep it now: it is not shown again.",
            err=True,
        )

    run(work)


@tokens.command(name="list")
def list_tokens(as_json: AsJson = False) -> None:
    """Every token that was ever made, without what makes it one."""

    async def work(settings: Settings) -> None:
        with _database(settings) as engine:
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

    run(work)


@tokens.command()
def revoke(token: Annotated[str, typer.Argument(help="Its id, as `token list` shows it.")]) -> None:
    """From now on nobody can use it."""

    async def work(settings: Settings) -> int:
        with _database(settings) as engine:
            revoked = DatabaseTokens(engine).revoke(token, datetime.now(UTC))
        if revoked is None:
            typer.echo(f"there is no token {token}", err=True)
            return NO_SUCH_TOKEN
        typer.echo(f"{token} of {revoked.name} is revoked since {iso(revoked.revoked_at)}")
        return 0

    run(work)


@app.command()
def inbound_mail(
    file: Annotated[
        Path | None, typer.Argument(help="A mail as it came; standard input without it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take one mail from a client: a new case, or a note on the case it replies to.

    For a mail system's pipe: ends with 75 where it has to be tried again, with 65 where the mail
    cannot be taken.
    """

    async def work(settings: Settings) -> int:
        raw = _read(file)
        try:
            with _database(settings) as engine:
                line = Line(await connect(settings))
                received = await receive(
                    Site(line, engine, PolicyFiles(settings.policy_file), settings), raw
                )
        except Problem as problem:
            typer.echo(f"{problem.field or problem.kind}: {problem.detail}", err=True)
            return LATER if problem.status in {429, 503} else REFUSED
        except (NoServer, NoDatabase, DBAPIError) as error:
            typer.echo(str(error), err=True)
            return LATER
        if as_json:
            show.as_json(received.model_dump())
        else:
            about = received.case or received.reason or ""
            typer.echo(
                f"{received.outcome} {about}{' before' if received.repeated else ''}".strip()
            )
        return 0

    run(work, logs=True)


def _read(file: Path | None) -> bytes:
    """One byte more than is taken tells that it is too large."""
    if file is None:
        return sys.stdin.buffer.read(MAIL_BYTES + 1)
    try:
        with file.open("rb") as opened:
            return opened.read(MAIL_BYTES + 1)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from None


@contextmanager
def _database(settings: Settings) -> Iterator[Engine]:
    engine = make_engine(settings.database_url.get_secret_value())
    try:
        migrate(engine)
        yield engine
    finally:
        engine.dispose()


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
