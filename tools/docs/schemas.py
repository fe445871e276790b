"""The contract as JSON Schema: a file for every message, for programs in any language."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from domain.contract import catalogue
from domain.contract.values import Message

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def published() -> tuple[type[BaseModel], ...]:
    """Every model that the catalogue of the contract lists, but for those that others extend."""
    listed = [value for name, value in vars(catalogue).items() if not name.startswith("_")]
    models = dict.fromkeys(model for value in listed for model in _models_in(value))
    extended = {base for model in models for base in model.__bases__}
    return tuple(model for model in models if model not in extended)


def _models_in(listed: object) -> Iterator[type[BaseModel]]:
    if isinstance(listed, Mapping):
        listed = tuple(listed.values())
    for model in listed if isinstance(listed, tuple) else ():
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield model


@cache
def schema_of(model: type[BaseModel]) -> Mapping[str, Any]:
    """What a message has to be; of an answer, what it is."""
    return model.model_json_schema(
        mode="validation" if issubclass(model, Message) else "serialization"
    )


def files() -> Iterator[tuple[str, str]]:
    """The name and the content of each file."""
    for model in published():
        schema = {"$schema": DIALECT, **schema_of(model)}
        yield f"schemas/{model.__name__}.json", json.dumps(schema, indent=2, ensure_ascii=False)
