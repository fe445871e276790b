"""JSON Schema in words: the fields of a message, of a part of the policy file, or of a setting."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from domain.contract import values
from tools.docs.tables import code, codes

Schema = Mapping[str, Any]
Link = Callable[[str], str]
KINDS: Mapping[str, Any] = {
    "number": values.Number,
    "opaque id": values.Opaque,
    "line": values.Line,
    "public text": values.PublicText,
    "internal text": values.InternalText,
    "reason": values.Reason,
    "address": values.Address,
    "instant": values.Instant,
}
"""The kinds of text that messages are made of, by the words that the pages have for them."""

_TELLING = ("type", "format", "pattern", "minLength", "maxLength")
_PLAIN = {
    "string": "text",
    "boolean": "`true` or `false`",
    "integer": "whole number",
    "number": "number",
    "object": "object",
}
_LIMITS = (
    ("minimum", "at least {:g}"),
    ("exclusiveMinimum", "more than {:g}"),
    ("maximum", "at most {:g}"),
    ("exclusiveMaximum", "less than {:g}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} of them"),
    ("maxItems", "at most {} of them"),
    ("pattern", "like `{}`"),
)
_FROM_TO = re.compile(r"at least (\S+?)(?: of them| characters)?, at most ")


class Field(NamedTuple):
    """One field, as a row of a table has it."""

    name: str
    type: str
    default: str
    meaning: str


def fields_of(schema: Schema, link: Link = code) -> Iterator[Field]:
    """The fields of an object in their order; `link` is given the name of a kind or a model.

    Raises:
        LookupError: for a field without a description.
    """
    models = schema.get("$defs", {})
    for name, field in schema.get("properties", {}).items():
        # pydantic leaves out a description that is the one of the model itself.
        said = field.get("description") or models.get(referred(field), {}).get("description")
        if said is None:
            raise LookupError(f"{schema.get('title')}.{name} has no description")
        default = "required" if name in schema.get("required", ()) else _default(field)
        yield Field(name, words(field, models, link), default, " ".join(said.split()))


def words(schema: Schema, models: Mapping[str, Schema], link: Link = code) -> str:
    """What a field takes: its type with its limits."""
    if model := referred(schema):
        choices = models[model].get("enum")
        return codes(choices) if choices else link(model)
    if some := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(words(part, models, link) for part in some if part != {"type": "null"})
    if choices := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        return codes(choices)
    if kind := _kind(schema):
        return link(kind)
    said = ", ".join([_type(schema, models, link), *_limits(schema)])
    return _FROM_TO.sub(r"\1 to ", said)


def referred(schema: Schema) -> str:
    """The name of the model that a schema refers to, if it does."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def as_written(value: Any) -> str:
    """A value as JSON or TOML has it; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {as_written(each)}" for key, each in value.items())
    if isinstance(value, list) and value and all(isinstance(each, list) for each in value):
        return ", ".join(code(" to ".join(map(_plain, each))) for each in value)
    if isinstance(value, list):
        return codes(map(_plain, value)) or "none"
    return code(_plain(value))


def _default(field: Schema) -> str:
    if "$ref" in field and isinstance(field.get("default"), Mapping):
        return "its own defaults"
    # A list without a default has a factory that makes an empty one.
    return as_written(field.get("default", [] if field.get("type") == "array" else None))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _kind(schema: Schema) -> str:
    def telling(part: Schema) -> dict[str, Any]:
        return {name: part[name] for name in _TELLING if name in part}

    told = telling(schema)
    kinds = (
        word for word, kind in KINDS.items() if telling(TypeAdapter(kind).json_schema()) == told
    )
    return next(kinds, "")


def _type(schema: Schema, models: Mapping[str, Schema], link: Link) -> str:
    if "prefixItems" in schema:
        return f"pair of {words(schema['prefixItems'][0], models, link)}"
    if "items" in schema:
        return f"list of {words(schema['items'], models, link)}"
    if isinstance(each := schema.get("additionalProperties"), Mapping):
        names = schema.get("propertyNames", {"type": "string"})
        return f"{words(each, models, link)} for each {words(names, models, link)}"
    return schema.get("format", "").replace("password", "text").replace("file-path", "file") or (
        _PLAIN.get(schema.get("type", ""), "anything")
    )


def _limits(schema: Schema) -> Iterator[str]:
    if "prefixItems" not in schema:
        yield from (said.format(schema[name]) for name, said in _LIMITS if name in schema)
