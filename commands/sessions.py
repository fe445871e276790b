"""Sessions of the web pages: who is signed in where, and how to end it."""

from datetime import UTC, datetime

import typer
from rich.markup import escape
from rich.table import Table

from activities.adapters.database import DatabaseSessions, DatabaseStaffPeople
from activities.adapters.database.sessions import Session, Who
from commands import show
from commands.database import database
from domain.addresses import recipient_key
from domain.entity import iso
from runtime.settings import Settings

NOT_SIGNED_IN = 5


async def list_them(settings: Settings, kind: Who, subject: str | None, as_json: bool) -> None:
    """Show who is signed in, the last used first."""
    with database(settings) as engine:
        sessions = DatabaseSessions(engine).live(kind, datetime.now(UTC), _of(kind, subject))
    if as_json:
        show.as_json([_shown(session) for session in sessions])
        return
    table = Table(box=None)
    for column in _shown(sessions[0]) if sessions else ["no sessions"]:
        table.add_column(column, overflow="fold")
    for session in sessions:
        table.add_row(*(escape(value or "") for value in _shown(session).values()))
    show.console.print(table)


async def end(settings: Settings, kind: Who, subject: str, session: str | None) -> int:
    """End one session of somebody, or all; answers the exit code."""
    who = _of(kind, subject) or ""
    with database(settings) as engine:
        sessions = DatabaseSessions(engine)
        if session is None:
            ended = sessions.end_all(kind, who, datetime.now(UTC))
        else:
            ended = int(sessions.end_one(kind, who, session))
    if not ended:
        typer.echo(f"{subject} is not signed in{' there' if session else ''}", err=True)
        return NOT_SIGNED_IN
    typer.echo(f"sessions ended: {ended}")
    return 0


async def forget(settings: Settings, actor: str) -> int:
    """Let another person sign in by this name, and end what began by it; answers the exit code."""
    with database(settings) as engine:
        forgotten = DatabaseStaffPeople(engine).forget(actor)
        DatabaseSessions(engine).end_all("staff", actor, datetime.now(UTC))
    if not forgotten:
        typer.echo(f"nobody has signed in as {actor}", err=True)
        return NOT_SIGNED_IN
    typer.echo(f"{actor} may be another person from now on")
    return 0


def _of(kind: Who, subject: str | None) -> str | None:
    return recipient_key(subject) if subject and kind == "client" else subject


def _shown(session: Session) -> dict[str, str | None]:
    return {
        "id": session.ident,
        "who": session.subject,
        "name": session.name,
        "browser": session.browser,
        "began_at": iso(session.began_at),
        "seen_at": iso(session.seen_at),
        "expires_at": iso(session.expires_at),
    }
