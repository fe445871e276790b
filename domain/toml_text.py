"""What a TOML file says where: the line of a key, and keys and values as one would write them."""

import json
import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, time
from functools import lru_cache
from typing import Any

Key = tuple[str | int, ...]
"""Where something is: names of tables and keys, and places in lists, counted from 0."""

_CLOSINGS = ("", "]", "]]", "]]]", "}]", '"""', "'''")
"""What may be missing where a file is cut off after a line."""


def dotted(key: Key) -> str:
    """A key as TOML has it, `severities.S1.target`; places in lists as numbers."""
    return ".".join(
        part if re.fullmatch(r"[\w-]+", part, re.ASCII) else _quoted(part) for part in map(str, key)
    )


def written(value: Any) -> str:
    """A value as TOML has it, in one line."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case date() | time():
            return value.isoformat()
        case Mapping():
            pairs = (f"{dotted((name,))} = {written(each)}" for name, each in value.items())
            return f"{{ {', '.join(pairs)} }}" if value else "{}"
        case list() | tuple():
            return f"[{', '.join(map(written, value))}]"
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    # JSON leaves one control character as it is that TOML does not take.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def at(content: Any, key: Sequence[str | int]) -> Any:
    """What stands under a key.

    Raises:
        LookupError: nothing does.
    """
    for part in key:
        match content, part:
            case (Mapping(), _):
                content = content[part]
            case (list(), int(place)):
                content = content[place]
            case _:
                raise KeyError(part)
    return content


class Lines:
    """The lines of a TOML file that can be read."""

    def __init__(self, text: str) -> None:
        # As TOML ends a line; no other character does.
        self._lines = text.split("\n")
        self._begun = lru_cache(maxsize=256)(self._begun_by)

    def line_of(self, key: Key) -> int | None:
        """The line, counted from 1, on which a key stands, or else the innermost table around it;
        None where the file has none of them."""
        for length in range(len(key), 0, -1):
            if (line := self._first_with(key[:length])) is not None:
                return line
        return None

    def _first_with(self, key: Key) -> int | None:
        def has(count: int) -> bool:
            with suppress(LookupError):
                at(self._begun(count), key)
                return True
            return False

        if not has(len(self._lines)):
            return None
        return bisect_left(range(len(self._lines)), True, key=has)

    def _begun_by(self, count: int) -> dict[str, Any]:
        """What the first lines say, as far as it can be read."""
        for last in range(count, 0, -1):
            begun = "\n".join(self._lines[:last])
            for closing in _CLOSINGS:
                with suppress(tomllib.TOMLDecodeError):
                    return tomllib.loads(f"{begun}\n{closing}")
        return {}
