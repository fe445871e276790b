"""Commands of the portal: tokens of services and agents, sessions of people, mails from clients."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from commands.cli.options import AsJson
from commands.cli.run import run
from runtime.oidc import StaffRole

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

app = typer.Typer()
token_app = typer.Typer(no_args_is_help=True)
app.add_typer(token_app, name="token", help="Manage the API tokens of services and agents.")

sessions_app = typer.Typer(no_args_is_help=True)
app.add_typer(sessions_app, name="sessions", help="List and end sessions of the web pages.")

Staff = Annotated[
    bool,
    typer.Option(
        "--staff", help="Sessions of staff: of the id of a token, or of a person, staff:ada."
    ),
]


@token_app.command()
def create(
    name: Annotated[str, typer.Argument(help="Name of the owner, recorded as the actor.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="Scope, such as cases:read; may be repeated. "
            "The error for an unknown scope lists all scopes."
        ),
    ] = None,
    role: Annotated[
        list[StaffRole] | None,
        typer.Option(help="Role, which has the scopes of one who signs in; may be repeated."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Validity in days.")] = 365,
    as_json: AsJson = False,
) -> None:
    """Create a token and show it once; only its hash is stored."""
    from commands import tokens

    if not _NAME.fullmatch(name):
        raise typer.BadParameter("NAME: must be 1 to 64 of A-Z a-z 0-9 . _ -")
    valid = timedelta(days=days)
    run(lambda settings: tokens.create(settings, name, scope or [], role or [], valid, as_json))


@token_app.command(name="list")
def list_tokens(as_json: AsJson = False) -> None:
    """List all tokens, without their secrets."""
    from commands import tokens

    run(lambda settings: tokens.list_them(settings, as_json))


@token_app.command()
def revoke(
    token: Annotated[str, typer.Argument(help="Id of the token, as `token list` shows it.")],
) -> None:
    """Revoke a token at once."""
    from commands import tokens

    run(lambda settings: tokens.revoke(settings, token))


@sessions_app.command(name="list")
def list_sessions(
    contact: Annotated[
        str | None, typer.Argument(help="Address of a contact; else everybody.")
    ] = None,
    staff: Staff = False,
    as_json: AsJson = False,
) -> None:
    """List who is signed in, with a rough browser and when it was last used."""
    from commands import sessions

    kind: Literal["client", "staff"] = "staff" if staff else "client"
    run(lambda settings: sessions.list_them(settings, kind, contact, as_json))


@sessions_app.command()
def end(
    contact: Annotated[str, typer.Argument(help="Address of the contact.")],
    session: Annotated[
        str | None, typer.Option(help="Id of one session, as `sessions list` shows it; else all.")
    ] = None,
    staff: Staff = False,
) -> None:
    """Sign somebody out at once, everywhere or in one place."""
    from commands import sessions

    kind: Literal["client", "staff"] = "staff" if staff else "client"
    run(lambda settings: sessions.end(settings, kind, contact, session))


@sessions_app.command()
def forget(
    actor: Annotated[str, typer.Argument(help="Of a person of the staff, such as staff:ada.")],
) -> None:
    """Let another person sign in by a user name that the identity provider has given out again."""
    from commands import sessions

    run(lambda settings: sessions.forget(settings, actor))


@app.command()
def inbound_mail(
    files: Annotated[
        list[Path] | None, typer.Argument(help="File with the raw email; else standard input.")
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Show what is read of each file, and do nothing; one JSON line each."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Accept one email: a new case, a note on the case it replies to, or a delivery report.

    For the pipe of a mail system: exits with 75 if it has to be retried, with 65 if the email
    cannot be accepted.
    """
    from commands import inbound

    if explain:
        run(lambda settings: inbound.explain(settings, files or [None], as_json))
        return
    if files and len(files) > 1:
        raise typer.BadParameter("FILES: must be one file, unless --explain is given")
    run(lambda settings: inbound.take(settings, files[0] if files else None, as_json), logs=True)
