"""Commands of the portal: tokens for services and agents, and mails from clients."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from commands.cli.options import AsJson
from commands.cli.run import run

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

app = typer.Typer()
token_app = typer.Typer(no_args_is_help=True)
app.add_typer(
    token_app, name="token", help="Tokens by which services and agents are known to the portal."
)


@token_app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose it is: the actor of what is done with it.")],
    scope: Annotated[
        list[str],
        typer.Option(
            help="What it is good for, such as cases:read; repeat the option. "
            "What is no scope is answered with all there are."
        ),
    ],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is valid.")] = 365,
    as_json: AsJson = False,
) -> None:
    """Make a token and show it, once: only its hash is kept."""
    from commands import tokens

    if not _NAME.fullmatch(name):
        raise typer.BadParameter("NAME: must be 1 to 64 of A-Z a-z 0-9 . _ -")
    run(lambda settings: tokens.create(settings, name, scope, timedelta(days=days), as_json))


@token_app.command(name="list")
def list_tokens(as_json: AsJson = False) -> None:
    """Every token that was ever made, without what makes it one."""
    from commands import tokens

    run(lambda settings: tokens.list_them(settings, as_json))


@token_app.command()
def revoke(token: Annotated[str, typer.Argument(help="Its id, as `token list` shows it.")]) -> None:
    """From now on nobody can use it."""
    from commands import tokens

    run(lambda settings: tokens.revoke(settings, token))


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
    from commands import inbound

    run(lambda settings: inbound.take(settings, file, as_json), logs=True)
