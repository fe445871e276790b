"""Fields of a message or of a part of the policy file, in words: type, limits, default, meaning."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import time
from enum import Enum
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from domain.contract.values import (
    Address,
    Instant,
    InternalText,
    Line,
    Number,
    Opaque,
    PublicText,
    Reason,
)
from tools.docs import meanings
from tools.docs.tables import code, codes

KINDS: Mapping[str, Any] = {
    "number": Number,
    "opaque id": Opaque,
    "line": Line,
    "public text": PublicText,
    "internal text": InternalText,
    "reason": Reason,
    "address": Address,
    "instant": Instant,
}
"""The kinds of text that messages are made of, by the word that the pages have for each."""

Link = Callable[[str], str]


class Field(NamedTuple):
    """One field, as a row of a table has it."""

    name: str
    type: str
    default: str
    meaning: str


def fields_of(model: type[BaseModel], link: Link = code) -> Iterator[Field]:
    """The fields of a model in their order; `link` makes a link of the name of a kind or model."""
    hints = get_type_hints(model, include_extras=True)
    for name, info in model.model_fields.items():
        yield Field(
            name,
            words(hints[name], info, link),
            "required" if info.is_required() else default_of(info),
            meanings.of_field(model, name),
        )


def words(hint: Any, info: FieldInfo, link: Link = code) -> str:
    """What a field takes: its type with the limits that were set beside it."""
    said = _type(hint, link)
    limits = _limits(TypeAdapter(Annotated[hint, info]).json_schema())
    return f"{said}, {limits}" if limits and not _named(hint) else said


def default_of(info: FieldInfo) -> str:
    """The default as one would write it."""
    value = info.get_default(call_default_factory=True, validated_data={})
    return as_written(value)


def as_written(value: Any) -> str:
    """A value as JSON or TOML has it; nothing for None."""
    if value is None or value is PydanticUndefined:
        return ""
    if isinstance(value, BaseModel):
        return "its own defaults"
    if isinstance(value, Mapping):
        return "\n".join(f"{_plain(k)}: {as_written(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        if value and all(isinstance(each, list | tuple) for each in value):
            return ", ".join(code(" to ".join(map(_plain, each))) for each in value)
        return codes(_plain(each) for each in value) or "none"
    return code(_plain(value))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value)


def _named(hint: Any) -> str | None:
    """The kind of text, where it is one or may be one."""
    for part in (hint, *(get_args(hint) if get_origin(hint) in (Union, UnionType) else ())):
        for word, kind in KINDS.items():
            if part == kind:
                return word
    return None


def _type(hint: Any, link: Link) -> str:
    if hint is type(None):
        return ""
    if word := next((word for word, kind in KINDS.items() if hint == kind), None):
        return link(word)
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _type(parts[0], link)
    if origin in (Union, UnionType):
        return " or ".join(filter(None, (_type(part, link) for part in parts)))
    if origin is list:
        return f"list of {_type(parts[0], link)}"
    if origin is tuple:
        return f"pair of {_type(parts[0], link)}"
    if origin is dict:
        return f"{_type(parts[1], link)} for each {_type(parts[0], link)}"
    if parts:  # a Literal
        return codes(str(part) for part in parts)
    return _of_class(hint, link)


def _of_class(kind: type, link: Link) -> str:
    if issubclass(kind, Enum):
        return codes(str(member.value) for member in kind)
    if issubclass(kind, BaseModel):
        return link(kind.__name__)
    plain = {"str": "text", "bool": "`true` or `false`", "int": "whole number", "float": "number"}
    return plain.get(kind.__name__, re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower())


def _limits(schema: Mapping[str, Any]) -> str:
    """The limits of a schema in words; of one that may be null, those of the other."""
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            schema = {**choice, **{k: v for k, v in schema.items() if k != "anyOf"}}
            break
    said = []
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    if lowest is not None and highest is not None:
        said.append(f"{lowest:g} to {highest:g}")
    elif lowest is not None:
        said.append(f"at least {lowest:g}")
    if (above := schema.get("exclusiveMinimum")) is not None:
        said.append(f"more than {above:g}")
    if highest is not None and lowest is None:
        said.append(f"at most {highest:g}")
    if (below := schema.get("exclusiveMaximum")) is not None:
        said.append(f"less than {below:g}")
    for least, most, things in (
        ("minLength", "maxLength", "characters"),
        ("minItems", "maxItems", "of them"),
    ):
        if most in schema:
            said.append(f"{schema.get(least, 0)} to {schema[most]} {things}")
        elif least in schema:
            said.append(f"at least {schema[least]} {things}")
    if "pattern" in schema:
        said.append(f"like {code(schema['pattern'])}")
    return ", ".join(said)
