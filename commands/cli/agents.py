"""The command that lets AI agents in."""

from typing import Annotated

import typer

from commands.cli.run import run

app = typer.Typer()


@app.command()
def mcp(
    http: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Listen there, such as 127.0.0.1:8083, and serve /mcp to whoever has a token.",
        ),
    ] = None,
    host: Annotated[
        list[str] | None,
        typer.Option(help="With --http: a name by which a proxy is reached; repeat the option."),
    ] = None,
) -> None:
    """The contract as tools for AI agents (Model Context Protocol), over standard input and output.

    Without a token agents only read. With one in DEFECTS_TOKEN they may do what its scopes say, in
    its name.
    """
    if http is None and host:
        raise typer.BadParameter("--host: is for --http")
    from commands import agents

    if http is None:
        run(agents.over_stdio, logs=True)
    else:
        run(lambda settings: agents.over_http(settings, http, host or []), logs=True)
