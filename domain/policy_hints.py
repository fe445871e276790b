"""What would be right where a policy file is wrong: the nearest name, a choice, an example."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from functools import cache
from typing import Any

from domain.policy_file import PolicyFile
from domain.toml_text import Key, at, dotted, written

Schema = Mapping[str, Any]

EXAMPLES: Mapping[str, str] = {
    "calendar.also_open": 'also_open = [{ date = 2027-12-24, hours = [["09:00", "13:00"]] }]',
    "calendar.also_open.date": "date = 2027-12-24",
    "calendar.also_open.hours": 'hours = [["09:00", "13:00"]]',
    "calendar.holidays.subdivision": 'subdivision = "CA"',
    "calendar.holidays.also": "also = [2027-12-24]",
    "defects.next_update_hours": "next_update_hours = 24",
    dotted(("preferences", "digest_hour")): "digest_hour = 8",
    "severities.hours": 'hours = "24x7", or hours = { mon = [["08:00", "20:00"]] }',
    "severities.updates.local_time": "local_time = 09:00:00",
    "severities.updates.grace_minutes": "grace_minutes = 15",
    "severities.updates.business_days_only": "business_days_only = true",
}
"""Of keys that the built-in policy does not have; without the severity and places in lists."""


def example(key: Key, right: Mapping[str, Any]) -> str | None:
    """How a key, or what is around it, is written in a policy that is right, if that has it."""
    first = tuple(0 if isinstance(part, int) else part for part in key)
    alike = [first]
    if first[:1] == ("severities",):
        alike += [("severities", each, *first[2:]) for each in right["severities"]]
    for end in range(len(first), 0, -1):
        if found := EXAMPLES.get(_without_places(first[:end])):
            return found
        for like in alike:
            with suppress(LookupError):
                value = at(right, like[:end])
                if isinstance(value, Mapping) and end <= 2:
                    return f"[{dotted(like[:end])}]" if end == len(first) else None
                return _as_said(like[:end], value)
    return None


def _as_said(key: Key, value: Any) -> str:
    name = f"{dotted(key[-1:])} = " if isinstance(key[-1], str) else ""
    return f"{name}{written(value)}"


def _without_places(key: Key) -> str:
    names = [part for part in key if isinstance(part, str)]
    return ".".join(names[:1] + names[2:] if names[:1] == ["severities"] else names)


def about_unknown(key: Key) -> str:
    """Which key was meant: one that belongs elsewhere, the nearest one here, or one of those."""
    name, here = str(key[-1]), known_names(key[:-1])
    if homes := [home for home in _homes().get(name, ()) if home]:
        tables = " or ".join(f"[{home}]" for home in homes)
        return f"{name} belongs in {tables}; in TOML a key belongs to the table last begun above it"
    if near := nearest(name, here):
        return f"did you mean {near}?"
    return f"known are {', '.join(here)}" if here else "nothing else may stand here"


def about_choice(value: Any, allowed: Collection[str]) -> str | None:
    """Which of the allowed values was meant, if one looks like it."""
    near = nearest(str(value), allowed)
    return near and f"did you mean {near}?"


def nearest(given: str, allowed: Collection[str]) -> str | None:
    """The one that looks most like it, if any does."""
    by_lower = {name.lower(): name for name in allowed}
    found = get_close_matches(given.lower(), by_lower, 1, 0.6)
    starts = [n for n in by_lower if len(n) > 2 and given.lower().startswith(n)]
    return by_lower[(found or starts)[0]] if found or starts else None


def known_names(key: Key) -> list[str]:
    """The keys that a table may have: names of fields, or of severities, roles, days, packages."""
    names = [name for schema in _at(key) for name in _names(schema)]
    return list(dict.fromkeys(names))


def allowed_values(key: Key) -> list[str]:
    """The words that a key may have as its value."""
    words = [str(word) for schema in _at(key) for word in _words(schema)]
    return list(dict.fromkeys(words))


# --- the schema of the file -----------------------------------------------------------------------


@cache
def _schema() -> Schema:
    return PolicyFile.model_json_schema()


def _forms(schema: Schema) -> Iterator[Schema]:
    """The forms that something may have, each without references."""
    if reference := schema.get("$ref"):
        yield from _forms(_schema()["$defs"][reference.rpartition("/")[2]])
    elif some := schema.get("anyOf") or schema.get("oneOf"):
        for part in some:
            yield from _forms(part)
    else:
        yield schema


def _at(key: Key) -> list[Schema]:
    found = list(_forms(_schema()))
    for part in key:
        found = [form for schema in found for below in _below(schema, part) for form in below]
    return found


def _below(schema: Schema, part: str | int) -> Iterator[Iterator[Schema]]:
    if isinstance(part, int):
        if "prefixItems" in schema and part < len(schema["prefixItems"]):
            yield _forms(schema["prefixItems"][part])
        elif isinstance(schema.get("items"), Mapping):
            yield _forms(schema["items"])
    elif part in schema.get("properties", {}):
        yield _forms(schema["properties"][part])
    elif isinstance(schema.get("additionalProperties"), Mapping):
        yield _forms(schema["additionalProperties"])


def _names(schema: Schema) -> Iterator[str]:
    yield from schema.get("properties", ())
    for form in _forms(schema.get("propertyNames", {})):
        yield from form.get("enum", ())


def _words(schema: Schema) -> Iterator[str]:
    yield from schema.get("enum", ())
    if "const" in schema:
        yield schema["const"]


@cache
def _homes() -> Mapping[str, list[str]]:
    """In which tables of the file, by its key, each name may stand."""
    found: dict[str, list[str]] = {}

    def visit(schema: Schema, table: str) -> None:
        for form in _forms(schema):
            for name, field in form.get("properties", {}).items():
                found.setdefault(name, [])
                if table not in found[name]:
                    found[name].append(table)
                each = field.get("additionalProperties")
                below = f"{table}.{name}" if table else name
                visit(each if name == "severities" else field, below)

    visit(_schema(), "")
    return found
