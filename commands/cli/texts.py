"""The command about texts for clients."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.cli.options import AsJson
from commands.cli.run import run

app = typer.Typer()


@app.command("check-text")
def check_text(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A text a line, or a JSON object with text and on, the date it is written; "
            "standard input where left out.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    policy: Annotated[str, typer.Option(help="The policy they are written under.")] = "eto",
    as_json: AsJson = False,
) -> None:
    """Check whether texts for clients promise a time (D7); needs no server."""
    from commands import check_text

    with file.open(encoding="utf-8") if file else sys.stdin as lines:
        run(lambda settings: check_text.run(settings, lines, policy, as_json))
