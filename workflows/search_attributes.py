"""Search attributes as Temporal takes them; `domain/views/search_attributes.py` has the table."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

with workflow.unsafe.imports_passed_through():
    from domain.views.search_attributes import ATTRIBUTES, Kind, Value

_MAKERS: Mapping[Kind, Any] = {
    "keyword": SearchAttributeKey.for_keyword,
    "datetime": SearchAttributeKey.for_datetime,
    "bool": SearchAttributeKey.for_bool,
    "int": SearchAttributeKey.for_int,
}


def changes(
    before: Mapping[str, Value], now: Mapping[str, Value]
) -> list[SearchAttributeUpdate[Any]]:
    """The updates that lead from what was published to what holds now, in a fixed order."""
    return [
        key.value_unset() if now.get(name) is None else key.value_set(now[name])
        for name, kind in ATTRIBUTES.items()
        if before.get(name) != now.get(name)
        for key in (_MAKERS[kind](name),)
    ]


def restored(published: Mapping[str, Any]) -> dict[str, Value]:
    """What an earlier run had published, read back from JSON."""
    return {
        name: datetime.fromisoformat(value) if ATTRIBUTES.get(name) == "datetime" else value
        for name, value in published.items()
    }
