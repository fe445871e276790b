"""Commands for who writes a policy: check, read and compare policy files."""

from pathlib import Path
from typing import Annotated

import typer

from commands.cli.options import AsJson
from commands.cli.run import run

app = typer.Typer(no_args_is_help=True, help="Check, read and compare policy files.")

File = Annotated[Path, typer.Argument(help="The policy file.")]


@app.command()
def check(file: File, as_json: AsJson = False) -> None:
    """Name everything that is wrong with a policy file, and what is hardly meant; needs no server.

    Each line has the file, the line in it, the key, what is wrong and what would be right. Exits
    with 2 if there are errors; warnings change nothing.
    """
    from commands import policy

    run(lambda settings: policy.check(settings, file, as_json))
