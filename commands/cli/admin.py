"""Commands of whoever runs an installation: database, health, bringing in what was elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from commands.cli.options import AsJson
from commands.cli.run import run

app = typer.Typer()


@app.command()
def dev(
    port: Annotated[int, typer.Option(help="Port of the Temporal server.")] = 7233,
    ui_port: Annotated[int, typer.Option(help="Port of the Temporal UI.")] = 8233,
    smtp_port: Annotated[int, typer.Option(help="Port of the mail receiver.")] = 1025,
    portal_port: Annotated[int, typer.Option(help="Port of the portal.")] = 8080,
    codec_port: Annotated[
        int, typer.Option(help="Port of the codec server, which runs with encryption keys only.")
    ] = 8082,
    folder: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path("var/dev"),
) -> None:
    """Temporal server with its UI, worker and mail receiver; Ctrl-C stops all, nothing is lost."""
    from commands import dev

    ports = dev.Ports(port, ui_port, smtp_port, portal_port, codec_port)
    run(lambda settings: dev.run(settings, folder, ports), logs=True)


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
    from commands import importer as bring_in

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
