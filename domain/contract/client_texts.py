"""Finds the texts of a message that reach clients as they are written (D7, D8)."""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from domain.contract.values import FOR_CLIENTS, Message, Value


class ClientText(Value):
    """One text bound for clients, and where it stands in its message: `workaround.description`."""

    field: str
    text: str
    is_name: bool = False
    """Whether it is the name of a release, which may be called after its season."""


def client_texts(message: Message) -> Iterator[ClientText]:
    """The texts for clients, in the order of the fields."""
    for name, value in message:
        if isinstance(value, Message):
            for inner in client_texts(value):
                yield ClientText(field=f"{name}.{inner.field}", text=inner.text)
        elif isinstance(value, str) and name in _marked(type(message)):
            yield ClientText(field=name, text=value, is_name=name == "title")
        elif isinstance(value, list) and name in _marked(type(message)):
            for position, text in enumerate(value):
                yield ClientText(field=f"{name}.{position}", text=text)


@cache
def _marked(model: type[Message]) -> frozenset[str]:
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if FOR_CLIENTS in field.metadata or _is_marked(field.annotation)
    )


def _is_marked(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated and FOR_CLIENTS in annotation.__metadata__:
        return True
    return any(_is_marked(part) for part in get_args(annotation))
