"""What a message says, as one text: the same for two that say the same, in every version."""

import json
from collections.abc import Collection
from typing import Any

from pydantic import BaseModel

_EMPTY: tuple[Any, ...] = (None, "", [], {})


def content(
    message: BaseModel, *, exclude: Any, of_the_clock: Collection[str] = frozenset()
) -> str:
    """All of it but fields that are excluded, and facts `of_the_clock`, such as `progress.at`.

    Fields and facts that have their defaults or are empty do not count, so a version that adds one
    finds the same.
    """
    said = message.model_dump(mode="json", exclude=exclude, exclude_defaults=True)
    return json.dumps(_without(of_the_clock, said), sort_keys=True, separators=(",", ":"))


def _without(left_out: Collection[str], said: Any, where: str = "") -> Any:
    if isinstance(said, list):
        return [_without(left_out, item, where) for item in said]
    if not isinstance(said, dict):
        return said
    left = {
        name: _without(left_out, value, f"{name}.")
        for name, value in said.items()
        if name not in left_out and where + name not in left_out
    }
    return {name: value for name, value in left.items() if value not in _EMPTY}
