"""Commands of the simulation: the demonstration, and the audit of real histories."""

from pathlib import Path
from typing import Annotated

import typer

from commands.cli.options import AsJson
from commands.cli.run import run

app = typer.Typer()


@app.command()
def demo(
    mails: Annotated[Path, typer.Option(help="Folder for the emails.")] = Path("var/demo"),
) -> None:
    """Show cases and defects under the policy: months in under a minute."""
    from simulation import demo

    run(lambda settings: demo.run(settings, mails))


@app.command()
def simulate(
    file: Annotated[
        Path, typer.Argument(help="Histories of Bugzilla or a status page, JSON Lines.")
    ],
    fast: Annotated[bool, typer.Option(help="Domain code alone, without Temporal.")] = False,
    as_json: AsJson = False,
    limit: Annotated[
        int | None, typer.Option(help="Maximum number of histories, first ones first.")
    ] = None,
    releases: Annotated[
        bool, typer.Option(help="Simulation as a year of four major releases.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            writable=True,
            help="Folder for the compliance report: text, JSON, HTML.",
        ),
    ] = None,
) -> None:
    """Run real histories under the policy; exits with 1 if a promise of it is broken."""
    from simulation import simulate

    run(
        lambda settings: simulate.run(
            settings,
            file,
            fast=fast,
            as_json=as_json,
            limit=limit,
            releases=releases,
            report=report,
        )
    )
