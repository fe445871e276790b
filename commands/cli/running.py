"""Commands of whoever runs an installation: database, health, bringing in what was elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from commands.cli.options import AsJson
from commands.cli.run import run

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
    from commands import bring_in

    run(lambda settings: bring_in.run(settings, file, dry_run=dry_run, as_json=as_json))


@app.command(name="migrate")
def migrate_database() -> None:
    """Bring the database of DEFECTS_DATABASE_URL up to date."""
    from commands import tables

    run(tables.bring_up_to_date)


@app.command()
def health() -> None:
    """Whether server and database answer, and workers serve all queues and versions."""
    from commands import health

    run(health.run)
