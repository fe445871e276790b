"""Every key of the policy file, with what the built-in policy says."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from activities.adapters.policy_files import BUILT_IN
from domain.policy_file import PolicyFile
from tools.docs.schema_words import Field, Schema, as_written, fields_of, referred
from tools.docs.tables import code, prose, table

_SCHEMA = PolicyFile.model_json_schema()
_MODELS: Mapping[str, Schema] = _SCHEMA["$defs"]


def policy_keys() -> str:
    """A table of the file, and one of each table within it."""
    published = tomllib.loads(BUILT_IN.read_text(encoding="utf-8"))
    return "\n\n".join(_section(_SCHEMA, (), [published]))


def tables_in(field: Schema) -> list[str]:
    """The models of the tables that a key may hold: one, none, or one of several forms."""
    if (model := referred(field)) and "properties" in _MODELS[model]:
        return [model]
    parts = [*field.get("anyOf", ()), *field.get("oneOf", ())]
    parts += [field[name] for name in ("items", "additionalProperties") if name in field]
    return [model for part in parts for model in tables_in(part)]


def _section(schema: Schema, path: tuple[str, ...], said: Sequence[Any]) -> Iterator[str]:
    within = {name: tables_in(field) for name, field in schema["properties"].items()}
    if path:
        yield f"{'#' * (2 + len(path) - 1 - ('<severity>' in path))} `[{'.'.join(path)}]`"
        yield prose(schema.get("description"))
    fields = fields_of({**schema, "$defs": _MODELS}, str)
    rows = (_row(field, bool(within[field.name]), said) for field in fields)
    yield table(("key", "type", "default", "`eto`", "meaning"), rows)
    for name, models in within.items():
        for model in models:
            key = _key(name, _MODELS[model])
            each = ("<severity>",) if name == "severities" else ()
            yield from _section(_MODELS[model], (*path, key, *each), _values(said, name))


def _row(field: Field, is_table: bool, said: Sequence[Any]) -> tuple[str, ...]:
    name = code(field.name)
    if is_table:
        return name, "table, below", field.default, "", field.meaning
    found = [as_written(each[field.name]) for each in said if field.name in each]
    # Of several tables each different value once.
    published = "\n".join(dict.fromkeys(found)) or "-"
    return name, field.type, field.default, published, field.meaning


def _key(name: str, model: Schema) -> str:
    """The key of a table; of one that has several forms, with what tells them apart."""
    mode = model["properties"].get("mode")
    return f'{name}, mode = "{mode["const"]}"' if mode else name


def _values(said: Sequence[Any], name: str) -> list[Any]:
    """What the file says in a table, once for each table of its kind."""
    found = [each[name] for each in said if name in each]
    flat = [part for each in found for part in (each if isinstance(each, list) else [each])]
    if name == "severities":
        return [part for each in flat for part in each.values()]
    return flat
