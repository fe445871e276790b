"""What each field, key, option and event means: its docstring, or the line that is kept for it.

A field says what it means where it is declared, or in `meanings.toml`: under the name of its class
where it means something else there than elsewhere, under `[everywhere]` otherwise.
"""

import ast
import inspect
import textwrap
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "meanings.toml"
EVERYWHERE = "everywhere"


class NoMeaning(LookupError):  # noqa: N818 - what the page lacks
    """Nobody has said what something means."""


@cache
def kept() -> Mapping[str, Mapping[str, str]]:
    """The lines that are kept, by class and name."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def of_field(owner: type, name: str) -> str:
    """What a field of a class means.

    Raises:
        NoMeaning: naming both.
    """
    for kind in owner.__mro__:
        if kind.__module__.startswith("pydantic"):
            break
        if said := docstrings(kind).get(name) or kept().get(kind.__name__, {}).get(name):
            return said
    return of_name(name, owner.__name__)


def of_name(name: str, where: str) -> str:
    """What a name means `where` it is, or else everywhere.

    Raises:
        NoMeaning: naming both.
    """
    said = kept().get(where, {}).get(name) or kept()[EVERYWHERE].get(name)
    if said is None:
        raise NoMeaning(f"{where}.{name} has neither a docstring nor a line in {FILE.name}")
    return said


@cache
def docstrings(owner: type) -> Mapping[str, str]:
    """The docstrings under the fields of a class, each on one line."""
    try:
        source = textwrap.dedent(inspect.getsource(owner))
    except (OSError, TypeError):
        return {}
    (declared,) = ast.parse(source).body
    if not isinstance(declared, ast.ClassDef):
        return {}
    found = {}
    for field, after in zip(declared.body, declared.body[1:], strict=False):
        target = field.target if isinstance(field, ast.AnnAssign) else None
        said = after.value.value if _is_text(after) else None  # type: ignore[attr-defined]
        if isinstance(target, ast.Name) and isinstance(said, str):
            found[target.id] = " ".join(said.split())
    return found


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
