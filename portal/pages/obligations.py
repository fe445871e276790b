"""What is owed to whom and by when, over all cases, defects and releases: for staff, and alerts.

The page for staff and the metrics both take it from here, so that they cannot disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from activities.adapters.database import DatabaseLedger, DatabaseReadModel
from activities.adapters.database.backlog import BacklogStats, Concern
from activities.adapters.database.set_aside import DatabaseSetAside, Waiting
from activities.adapters.database.telephone import DatabaseTelephone
from activities.adapters.database.work_items import DatabaseWorkItems
from activities.ports import Delivery, DeliveryState
from domain.views.work_items import Need

_SOON = timedelta(days=14)
"""How far ahead what is due is listed."""
_LOST = timedelta(minutes=2)
"""After that a message which is being sent has lost its sender, and its outcome is unknown."""
SEVERITIES = ("S1", "S2", "S3", "S4")
_WORDS: Mapping[Need, str] = {
    Need.UPDATE: "Update to clients",
    Need.RESOLUTION: "Resolution",
    Need.FIRST_RESPONSE: "First response",
    Need.DEPLOYMENT: "Deployment",
}


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing owed: due at an instant, or undecided since one."""

    number: str
    kind: str
    duty: Need
    at: datetime
    severity: str | None = None
    is_since: bool = False
    """`at` is since when, not until when."""
    is_missed: bool = False
    """It is on record as missed, and still owed."""

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have been done."""
        return self.is_missed or (not self.is_since and self.at < now)


@dataclass(frozen=True, slots=True)
class Described:
    """An obligation in words, with what it is about."""

    owed: Obligation
    what: str
    title: str | None


@dataclass(frozen=True, slots=True)
class StaffDashboard:
    """What a member of staff should see first."""

    overdue: Sequence[Obligation]
    due: Sequence[Obligation]
    failing: Sequence[Delivery]
    waiting: int
    """Messages tried and not sent; `failing` shows the first of them."""
    oldest_waiting_at: datetime | None
    deliveries: Mapping[DeliveryState, int]
    """How many messages stand in each state; those that lost their sender are `unknown`."""
    attention: Sequence[Concern]
    to_tell: int
    """Messages that people are to be told by telephone."""
    set_aside: Waiting
    """Mails that wait for a decision whose they are."""
    open_by_severity: Mapping[str, int]
    open_cases: int


def staff_dashboard(engine: Engine, now: datetime) -> StaffDashboard:
    """Read it all."""
    ledger, backlog = DatabaseLedger(engine), BacklogStats(engine)
    owed = [
        Obligation(
            row.number, row.kind, Need(row.need), row.at, row.severity, row.is_since, row.is_missed
        )
        for row in DatabaseWorkItems(engine).owed(now + _SOON)
    ]
    deliveries, open_defects = _deliveries(engine, now), backlog.open_by_severity()
    return StaffDashboard(
        overdue=[o for o in owed if o.is_overdue(now)],
        due=[o for o in owed if not o.is_overdue(now)],
        failing=ledger.failing(50),
        waiting=sum(
            deliveries[state]
            for state in (
                DeliveryState.PLANNED,
                DeliveryState.FAILED,
                DeliveryState.UNKNOWN,
                DeliveryState.BOUNCED,
            )
        ),
        oldest_waiting_at=ledger.oldest_unsent_at(),
        deliveries=deliveries,
        attention=backlog.needing_attention(),
        to_tell=DatabaseTelephone(engine).count(),
        set_aside=DatabaseSetAside(engine).in_all(),
        open_by_severity={severity: open_defects.get(severity, 0) for severity in SEVERITIES},
        open_cases=backlog.open_cases(),
    )


def described(engine: Engine, owed: Sequence[Obligation]) -> list[Described]:
    """Some of them in words, by how each stands."""
    known = DatabaseReadModel(engine).standing((o.kind, o.number) for o in owed)
    return [_described(o, known.get((o.kind, o.number), {})) for o in owed]


def _described(owed: Obligation, status: Mapping[str, Any]) -> Described:
    asked = (status.get("reclassification") or {}).get("severity")
    what = _WORDS.get(owed.duty) or (f"Decision: {asked} is requested" if asked else "Decision")
    return Described(owed, what, status.get("title") or status.get("subject"))


def _deliveries(engine: Engine, now: datetime) -> dict[DeliveryState, int]:
    counts = DatabaseLedger(engine).summary()
    lost = BacklogStats(engine).being_sent_since(now - _LOST)
    counts[DeliveryState.SENDING] = max(0, counts[DeliveryState.SENDING] - lost)
    counts[DeliveryState.UNKNOWN] += lost
    return counts
