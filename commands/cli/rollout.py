"""Commands about worker versions: show them, and move workflows between them."""

from typing import Annotated

import typer

from commands.cli.options import AsJson
from commands.cli.run import run

app = typer.Typer(
    invoke_without_command=True,
    help="Show worker versions, and move workflows between them.",
)


@app.callback()
def look(
    context: typer.Context,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="List of every open workflow with its version.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the worker versions, what runs on each, and which can be stopped."""
    if context.invoked_subcommand is None:
        from commands import rollout

        show = rollout.numbers if numbers else rollout.look
        run(lambda settings: show(settings, as_json))


@app.command()
def to(
    build_id: Annotated[
        str, typer.Argument(help="DEFECTS_BUILD_ID of the workers, or `unversioned`.")
    ],
    percent: Annotated[
        float | None,
        typer.Option(min=0, max=100, help="Share of new runs only; 0 ends the ramp."),
    ] = None,
) -> None:
    """Make a version the current one; to roll back, name the previous one.

    New runs start on it. Open workflows move at their next event; `rollout nudge` moves them now.
    """
    from commands import rollout

    run(lambda settings: rollout.to(settings, build_id, percent))


@app.command()
def nudge(
    limit: Annotated[
        int | None, typer.Option(min=1, help="Maximum number to move, for a trial.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Move open workflows to the current version and wait. Exits with 1 if any is left.

    Each workflow takes its whole state along: nothing is lost or sent twice. A repeat is harmless.
    """
    from commands import rollout

    run(lambda settings: rollout.nudge(settings, limit, as_json))
