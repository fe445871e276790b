"""Cases with calls: who is told, and short ways to begin one."""

from datetime import datetime
from typing import Any

from domain.contract.case import BookCall
from domain.policy import PinnedPolicy
from tests.domain.builders import ETO, FRIDAY, a_case, at
from tests.domain.world import CheckedCaseWorld, case_world_of

CLIENT, SUPPORT = "client-1@example.org", "support"
MONDAY = at("2027-03-08 10:00")


def a_world(
    now: datetime = FRIDAY, under: PinnedPolicy = ETO, *, through_json: bool = False, **fields: Any
) -> CheckedCaseWorld:
    """A case, logged on Friday unless said otherwise."""
    return case_world_of(a_case(now, under, **fields), now, through_json=through_json)


def book(
    world: CheckedCaseWorld, call_at: datetime, minutes: int = 30, when: datetime | None = None
) -> None:
    """Book a call, or move it."""
    world.hear(BookCall, when, at=call_at.isoformat(), minutes=minutes)


def booked(call_at: datetime = MONDAY, minutes: int = 30, **fields: Any) -> CheckedCaseWorld:
    """A case with a call that is booked, on Monday unless said otherwise."""
    world = a_world(**fields)
    book(world, call_at, minutes)
    return world
