"""Reads payloads as messages, and says in our own words what is wrong with one."""

import json
import re
from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.contract.identity import OWN_ID, is_kept
from domain.contract.values import NUMBER_PATTERN, Message

M = TypeVar("M", bound=Message)

MOST_BYTES = 256_000
"""What a payload may take as JSON."""


class InvalidCommand(ValueError):  # noqa: N818 - the contract's name for a refused command
    """A message that cannot be applied; `field` is the one to change and `reason` says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Busy(InvalidCommand):
    """Too much waits to be carried out: the same command can be applied later."""

    def __init__(self) -> None:
        super().__init__(
            "queue",
            "is full, since messages or the database cannot be reached; nothing was changed, "
            "send it again in some minutes",
        )


def parse(model: type[M], payload: object) -> M:
    """Read a payload as `model`.

    Raises:
        InvalidCommand: naming the first field that is wrong and what would be right.
    """
    if not isinstance(payload, Mapping):
        raise InvalidCommand("payload", f"must be one JSON object, not {_kind(payload)}")
    size = len(json.dumps(payload, default=str, ensure_ascii=False).encode(errors="replace"))
    if size > MOST_BYTES:
        raise InvalidCommand(
            "payload", f"must have at most {MOST_BYTES // 1000} kB as JSON, not {size // 1000}"
        )
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "payload"
        raise InvalidCommand(field, _say(first)) from None


def parse_number(workflow_id: str) -> None:
    """The workflow id is the number people use.

    Raises:
        InvalidCommand: where it cannot be one.
    """
    if not re.fullmatch(NUMBER_PATTERN, workflow_id):
        raise InvalidCommand("workflow id", "must be 1 to 64 of A-Z a-z 0-9 . _ -")


def refuse_kept(field: str, number: str, workflow: str) -> None:
    """Refuse a number that is kept for workflows of another type.

    Raises:
        InvalidCommand: naming the field it was given in.
    """
    if is_kept(number, workflow):
        raise InvalidCommand(field, OWN_ID)


def _kind(payload: object) -> str:
    kinds: dict[type, str] = {
        type(None): "nothing",
        str: "text",
        list: "a list",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return kinds.get(type(payload), "something else")


def _say(error: ErrorDetails) -> str:
    """A pydantic error in words; the offending value is left out, it may be client text."""
    kind, limits = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "is required"
    if "min_length" in limits:
        return "must not be empty"
    if "max_length" in limits:
        things = "characters" if isinstance(error["input"], str) else "items"
        return f"must have at most {limits['max_length']} {things}"
    if kind == "string_pattern_mismatch":
        return "must be 1 to 64 of A-Z a-z 0-9 . _ -"
    if kind == "timezone_aware":
        return "must carry a time zone, for example 2026-12-01T18:00:00Z"
    return error["msg"].removeprefix("Value error, ")
