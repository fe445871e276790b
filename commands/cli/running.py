"""Commands of whoever runs an installation: database, health, bringing in what was elsewhere."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from activities.adapters.database import make_engine, migrate
from commands import bring_in
from commands import health as liveness
from commands.cli.options import AsJson
from commands.cli.run import run
from runtime.settings import Settings

app = typer.Typer()


@app.command(name="import")
def import_file(
    file: Annotated[
        Path, typer.Argument(help="JSON Lines in the contract's shapes, or bugs of Bugzilla.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check only, without a server.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring in cases and defects with their own past; nobody is told of what lies in it.

    A line is `{"type": "case" or "defect", "number": …, …, "past": {…}}` with the fields a start
    has, or a bug as Bugzilla's REST API answers it, alone or in `{"bugs": […]}`. Run it again
    whenever you like: what is there already stays as it is. Ends with 1 if a line was refused.
    """
    run(lambda settings: bring_in.run(settings, file, dry_run=dry_run, as_json=as_json))


@app.command(name="migrate")
def migrate_database() -> None:
    """Bring the database of DEFECTS_DATABASE_URL up to date."""

    async def work(settings: Settings) -> None:
        engine = make_engine(settings.database_url.get_secret_value())
        await asyncio.to_thread(migrate, engine)
        engine.dispose()
        typer.echo("the database is up to date")

    run(work)


@app.command()
def health() -> None:
    """Whether the server answers, workers poll both queues and the database is up to date."""
    run(liveness.run)
