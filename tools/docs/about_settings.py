"""The page of the settings: every variable of an installation."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from runtime.codec import KeyRing
from runtime.settings import PREFIX, Settings
from tools.docs.meanings import of_field
from tools.docs.tables import code, page, table

README = Path(__file__).parents[2] / "README.md"
_HELD_IN_SECRET = (SecretStr, KeyRing)
_DEPENDS = {"log": "`console` on a terminal, else `json`"}


def settings_page() -> str:
    """Every setting with its type, default and meaning."""
    kept = meanings_in(README.read_text(encoding="utf-8"))
    return page(
        "Settings",
        "Environment variables, read once at the start of a process; an empty one counts as not "
        "set. A wrong or misspelt one is named, without its value, and nothing starts. A secret is "
        "never shown in a log or an error. The connection to Temporal uses Temporal's own "
        "variables, and traces those of OpenTelemetry: see "
        "[the front page](../project/readme.md#settings).",
        table(
            ("variable", "type", "default", "secret", "meaning"),
            (
                (
                    code(PREFIX + name.upper()),
                    _type(field),
                    _DEPENDS.get(name) or _default(field),
                    "yes" if _secret(field) else "",
                    kept.get(PREFIX + name.upper()) or of_field(Settings, name),
                )
                for name, field in Settings.model_fields.items()
            ),
        ),
        "`starter.py` also takes `DEFECTS_ACTOR`, who acts, and `starter.py mcp` a token as "
        "`DEFECTS_TOKEN`.",
    )


def meanings_in(readme: str) -> Mapping[str, str]:
    """What the table of the front page says of each variable, its links leading on from here."""
    rows = re.findall(rf"^\| `({PREFIX}[A-Z_]+)` \| (.*?) \| .*? \|$", readme, re.MULTILINE)
    return {name: said.replace("](docs/", "](../") for name, said in rows}


def _parts(field: FieldInfo) -> list[Any]:
    given = field.annotation
    choices = get_args(given) if get_origin(given) is not Annotated else ()
    parts = [get_args(c)[0] if get_origin(c) is Annotated else c for c in choices or (given,)]
    return [part for part in parts if part is not type(None)]


def _secret(field: FieldInfo) -> bool:
    return any(part in _HELD_IN_SECRET for part in _parts(field))


def _type(field: FieldInfo) -> str:
    names = {
        "SecretStr": "text",
        "str": "text",
        "bool": "`true` or `false`",
        "float": "number",
        "Path": "file",
        "KeyRing": "keys, by commas",
    }
    parts = _parts(field)
    if Ellipsis in parts:
        return "texts, by commas"
    if all(isinstance(part, str) for part in parts):
        return " or ".join(code(part) for part in parts)
    return names.get(parts[0].__name__, "file")


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        return code(value.get_secret_value())
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, float | int):
        return code(f"{value:g}")
    return code(value) if isinstance(value, str) else "none"
