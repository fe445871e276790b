"""Commands that show and judge the product: the demonstration, and real histories."""

from pathlib import Path
from typing import Annotated

import typer

from commands.cli.options import AsJson
from commands.cli.run import run

app = typer.Typer()


@app.command()
def demo(
    mails: Annotated[Path, typer.Option(help="Folder for the mails.")] = Path("var/demo"),
) -> None:
    """Watch cases become defects whose policy carries itself out: months in under a minute."""
    from simulation import demo

    run(lambda settings: demo.run(settings, mails))


@app.command()
def simulate(
    file: Annotated[Path, typer.Argument(help="Bugzilla or status-page histories, JSON Lines.")],
    fast: Annotated[bool, typer.Option(help="The pure machines alone, without Temporal.")] = False,
    as_json: AsJson = False,
    limit: Annotated[int | None, typer.Option(help="Only the first so many histories.")] = None,
    releases: Annotated[bool, typer.Option(help="As a year of four major releases.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            writable=True,
            help="Folder for the compliance report: text, JSON, HTML.",
        ),
    ] = None,
) -> None:
    """Run real histories under the policy; ends with 1 if one of its promises is broken."""
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
