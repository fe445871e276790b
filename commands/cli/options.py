"""What many commands take, and how an update of the contract becomes a command."""

import inspect
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer

from commands.cli.run import tell

DEFAULT_ACTOR = "starter"
INSTANTS = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]

Number = Annotated[str, typer.Argument(help="Its number, such as DEF-000001 or REL-2026.4.")]
Actor = Annotated[str, typer.Option(help="Who acts, an opaque id.", envvar="DEFECTS_ACTOR")]
Key = Annotated[str | None, typer.Option(help="Makes a repeat of this command harmless.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Why = Annotated[str, typer.Option(help="The reason; stays internal.")]
MaybeWhy = Annotated[str | None, typer.Option(help="The reason; stays internal.")]
ToClient = Annotated[str, typer.Option(help="To the client.")]
ClientId = Annotated[str, typer.Option(help="The client's id.")]
Email = Annotated[str, typer.Option(help="Whom to write to.")]
Area = Annotated[str, typer.Argument(help="Functional area.")]
Release = Annotated[str, typer.Argument(help="Number of the release: REL-2026.4.")]
At = Annotated[datetime, typer.Option(formats=INSTANTS, help="Such as 2026-12-01T18:00:00Z.")]
DeployAt = Annotated[
    datetime, typer.Argument(formats=INSTANTS, help="Such as 2026-12-01T18:00:00Z.")
]

Payload = dict[str, Any] | None
Command = Callable[..., Payload]
Send = Callable[[str, bool, tuple[str, dict[str, Any]]], None]

OFFERED: dict[str, str] = {}
"""The update that each function stands for."""

_OF_EVERY_UPDATE = [
    inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
    for name, kind, default in (
        ("actor", Actor, DEFAULT_ACTOR),
        ("key", Key, None),
        ("as_json", AsJson, False),
    )
]


def update(app: typer.Typer, name: str, send: Send = tell) -> Callable[[Command], Command]:
    """Make a function the command that sends the update `name`, shown by the function's own name.

    Its first argument is the number, its docstring the help. It answers the payload beside `actor`
    and `key`; where the other arguments are the payload as they stand it needs no body.
    """

    def offer(function: Command) -> Command:
        signature = inspect.signature(function, eval_str=True)
        number = next(iter(signature.parameters))

        def command(*, actor: str, key: str | None, as_json: bool, **given: Any) -> None:
            payload = function(**given)
            if payload is None:
                payload = {field: value for field, value in given.items() if field != number}
            send(given[number], as_json, (name, {"actor": actor, "key": key, **payload}))

        parameters = [*signature.parameters.values(), *_OF_EVERY_UPDATE]
        # Typer reads the options from these two.
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in parameters}
        command.__name__, command.__doc__ = function.__name__, function.__doc__
        app.command()(command)
        OFFERED[function.__name__] = name
        return function

    return offer
