"""What many commands take, and how an update of the contract becomes a command."""

import inspect
from collections.abc import Callable
from copy import copy
from datetime import datetime
from typing import Annotated, Any, TypeVar, get_args

import typer
from pydantic import BaseModel

from commands.cli.run import tell
from domain.contract.catalogue import COMMANDS
from domain.contract.values import Contact

DEFAULT_ACTOR = "starter"
INSTANTS = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]

Number = Annotated[str, typer.Argument(help="Number, such as DEF-000001 or REL-2026.4.")]
Actor = Annotated[
    str, typer.Option(help="Id of the person or service that acts.", envvar="DEFECTS_ACTOR")
]
Key = Annotated[
    str | None, typer.Option(help="Idempotency key: a repeat under the same key has no effect.")
]
Again = Annotated[
    bool,
    typer.Option(
        "--again",
        help="Begin a --number anew that was used and is closed.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON output.")]
Why = Annotated[str, typer.Option()]
MaybeWhy = Annotated[str | None, typer.Option()]
ToClient = Annotated[str, typer.Option()]
ClientId = Annotated[str, typer.Option()]
Email = Annotated[str | None, typer.Option()]
Phone = Annotated[str | None, typer.Option()]
Area = Annotated[str, typer.Argument(help="Functional area.")]
Release = Annotated[str, typer.Argument(help="Number of the release, such as REL-2026.4.")]
At = Annotated[
    datetime, typer.Option(formats=INSTANTS, help="Date and time, such as 2026-12-01T18:00:00Z.")
]
DeployAt = Annotated[
    datetime,
    typer.Argument(formats=INSTANTS, help="Date and time, such as 2026-12-01T18:00:00Z."),
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


F = TypeVar("F", bound=Callable[..., Any])


def described_by(*models: type[BaseModel]) -> Callable[[F], F]:
    """Give each option without a help text the meaning of the field with its name."""
    meanings = {
        name: " ".join((field.description or "").split())
        for model in models
        for name, field in model.model_fields.items()
    }

    def describe(function: F) -> F:
        for name, annotation in function.__annotations__.items():
            kind, *options = get_args(annotation) or (annotation,)
            if name in meanings and options and options[0].help is None:
                option = copy(options[0])
                option.help = meanings[name]
                function.__annotations__[name] = Annotated[kind, option]
        return function

    return describe


def update(app: typer.Typer, name: str, send: Send = tell) -> Callable[[Command], Command]:
    """Make a function the command that sends the update `name`, shown by the function's own name.

    Its first argument is the number, its docstring the help. It answers the payload beside `actor`
    and `key`; where the other arguments are the payload as they stand it needs no body.
    """

    def offer(function: Command) -> Command:
        described_by(Contact, COMMANDS[name])(function)
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
