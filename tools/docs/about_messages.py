"""The page of every message: start payloads, commands, and the parts they are made of."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from temporalio import workflow

from domain.contract.case import CaseStart, PastCase
from domain.contract.defect import DefectStart, PastDefect, PastPlan, SaidOfSeverity
from domain.contract.release import AreaWorkStart, ReleaseStart, ReviewStart
from domain.contract.values import Attachment, Command, Contact, Workaround
from domain.webhooks.receiver import Wake, WebhookStart
from tools.docs.fields import KINDS, fields_of
from tools.docs.meanings import of_name
from tools.docs.tables import code, page, prose, table
from worker import WORKFLOWS

STARTS: Mapping[str, type[BaseModel]] = {
    "CaseWorkflow": CaseStart,
    "DefectWorkflow": DefectStart,
    "ReleaseWorkflow": ReleaseStart,
    "AreaWorkWorkflow": AreaWorkStart,
    "ImpactReviewWorkflow": ReviewStart,
    "WebhookWorkflow": WebhookStart,
}
PARTS: tuple[type[BaseModel], ...] = (
    Contact,
    Attachment,
    Workaround,
    SaidOfSeverity,
    PastCase,
    PastDefect,
    PastPlan,
)
LIMITS = {
    "number": "1 to 64 of `A-Z a-z 0-9 . _ -`",
    "opaque id": "1 to 128 characters, none of them a control character",
    "line": "1 to 200 characters; line breaks become blanks",
    "public text": "1 to 2,000 characters; refused where it promises a time",
    "internal text": "up to 20,000 characters",
    "reason": "1 to 20,000 characters",
    "address": "one e-mail address without a name, up to 254 characters",
    "instant": "ISO 8601 with a zone, between the years 1971 and 2199; kept in UTC",
}
_HEAD = ("field", "type", "default", "meaning")


def messages_page() -> str:
    """Every message of the contract with all its fields."""
    return page(
        "Messages",
        "Every payload is one JSON object. How they are sent, what is answered and what will never "
        "change is in [the contract](../contract.md); this page is written from the code and has "
        "every field of it.",
        "## Kinds of text",
        table(
            ("kind", "limits", "meaning"),
            ((_anchor(kind), LIMITS[kind], of_name(kind, "Kinds")) for kind in KINDS),
        ),
        "## Every command",
        "The fields that every command has beside its own. The same key a second time changes "
        "nothing.",
        _fields(Command),
        *(part for kind in WORKFLOWS for part in _workflow(kind)),
        "## Parts of messages",
        *(part for model in PARTS for part in _section(model, model.__name__)),
    )


def commands_of(kind: type[Any]) -> Mapping[str, str]:
    """The commands of a workflow by name, with how each can be sent."""
    updates = workflow._Definition.must_from_class(kind).updates
    names = [*updates, *(name for name in kind.signals if name not in updates)]
    return {
        str(name): "update or signal"
        if name in updates and name in kind.signals
        else "update"
        if name in updates
        else "signal"
        for name in names
    }


def command_called(name: str, kind: type[Any]) -> type[Command]:
    """The message behind a name."""
    if model := kind.signals.get(name):
        return model  # type: ignore[no-any-return]
    (model,) = (m for m in Command.__subclasses__() if m.name == name and m is not Wake)
    return model


def _workflow(kind: type[Any]) -> Iterator[str]:
    name = kind.__name__
    yield f"## {name}"
    yield prose(STARTS[name].__doc__)
    yield _fields(STARTS[name])
    for command, how in commands_of(kind).items():
        yield from _section(command_called(command, kind), command, how)


def _section(model: type[BaseModel], title: str, how: str = "") -> Iterator[str]:
    yield f"### {title}" if not how else f"### `{title}`"
    yield f"{prose(model.__doc__)}{f' *({how})*' if how else ''}"
    yield _fields(model)


def _fields(model: type[BaseModel]) -> str:
    ours = {} if model is Command or not issubclass(model, Command) else Command.model_fields
    rows = [
        (code(field.name), field.type, field.default, field.meaning)
        for field in fields_of(model, _link)
        if field.name not in ours
        or model.model_fields[field.name].default != ours[field.name].default
    ]
    return table(_HEAD, rows) if rows else "No field of its own."


def _link(name: str) -> str:
    if name in KINDS:
        return f"[{name}](#{_ident(name)})"
    if name in {part.__name__ for part in PARTS}:
        return f"[{name}](#{name.lower()})"
    return code(name)


def _anchor(kind: str) -> str:
    return f'<a id="{_ident(kind)}"></a>{kind}'


def _ident(kind: str) -> str:
    return f"kind-{kind.replace(' ', '-')}"
