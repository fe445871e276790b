"""The command that serves AI agents."""

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
            help="Address to serve /mcp on, such as 127.0.0.1:8083; clients need a token.",
        ),
    ] = None,
    host: Annotated[
        list[str] | None,
        typer.Option(help="With --http: a host name of a proxy in front; may be repeated."),
    ] = None,
) -> None:
    """Serve the contract as tools for AI agents (Model Context Protocol), over standard streams.

    Without a token agents can only read. With one in DEFECTS_TOKEN they act in its name, within its
    scopes.
    """
    if http is None and host:
        raise typer.BadParameter("--host: requires --http")
    from commands import agents

    if http is None:
        run(agents.over_stdio, logs=True)
    else:
        run(lambda settings: agents.over_http(settings, http, host or []), logs=True)
