"""Commands for who writes a policy: check, read and compare policy files."""

from pathlib import Path
from typing import Annotated

import typer

from commands.cli.options import AsJson
from commands.cli.run import run

app = typer.Typer(no_args_is_help=True, help="Check, read and compare policy files.")

File = Annotated[Path, typer.Argument(help="The policy file.")]
OtherFile = Annotated[
    Path | None, typer.Option(help="A policy file instead of the one of the settings.")
]


@app.command()
def check(file: File, as_json: AsJson = False) -> None:
    """Name everything that is wrong with a policy file, and what is hardly meant; needs no server.

    Each line has the file, the line in it, the key, what is wrong and what would be right. Exits
    with 2 if there are errors; warnings change nothing.
    """
    from commands import policy as work

    run(lambda settings: work.check(settings, file, as_json))


@app.command()
def calendar(
    month: Annotated[str, typer.Argument(help="The month, such as 2027-03.")],
    policy: OtherFile = None,
    as_json: AsJson = False,
) -> None:
    """Show a month: the openings of each day, holidays, clock changes and business hours."""
    from commands import policy as work

    run(lambda settings: work.calendar(settings, month, policy, as_json))


@app.command()
def show(
    file: Annotated[
        Path | None, typer.Argument(help="The policy file; that of the settings if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say a policy in words: what is owed when, and who hears of it; needs no server."""
    from commands import policy as work

    run(lambda settings: work.show_policy(settings, file, as_json))


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="The policy file before.")],
    after: Annotated[Path, typer.Argument(help="The policy file after.")],
    as_json: AsJson = False,
) -> None:
    """Say what is different between two policy files, a sentence for each thing."""
    from commands import policy as work

    run(lambda settings: work.diff(settings, before, after, as_json))


@app.command()
def preview(
    file: File,
    per_second: Annotated[
        float, typer.Option(min=0.01, max=100, help="How many defects per second, at most.")
    ] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what would move today if a policy file were adopted; changes nothing.

    Each due instant of an open defect, from when to when; who would hear of what earlier, later or
    not at all; and counts. Cases and releases keep the policy they began under. Exits with 1 if a
    defect cannot be asked.
    """
    from commands import policy_preview

    run(lambda settings: policy_preview.run(settings, file, per_second, as_json))
