"""Policy files for tests: the built-in one as text, and with some of it changed."""

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from activities.adapters.policy_files import BUILT_IN, unknown_holidays
from domain import policy_findings
from domain.policy_file import PolicyFile
from domain.policy_findings import Finding
from domain.toml_text import Key, written

TEXT = BUILT_IN.read_text(encoding="utf-8")
CONTENT: Mapping[str, Any] = tomllib.loads(TEXT)


def changed(*changes: tuple[str, str]) -> str:
    """The built-in policy with pieces of text, each there once, replaced by others."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def with_value(content: Mapping[str, Any], key: Key, value: Any) -> dict[str, Any]:
    """The same content with a value under a key; without the key where the value is None."""
    copy: Any = deepcopy(dict(content))
    around = copy
    for part in key[:-1]:
        around = around[part]
    if value is None:
        del around[key[-1]]
    else:
        around[key[-1]] = value
    return dict(copy)


def as_text(content: Mapping[str, Any]) -> str:
    """Content as a file, a line for each table of the first level."""
    return "\n".join(f"{name} = {written(value)}" for name, value in content.items())


def errors(text: str) -> list[Finding]:
    """Everything that is wrong with a file."""
    return policy_findings.read(text, CONTENT, unknown_holidays).errors


def policy(*changes: tuple[str, str]) -> PolicyFile:
    """The built-in policy with pieces of its text changed."""
    return PolicyFile.read(tomllib.loads(changed(*changes)))


def put_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """A file with tables of another in place of its own, severities and hours as a whole."""
    whole = {"severities", "hours", "holidays"}
    return {
        **below,
        **{
            name: put_over(below[name], value)
            if isinstance(value, Mapping) and name in below and name not in whole
            else value
            for name, value in above.items()
        },
    }
