"""Commands about versions of the worker's code: what runs where, and moving it."""

from typing import Annotated

import typer

from commands.cli.options import AsJson
from commands.cli.run import run

app = typer.Typer(
    invoke_without_command=True,
    help="Versions of the worker's code: what runs where, and moving it.",
)


@app.callback()
def look(
    context: typer.Context,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="List every open workflow with its version.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show which versions of the worker there are, what runs on each, and which may be stopped."""
    if context.invoked_subcommand is None:
        from commands import rollout

        show = rollout.numbers if numbers else rollout.look
        run(lambda settings: show(settings, as_json))


@app.command()
def to(
    build_id: Annotated[
        str, typer.Argument(help="DEFECTS_BUILD_ID of its workers, or `unversioned`.")
    ],
    percent: Annotated[
        float | None,
        typer.Option(min=0, max=100, help="Of new runs only; 0 takes a ramp back."),
    ] = None,
) -> None:
    """Let what begins, or continues as new, run on a version; to go back, name the one before.

    Open workflows move when they next have something to do. `rollout nudge` moves the others.
    """
    from commands import rollout

    run(lambda settings: rollout.to(settings, build_id, percent))


@app.command()
def nudge(
    limit: Annotated[
        int | None, typer.Option(min=1, help="Move so many at most, to see how they do.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Move open workflows to the current version, and wait for them. Ends with 1 if any is left.

    Nothing is lost or said twice by it: each takes its whole state along. Again and again is fine.
    """
    from commands import rollout

    run(lambda settings: rollout.nudge(settings, limit, as_json))
