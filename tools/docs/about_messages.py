"""Every message field by field: start payloads, commands, answers, and the parts of them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from temporalio import workflow

from domain.contract.case import CaseStart
from domain.contract.defect import DefectStart
from domain.contract.release import AreaWorkStart, ReleaseStart, ReviewStart
from domain.contract.values import Command, Message
from domain.webhooks.receiver import Wake, WebhookStart
from tools.docs.schema_words import KINDS, Schema, fields_of
from tools.docs.schemas import published, schema_of
from tools.docs.tables import code, prose, table
from worker import WORKFLOWS

STARTS: Mapping[str, type[BaseModel]] = {
    "CaseWorkflow": CaseStart,
    "DefectWorkflow": DefectStart,
    "ReleaseWorkflow": ReleaseStart,
    "AreaWorkWorkflow": AreaWorkStart,
    "ImpactReviewWorkflow": ReviewStart,
    "WebhookWorkflow": WebhookStart,
}


def messages() -> str:
    """The sections of the page: what every command has, each workflow, and what is left."""
    parts = ["## Every command", prose(Command.__doc__), _fields(Command)]
    for kind in WORKFLOWS:
        parts += _workflow(kind)
    sent: list[type[BaseModel]] = [*STARTS.values(), *Command.__subclasses__()]
    answers = {model.__name__ for model in published() if not issubclass(model, Message)}
    left = _parts().keys() - {model.__name__ for model in sent}
    for title, names in (("Answers", answers), ("Parts of messages", left - answers)):
        parts += [f"## {title}"] if names else []
        for name in sorted(names):
            schema = _parts()[name]
            parts += [f"### {name}", _about(schema, name), _table(schema)]
    return "\n\n".join(parts)


def commands_of(kind: type[Any]) -> Mapping[str, str]:
    """The commands of a workflow by name, with how each can be sent."""
    updates = workflow._Definition.must_from_class(kind).updates
    ways = (("update", updates), ("signal", kind.signals))
    names = dict.fromkeys(str(name) for _, taken in ways for name in taken)
    return {name: " or ".join(way for way, taken in ways if name in taken) for name in names}


def command_called(name: str, kind: type[Any]) -> type[Command]:
    """The message behind a name."""
    if model := kind.signals.get(name):
        return model  # type: ignore[no-any-return]
    (model,) = (m for m in Command.__subclasses__() if m.name == name and m is not Wake)
    return model


@cache
def _parts() -> dict[str, Schema]:
    """Every object that the contract has by name: what it publishes, and what that is made of."""
    found: dict[str, Schema] = {}
    for model in (*published(), *STARTS.values()):
        schema = schema_of(model)
        models = schema.get("$defs", {})
        for name, part in {model.__name__: schema, **models}.items():
            if "properties" in part:
                found.setdefault(name, {**part, "$defs": models})
    return found


def _workflow(kind: type[Any]) -> Iterator[str]:
    start = STARTS[kind.__name__]
    yield f"## {kind.__name__}"
    yield _about(schema_of(start), start.__name__)
    yield _fields(start)
    for name, how in commands_of(kind).items():
        command = command_called(name, kind)
        yield f"### `{name}`"
        yield f"{_about(schema_of(command), command.__name__)} *({how})*"
        yield _fields(command)


def _about(schema: Schema, name: str) -> str:
    """What it is, with a link to its schema where it has a file of its own."""
    said = prose(schema.get("description"))
    is_published = name in {model.__name__ for model in published()}
    return f"{said} [Schema](../schemas/{name}.json)." if is_published else said


def _fields(model: type[BaseModel]) -> str:
    """The fields of a message; of a command, those that it does not share with every other."""
    ours = {} if model is Command or not issubclass(model, Command) else Command.model_fields
    shared = [n for n, field in ours.items() if model.model_fields[n].default == field.default]
    return _table(schema_of(model), shared)


def _table(schema: Schema, without: Sequence[str] = ()) -> str:
    rows = [
        (code(field.name), field.type, field.default, field.meaning)
        for field in fields_of(schema, _link)
        if field.name not in without
    ]
    return table(("field", "type", "default", "meaning"), rows) if rows else "No field of its own."


def _link(name: str) -> str:
    return f"[{name}](#{f'kind-{name}'.replace(' ', '-') if name in KINDS else name.lower()})"
