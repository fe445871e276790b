"""What one tool is, and how its arguments are read: by the contract, strictly."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import mcp_types as types

from domain.contract.values import Message
from portal.agents.callers import Caller
from portal.agents.schemas import must_be_known, schema_of
from portal.api.contract import read
from portal.api.security import Scope

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool."""

    name: str
    words: str
    """What it does, for an agent that has to choose."""
    takes: type[Message]
    scopes: tuple[Scope, ...]
    act: Callable[[Caller, dict[str, Any]], Awaitable[Answer]]
    """What it does with arguments that were read."""
    writes: bool = False
    only_adds: bool = False
    """It takes nothing back and ends nothing."""
    without: frozenset[str] = frozenset()
    """Fields of the message that are not the agent's to say."""
    schema: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "schema", schema_of(self.takes, self.without))

    def described(self) -> types.Tool:
        """As the protocol has it; the hints claim no more than holds for every call."""
        return types.Tool(
            name=self.name,
            description=self.words,
            input_schema=self.schema,
            annotations=types.ToolAnnotations(
                read_only_hint=not self.writes,
                destructive_hint=self.writes and not self.only_adds,
                # With a key a repeat is harmless, and the key may be left out.
                idempotent_hint=not self.writes,
                # What is written reaches clients, by mail for one.
                open_world_hint=self.writes,
            ),
        )

    async def call(self, caller: Caller, arguments: Mapping[str, Any]) -> Answer:
        """Do it for a caller who may.

        Raises:
            Problem: it is refused, or no worker answers.
            InvalidCommand: an argument is wrong.
        """
        caller.must(*self.scopes)
        must_be_known(arguments, self.schema)
        said = read(self.takes, dict(arguments))
        # What is written is sent as it was said; what is read has our own defaults.
        given = said.model_dump(mode="json", exclude_unset=self.writes, exclude_none=True)
        return await self.act(caller, given)
