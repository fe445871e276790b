"""Short ways to a defect in a world, and to what it refuses."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.contract.defect import ScheduleRelease
from domain.contract.effects import Effect, NotifyClients
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, Alone, a_defect, say
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
JUNE = "2027-06-01T12:00:00Z"
JULY = "2027-07-01T12:00:00Z"
SECRET = "the cache forgets half of it"


def a_world(severity: str = "S2", *cases: dict[str, Any], **fields: Any) -> World:
    """A defect confirmed on Friday, with one client unless others are given."""
    return world_of(a_defect(severity, *cases, **fields), FRIDAY)


def refusal(defect: Alone, command: type[Command], **fields: Any) -> InvalidCommand:
    """What a command is answered an hour later, after checking that it left no trace."""
    before = defect.model_dump()
    with pytest.raises(InvalidCommand) as refused:
        say(defect, command, FRIDAY + HOUR, **fields)
    assert defect.model_dump() == before
    return refused.value


def client_messages(effects: list[Effect]) -> list[NotifyClients]:
    """What is told to clients."""
    return [effect for effect in effects if isinstance(effect, NotifyClients)]


def schedule(world: World, release: str, deploy_at: datetime | str, **fields: Any) -> None:
    """Plan the fix for a release."""
    world.hear(ScheduleRelease, release=release, deploy_at=deploy_at, **fields)
