"""What a tool takes, as JSON Schema: the contract's messages, said as briefly as can be.

Every agent reads all of it before its first word, and many understand no references.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter

from domain.contract.parsing import InvalidCommand
from domain.contract.values import InternalText, PublicText

_READ_BY = {
    TypeAdapter(PublicText).json_schema()["maxLength"]: (
        "Clients read this. A promise of a time in it is refused."
    ),
    TypeAdapter(InternalText).json_schema()["maxLength"]: "Stays inside: no client reads it.",
}
"""What a text is for shows in how long it may be (the contract's text limits)."""


@cache
def schema_of(model: type[BaseModel], without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The arguments of a tool, without those fields of the model; the same object each time."""
    said = model.model_json_schema()
    properties = {
        name: _brief(field, said.get("$defs", {}))
        for name, field in said.get("properties", {}).items()
        if name not in without
    }
    required = [name for name in said.get("required", []) if name not in without]
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def must_be_known(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Refuse what a tool does not take: left out silently, it would seem to have been done.

    Raises:
        InvalidCommand: naming it.
    """
    for name in arguments:
        if name not in schema["properties"]:
            raise InvalidCommand(name[:64], "is not an argument of this tool")


def _brief(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """Without references, titles and ways to say nothing; texts say who reads them."""
    if isinstance(schema, list):
        return [_brief(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        meant = definitions[schema["$ref"].rpartition("/")[2]]
        return _brief(meant | {k: v for k, v in schema.items() if k != "$ref"}, definitions)
    some = [part for part in schema.get("anyOf", []) if part != {"type": "null"}]
    if len(some) == 1:
        rest = {k: v for k, v in schema.items() if k not in {"anyOf", "default"}}
        return _brief(some[0] | rest, definitions)
    brief = {
        name: _brief(part, definitions)
        for name, part in schema.items()
        # A field can be called `title`: then it is a schema.
        if not (name == "title" and isinstance(part, str))
    }
    if brief.get("maxLength") in _READ_BY:
        said = (brief.get("description"), _READ_BY[brief["maxLength"]])
        brief["description"] = " ".join(filter(None, said))
    return brief
