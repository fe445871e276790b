"""The page of the policy file: every key with what the built-in file says."""

import tomllib
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from activities.adapters.policy_files import BUILT_IN
from domain.policy import PolicyFile
from tools.docs.fields import Field, as_written, fields_of
from tools.docs.tables import code, page, prose, table

_HEAD = ("key", "type", "default", "`eto`", "meaning")


def policy_page() -> str:
    """Every key that a policy file may have."""
    published = tomllib.loads(BUILT_IN.read_text(encoding="utf-8"))
    return page(
        "Policy file",
        "A policy is one TOML file. This page has every key that it may have, with the value of "
        "the built-in policy `eto`; a key that nobody knows is an error that names it. A file "
        "of your own is named by `DEFECTS_POLICY_FILE`: see "
        "[writing one](../how-to/policy-file.md), and "
        "[changing one](../operations.md#the-policy-changes) while defects are open.",
        *_section(PolicyFile, (), [published]),
    )


def _section(model: type[BaseModel], path: tuple[str, ...], said: list[Any]) -> Iterator[str]:
    """A table of the file, and the tables within it."""
    hints = get_type_hints(model, include_extras=True)
    within = {name: parts for name in model.model_fields if (parts := sections_in(hints[name]))}
    if path:
        yield f"{'#' * (2 + len(path) - 1 - ('<severity>' in path))} `[{'.'.join(path)}]`"
        yield prose(model.__doc__)
    yield table(_HEAD, (_row(field, field.name in within, said) for field in fields_of(model, str)))
    for name, parts in within.items():
        for part in parts:
            yield from _section(part, _path(path, name, hints[name], part), _values(said, name))


def _row(field: Field, is_table: bool, said: list[Any]) -> tuple[str, ...]:
    if is_table:
        return code(field.name), "table, below", field.default, "", field.meaning
    return code(field.name), field.type, field.default, _published(field.name, said), field.meaning


def sections_in(hint: Any) -> list[type[BaseModel]]:
    """The tables that a key may hold: one, none, or one of several forms."""
    if get_origin(hint) in (Annotated, Union, UnionType, list, dict):
        parts = get_args(hint)
        if get_origin(hint) is Annotated:
            parts = parts[:1]
        return [model for part in parts for model in sections_in(part)]
    return [hint] if isinstance(hint, type) and issubclass(hint, BaseModel) else []


def _path(path: tuple[str, ...], name: str, hint: Any, part: type[BaseModel]) -> tuple[str, ...]:
    of_each = ("<severity>",) if get_origin(hint) is dict else ()
    form = part.model_fields.get("mode")
    if form is None:
        return (*path, name, *of_each)
    (mode,) = get_args(form.annotation)
    return (*path, f'{name}, mode = "{mode}"')


def _values(said: list[Any], name: str) -> list[Any]:
    """What the file says in a table, once for each table of its kind."""
    found = [each[name] for each in said if isinstance(each, Mapping) and name in each]
    flat = [part for each in found for part in (each if isinstance(each, list) else [each])]
    if name == "severities":
        return [part for each in flat for part in each.values()]
    return flat


def _published(key: str, said: list[Any]) -> str:
    """What the file says of a key; of several tables each different value once."""
    found = [as_written(each[key]) for each in said if isinstance(each, Mapping) and key in each]
    return "\n".join(dict.fromkeys(found)) or "-"
