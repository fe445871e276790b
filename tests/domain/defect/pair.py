"""Two defects in one world, merged and parted."""

from datetime import datetime, timedelta
from typing import Any

from domain.contract.defect import DefectStart, MergeInto, UndoMerge
from domain.contract.parsing import parse
from domain.defect import DEFECT
from tests.domain.builders import ETO, FRIDAY, attachment, begin_alone, defect_start
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ADA = "client-1@example.org"
BEN = "client-2@example.org"
EVE = "client-3@example.org"
SECRET = "the same null pointer in both"


def a_world(number: str, severity: str, *cases: dict[str, Any], **fields: Any) -> World:
    """A defect confirmed on Friday 16:00; all it hears is put to a copy that continued as new."""
    start = parse(DefectStart, defect_start(severity, **fields) | {"cases": list(cases)})
    world = world_of(begin_alone(DEFECT, number, start, ETO, FRIDAY), FRIDAY)
    world.through_json = True
    return world


def a_pair(severity: str = "S2", other: str = "S2") -> tuple[World, World]:
    """DEF-1 of Ada and Ben, which can be merged into DEF-2 of Ada and Eve."""
    source = a_world(
        "DEF-1",
        severity,
        attachment("CASE-1", "client-1"),
        attachment("CASE-2", "client-2"),
        attachment("CASE-3", "client-2"),
    )
    target = a_world(
        "DEF-2", other, attachment("CASE-4", "client-1"), attachment("CASE-5", "client-3")
    )
    source.other = target
    return source, target


def alone(severity: str = "S1", **fields: Any) -> World:
    """DEF-1 of Ada, where the other defect takes what it is given."""
    return a_world("DEF-1", severity, attachment(), **fields)


def merge(source: World, when: datetime | None = None, defect: str = "DEF-2") -> None:
    """They are the same."""
    source.hear(MergeInto, when, defect=defect, reason=SECRET)


def undo(source: World, when: datetime | None = None) -> None:
    """They are not."""
    source.hear(UndoMerge, when, reason=SECRET)
