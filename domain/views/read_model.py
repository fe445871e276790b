"""What the read model ought to have of an entity, for whoever compares it with what it has."""

from datetime import datetime
from typing import Any

from pydantic import Field

from domain.case.state import Case
from domain.contract.effects import EntityKind, Fact, Lane
from domain.contract.values import Contact, Value
from domain.defect.state import Defect
from domain.runner import Runner


class Owed(Value):
    """How far the entity has come, and everything of it that belongs into the database."""

    kind: EntityKind
    sequence: int
    snapshot: dict[str, Any]
    facts: list[Fact]
    """Those of the `timeline`, without texts."""
    attached: dict[str, str] = Field(default_factory=dict)
    """Clients by the numbers of their cases."""
    contact: Contact | None = None
    """Of a case: whom it writes to."""
    unwritten: bool = False
    """Whether some of it is still on its way to the database."""


def owed(runner: Runner[Any], now: datetime) -> Owed:
    """What the database has to have of it at `now`, once nothing is on its way."""
    entity = runner.entity
    attached, contact = dict[str, str](), None
    if isinstance(entity, Case):
        attached, contact = {entity.number: entity.client}, entity.contact
    elif isinstance(entity, Defect):
        attached = {case: entity.cases.client_of(case) or "" for case in entity.cases.numbers}
    lane = runner.outbox.lanes.get(Lane.READ_MODEL)
    return Owed(
        kind=entity.kind,
        sequence=entity.sequence,
        snapshot=entity.snapshot(now),
        facts=entity.timeline,
        attached=attached,
        contact=contact,
        unwritten=bool(lane and lane.waiting),
    )
