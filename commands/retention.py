"""`prune`: removes what the database keeps no longer, or says how much that is."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

import typer

from activities.adapters.database.attachments import AttachmentFiles
from activities.adapters.database.retention import DatabaseRetention
from activities.ports import NotNow
from activities.retention import prune_all
from commands import show
from commands.database import database
from domain.retention import Kept
from runtime.sealing import Sealer
from runtime.settings import Settings


async def run(settings: Settings, *, dry_run: bool, as_json: bool) -> int:
    """Show the number of rows of each kind, removed or, with `dry_run`, to be removed.

    Answers the exit code: 1 where the store of files does not let some be removed.
    """
    with database(settings) as engine:
        sealer = Sealer(settings.encryption_keys)
        files = AttachmentFiles.at(settings.attachments_url, engine, sealer)
        retention = DatabaseRetention(engine, settings.periods, files)
        rows, problem = await asyncio.to_thread(_counted if dry_run else _removed, retention)
    _show(rows, dry_run=dry_run, as_json=as_json)
    if problem:
        typer.echo(problem, err=True)
    return 1 if problem else 0


def _show(rows: Mapping[str, int], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        show.as_json({"dry_run": dry_run, "rows": rows})
        return
    show.counts("kind", "to be removed" if dry_run else "removed", rows)


def _counted(retention: DatabaseRetention) -> tuple[dict[str, int], str]:
    now = datetime.now(UTC)
    return {kind.value: retention.count(kind, now) for kind in Kept}, ""


def _removed(retention: DatabaseRetention) -> tuple[dict[str, int], str]:
    removed = Counter[str]()

    def note(kind: Kept, rows: int) -> None:
        removed[kind.value] += rows

    problem = ""
    try:
        prune_all(retention, datetime.now(UTC), note)
    except NotNow as error:
        problem = str(error)
    return {kind.value: removed[kind.value] for kind in Kept}, problem
