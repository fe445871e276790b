"""`forget`: takes a person out of the database, once everything that concerns them is over."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import typer
from sqlalchemy import Engine

from activities.adapters.database.attachments import AttachmentFiles, count_unneeded
from activities.adapters.database.forgetting import BATCH, DatabaseForgetting, Held
from activities.adapters.file_store import StoreDown
from commands import show
from commands.database import database
from runtime.client import NoSuchNumber
from runtime.sealing import Sealer
from runtime.settings import Settings

HELD = 4
FILES_LEFT = 1
REMAINS = (
    "Temporal has the histories of what is over until the retention of its namespace has passed; "
    "`temporal workflow delete -w NUMBER` removes one at once",
    "backups have what they had when they were made",
    "mail systems, and whoever was sent something, have what they were sent",
    "words that staff wrote about a defect stay, and may name people",
)


async def run(settings: Settings, contact: str, *, yes: bool, as_json: bool) -> int:
    """Say what would be forgotten, or forget it; answers the exit code.

    Raises:
        NoSuchNumber: `contact` is neither an address nor a case with a contact.
    """
    with database(settings) as engine:
        forgetting = DatabaseForgetting(engine)
        code = await asyncio.to_thread(_run, forgetting, contact, yes, as_json)
        if yes and not code:
            code = await asyncio.to_thread(_remove_files, engine, settings)
        return code


def _run(forgetting: DatabaseForgetting, contact: str, yes: bool, as_json: bool) -> int:
    keys = forgetting.keys(contact)
    if not keys:
        raise NoSuchNumber(
            f"unknown contact {contact}: must be an email address or, for somebody without one, "
            "the number of a case of theirs"
        )
    held = forgetting.held(keys, datetime.now(UTC))
    cases = forgetting.cases(keys)
    done = yes and not held
    rows = dict(forgetting.forget(keys) if done else forgetting.found(keys))
    if as_json:
        held_as = {each.number: each.problem for each in held}
        show.as_json({"forgotten": done, "held": held_as, "rows": rows, "cases": list(cases)})
    elif held:
        _say_held(held)
    else:
        _say(rows, cases, done=done)
    return HELD if held else 0


def _remove_files(engine: Engine, settings: Settings) -> int:
    """Of what nothing has on record any more; answers the exit code."""
    now, sealer = datetime.now(UTC), Sealer(settings.encryption_keys)
    files = AttachmentFiles.at(settings.attachments_url, engine, sealer)
    problem = "DEFECTS_ATTACHMENTS_URL is not set here"
    try:
        while files and files.remove_unneeded(now, BATCH):
            pass
    except StoreDown as error:
        problem = f"the store does not answer: {error}"
    left = count_unneeded(engine, now)
    if left:
        typer.echo(
            f"{left} files of attachments are still there ({problem}): run it again, or leave "
            "them to the worker, which removes them at night",
            err=True,
        )
    return FILES_LEFT if left else 0


def _say_held(held: Sequence[Held]) -> None:
    typer.echo("cannot be forgotten yet:", err=True)
    for each in held:
        typer.echo(f"  {each.number} {each.problem}", err=True)
    typer.echo(
        "close these first, or give them another contact with `starter.py correct-contact`",
        err=True,
    )


def _say(rows: Mapping[str, int], cases: Sequence[str], *, done: bool) -> None:
    if not any(rows.values()):
        typer.echo("the database knows nothing of this person")
        return
    show.counts("what", "rows forgotten" if done else "rows to be forgotten", rows)
    typer.echo(f"\nTheir cases: {', '.join(cases) or 'none'}\n\nWhat remains:")
    for line in REMAINS:
        typer.echo(f"- {line}")
    if not done:
        typer.echo("\nNothing was changed. --yes forgets it; it cannot be undone.")
