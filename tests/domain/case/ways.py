"""Short ways to a case in a world, and to what it refuses."""

from datetime import timedelta
from typing import Any

import pytest

from domain.contract.effects import Effect, NotifyClients
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, Alone, a_case, say
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CLIENT = "client-1@example.org"
SECRET = "they never read the manual"


def a_world(**fields: Any) -> World:
    """A case logged on Friday, with nothing missing unless said otherwise."""
    return world_of(a_case(**fields), FRIDAY)


def refusal(case: Alone, command: type[Command], **fields: Any) -> InvalidCommand:
    """What a command is answered, after checking that it left no trace."""
    before = case.model_dump()
    with pytest.raises(InvalidCommand) as refused:
        say(case, command, FRIDAY, **fields)
    assert case.model_dump() == before
    return refused.value


def of_kind(effects: list[Effect], kind: str) -> list[NotifyClients]:
    """The messages of one kind to clients."""
    return [e for e in effects if isinstance(e, NotifyClients) and e.kind == kind]
