"""What is written into the database in tests, and threads that all write at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar

from sqlalchemy import Engine

from activities.adapters.database import DatabaseAudience
from activities.ports import Delivery
from domain.contract.effects import (
    AudienceChange,
    Detachment,
    Fact,
    NotifyClients,
    NotifyStaff,
    Person,
    UpdateReadModel,
)
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.values import Attachment, Contact

T = TypeVar("T")
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
THREADS = 8
DEFECT = "DEF-000001"


def at_once(act: Callable[[int], T]) -> list[T]:
    """Run `act(0)`, `act(1)`, ... from as many threads, all let go at the same moment."""
    gate = threading.Barrier(THREADS)

    def wait_and_act(number: int) -> T:
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(wait_and_act, range(THREADS)))


def attach(case: str, email: str, client: str = "acme", name: str | None = None) -> Attachment:
    """A case put on a defect."""
    return Attachment(case=case, client=client, contact=Contact(email=email, name=name))


def change(sequence: int, *attached: Attachment, detached: tuple[str, ...] = ()) -> AudienceChange:
    """Who joins and leaves at one point of the sequence."""
    leaving = [Detachment(case=case) for case in detached]
    return AudienceChange(sequence=sequence, at=NOW, attach=list(attached), detach=leaving)


def project(
    sequence: int,
    *audience: AudienceChange,
    entity: str = DEFECT,
    kind: Literal["case", "defect"] = "defect",
    snapshot: dict[str, Any] | None = None,
    happened: tuple[Fact, ...] = (),
) -> UpdateReadModel:
    """A projection such as the machines make."""
    return UpdateReadModel(
        key=f"{entity}/{sequence}/project",
        entity=entity,
        sequence=sequence,
        at=NOW,
        kind=kind,
        snapshot={"number": entity} if snapshot is None else snapshot,
        facts=list(happened),
        audience=list(audience),
    )


def delivery(recipient: str = "ann@example.org", entity: str = DEFECT) -> Delivery:
    """One message to one recipient, not tried yet."""
    return Delivery(
        effect_key=f"{entity}/17/defect.update",
        recipient=recipient,
        channel="email",
        entity=entity,
        event="defect.update",
        message_id=f"<{entity}.17.{recipient}>",
        cases=("CASE-000001",),
    )


def told(
    sequence: int, lane: type[NotifyClients | NotifyStaff] = NotifyClients
) -> NotifyClients | NotifyStaff:
    """An effect of that sequence, an hour after the one before."""
    about: dict[str, Any] = {
        "key": f"{DEFECT}/{sequence}",
        "entity": DEFECT,
        "at": NOW + HOUR * sequence,
    }
    if lane is NotifyClients:
        return NotifyClients(sequence=sequence, kind=ClientEvent.DEFECT_UPDATE, **about)
    return NotifyStaff(
        sequence=sequence, kind=StaffEvent.DEFECT_URGENT, role=Role.ENGINEERING, **about
    )


def people(engine: Engine, sequence: int = 100) -> list[Person]:
    """Everybody on the defect."""
    return list(DatabaseAudience(engine).people(DEFECT, sequence, None, 100))
