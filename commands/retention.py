"""`prune`: removes what the database keeps no longer, or says how much that is."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

from rich.table import Table

from activities.adapters.database.retention import DatabaseRetention
from activities.retention import prune_all
from commands import show
from commands.database import database
from domain.retention import Kept
from runtime.settings import Settings


async def run(settings: Settings, *, dry_run: bool, as_json: bool) -> None:
    """Show the number of rows of each kind, removed or, with `dry_run`, to be removed."""
    with database(settings) as engine:
        retention = DatabaseRetention(engine, settings.periods)
        rows = await asyncio.to_thread(_counted if dry_run else _removed, retention)
    if as_json:
        show.as_json({"dry_run": dry_run, "rows": rows})
        return
    table = Table(box=None)
    table.add_column("kind")
    table.add_column("to be removed" if dry_run else "removed", justify="right")
    for kind, count in rows.items():
        table.add_row(kind, str(count))
    show.console.print(table)


def _counted(retention: DatabaseRetention) -> dict[str, int]:
    now = datetime.now(UTC)
    return {kind.value: retention.count(kind, now) for kind in Kept}


def _removed(retention: DatabaseRetention) -> dict[str, int]:
    removed = Counter[str]()

    def note(kind: Kept, rows: int) -> None:
        removed[kind.value] += rows

    prune_all(retention, datetime.now(UTC), note)
    return {kind.value: removed[kind.value] for kind in Kept}
