"""The fields of a command as a form: made from the contract's own models, and read back.

What was typed is not judged here: the contract does, and names the field.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import MaxLen
from pydantic import AwareDatetime, BaseModel

from domain.contract.values import FOR_CLIENTS
from portal.pages.forms import Form
from portal.pages.local_time import Times

Widget = Literal["line", "text", "lines", "choice", "yes_no", "tick", "instant", "count", "email"]
_NOT_ASKED = frozenset({"actor", "key", "policy", "past", "again"})
"""Who acts is who signed in, and a form has a key of its own."""
_LINE = 200
"""Characters up to which a text is typed on one line."""
_CLAUSES = re.compile(r" \([A-Z]\d+(?:, [A-Z]\d+)*\)")
_WORDS = {
    "workaround.description": "Workaround",
    "workaround.effort": "Effort of the workaround",
    "public_text": "Text for clients",
    "public_summary": "Summary for clients",
    "public_notes": "Notes for clients",
    "message": "Message to the client",
    "reason": "Reason",
    "deploy_at": "Deployment",
    "at": "Begins",
    "minutes": "Length in minutes",
}
"""Labels of fields that their names alone would make hard to understand."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form."""

    name: str
    """Its path in the payload: `workaround.effort`."""
    label: str
    hint: str
    widget: Widget
    required: bool
    options: tuple[str, ...] = ()
    most: int | None = None
    """Characters it may have."""
    is_public: bool = False
    """Clients read it as it is written: it may promise no time (D7)."""
    ticked: bool = False
    """Whether a box is ticked to begin with."""


def fields_of(model: type[BaseModel], without: frozenset[str] = frozenset()) -> list[FormField]:
    """The form of a command, a start, or another model."""
    return [*_fields(model, without | _NOT_ASKED)]


def _fields(
    model: type[BaseModel], without: frozenset[str], prefix: str = "", *, optional: bool = False
) -> Iterator[FormField]:
    for name, info in model.model_fields.items():
        if name in without:
            continue
        kind, marks = _unwrapped(info.annotation, list(info.metadata))
        required = info.is_required() and not optional
        path, label = prefix + name, _label(prefix + name)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _fields(kind, without, f"{path}.", optional=not required)
            continue
        widget, options = _widget(kind, marks, name, required=required)
        most = next((mark.max_length for mark in marks if isinstance(mark, MaxLen)), None)
        yield FormField(
            name=path,
            label=label,
            hint=in_words(info.description),
            widget=widget,
            required=required and widget != "tick",
            options=options,
            most=None if widget == "lines" else most,
            is_public=FOR_CLIENTS in marks,
            ticked=info.default is True,
        )


def _unwrapped(kind: Any, marks: list[Any]) -> tuple[Any, list[Any]]:
    """A type without `Annotated` and `| None`, with everything it is marked with."""
    if get_origin(kind) is Annotated:
        kind, *more = get_args(kind)
        return _unwrapped(kind, [*marks, *_flat(more)])
    if get_origin(kind) in {Union, UnionType}:
        (inner,) = (arg for arg in get_args(kind) if arg is not type(None))
        return _unwrapped(inner, marks)
    return kind, marks


def _flat(marks: list[Any]) -> Iterator[Any]:
    """The marks of a pydantic `Field` are within it."""
    for mark in marks:
        yield from getattr(mark, "metadata", [mark])


def _widget(
    kind: Any, marks: list[Any], name: str, *, required: bool
) -> tuple[Widget, tuple[str, ...]]:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return "choice", tuple(member.value for member in kind)
    if get_origin(kind) is Literal:
        return "choice", get_args(kind)
    if kind is bool:
        return ("yes_no" if required else "tick"), ()
    if kind in {datetime, AwareDatetime}:
        return "instant", ()
    if kind is int:
        return "count", ()
    if get_origin(kind) is list:
        return "lines", ()
    most = next((mark.max_length for mark in marks if isinstance(mark, MaxLen)), None)
    if name == "email":
        return "email", ()
    return ("text" if most is not None and most > _LINE else "line"), ()


def _label(path: str) -> str:
    name = path.rpartition(".")[2]
    words = _WORDS.get(path) or _WORDS.get(name) or name.replace("_", " ")
    return words[:1].upper() + words[1:]


def in_words(description: str | None) -> str:
    """The contract's words, without clauses and marks of code."""
    return _CLAUSES.sub("", " ".join((description or "").replace("`", "").split()))


def payload_of(fields: list[FormField], form: Form, times: Times) -> dict[str, Any]:
    """What was typed, as the contract takes it; what was left empty is left out."""
    payload: dict[str, Any] = {}
    for field in fields:
        said = _said(field, form, times)
        if said is not None:
            _put(payload, field.name, said)
    return payload


def _said(field: FormField, form: Form, times: Times) -> Any:
    typed = form.text(field.name)
    match field.widget:
        case "tick":
            return typed == "yes"
        case "yes_no":
            return {"yes": True, "no": False}.get(typed)
        case "lines":
            return [line.strip() for line in typed.splitlines() if line.strip()] or None
        case "count" if typed.isascii() and typed.isdecimal() and len(typed) < 10:
            return int(typed)
        case "instant" if (at := times.typed(typed)) is not None:
            return at.isoformat()
    return typed or None


def _put(payload: dict[str, Any], path: str, said: Any) -> None:
    *parents, name = path.split(".")
    for parent in parents:
        payload = payload.setdefault(parent, {})
    payload[name] = said


def typed_of(payload: Mapping[str, Any], times: Times, prefix: str = "") -> dict[str, str]:
    """A payload as its form would have it, to begin with."""
    typed: dict[str, str] = {}
    for name, said in payload.items():
        if isinstance(said, Mapping):
            typed |= typed_of(said, times, f"{prefix}{name}.")
        elif isinstance(said, datetime):
            typed[prefix + name] = times.field(said)
        elif isinstance(said, bool):
            typed[prefix + name] = "yes" if said else "no"
        elif isinstance(said, list):
            typed[prefix + name] = "\n".join(map(str, said))
        elif said is not None:
            typed[prefix + name] = str(said)
    return typed
