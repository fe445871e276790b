"""Commands that show the state of an entity, and the one that sends any command."""

import json
from typing import Annotated

import typer

from commands.cli.options import DEFAULT_ACTOR, AsJson, Number
from commands.cli.run import ask
from commands.cli.run import tell as send

app = typer.Typer()


@app.command()
def status(number: Number, as_json: AsJson = False) -> None:
    """Show the status of a case, defect or release."""
    from commands import show

    ask(number, "status", as_json, show.status)


@app.command()
def timeline(number: Number, as_json: AsJson = False) -> None:
    """Show the events of a case, defect or release, oldest first."""
    from commands import show

    ask(number, "timeline", as_json, show.timeline)


@app.command()
def explain(defect: Number, as_json: AsJson = False) -> None:
    """Explain how each due time of a defect was calculated."""
    from commands import show

    ask(defect, "explain", as_json, show.explanation)


@app.command()
def tell(
    number: Number,
    command: Annotated[str, typer.Argument(help="Name of any update of the contract.")],
    payload: Annotated[str, typer.Argument(help="Payload of the update, one JSON object.")],
    as_json: AsJson = False,
) -> None:
    """Send any command of the contract with its payload as JSON."""
    try:
        fields = json.loads(payload)
    except json.JSONDecodeError as error:
        raise typer.BadParameter(f"payload is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise typer.BadParameter("payload must be one JSON object")
    send(number, as_json, (command, {"actor": DEFAULT_ACTOR, **fields}))
