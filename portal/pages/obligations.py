"""What is owed to whom and by when, over all cases, defects and releases: for staff, and alerts.

The page for staff and the metrics both take it from here, so that they cannot disagree.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine

from activities.adapters.database import DatabaseLedger, DatabaseTrackRecord
from activities.adapters.database.backlog import BacklogStats
from activities.adapters.database.set_aside import DatabaseSetAside, Waiting
from activities.adapters.database.telephone import DatabaseTelephone
from activities.ports import Delivery, DeliveryState
from domain.contract.status import OVER
from portal.pages.local_time import instant, maybe_instant

_SOON = timedelta(days=14)
"""How far ahead what is due is listed."""
_LOST = timedelta(minutes=2)
"""After that a message which is being sent has lost its sender, and its outcome is unknown."""
SEVERITIES = ("S1", "S2", "S3", "S4")
OWES_NOTHING = (*OVER, "deployed", "cancelled")
"""The states, of whatever kind, in which nothing is owed any more."""


class Duty(StrEnum):
    """The kinds of things owed."""

    UPDATE = "update"
    RESOLUTION = "resolution"
    DECISION = "decision"
    FIRST_RESPONSE = "first_response"
    DEPLOYMENT = "deployment"


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing owed: due at an instant, or undecided since one."""

    number: str
    kind: str
    duty: Duty
    what: str
    """The duty in words."""
    at: datetime
    severity: str | None = None
    title: str | None = None
    is_since: bool = False
    """`at` is since when, not until when."""
    is_missed: bool = False
    """It is on record as missed, and still owed."""

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have been done."""
        return self.is_missed or (not self.is_since and self.at < now)


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that support should look at."""

    number: str
    kind: str
    state: str
    severity: str | None
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
    record, ledger = DatabaseTrackRecord(engine), DatabaseLedger(engine)
    defects = list(record.entities("defect", states_but=OWES_NOTHING))
    cases = list(record.entities("case", states_but=OWES_NOTHING))
    releases = list(record.entities("release", states_but=OWES_NOTHING))
    everything = [("defect", defects), ("case", cases), ("release", releases)]
    owed = sorted(
        (o for kind, entities in everything for e in entities for o in obligations_of(kind, e)),
        key=lambda o: o.at,
    )
    deliveries = _deliveries(engine, now)
    return StaffDashboard(
        overdue=[o for o in owed if o.is_overdue(now)],
        due=[o for o in owed if not o.is_overdue(now) and (o.is_since or o.at <= now + _SOON)],
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
        attention=[
            Concern(e["number"], kind, e["state"], e.get("severity"), _title(e))
            for kind, entities in everything
            for e in entities
            if e.get("needs_attention")
        ],
        to_tell=DatabaseTelephone(engine).count(),
        set_aside=DatabaseSetAside(engine).in_all(),
        open_by_severity={
            severity: sum(defect["severity"] == severity for defect in defects)
            for severity in SEVERITIES
        },
        open_cases=len(cases),
    )


def _deliveries(engine: Engine, now: datetime) -> dict[DeliveryState, int]:
    counts = DatabaseLedger(engine).summary()
    lost = BacklogStats(engine).being_sent_since(now - _LOST)
    counts[DeliveryState.SENDING] = max(0, counts[DeliveryState.SENDING] - lost)
    counts[DeliveryState.UNKNOWN] += lost
    return counts


def _title(entity: Mapping[str, Any]) -> str | None:
    return entity.get("title") or entity.get("subject")


def obligations_of(kind: str, entity: Mapping[str, Any]) -> Iterator[Obligation]:
    """Everything that a case, defect or release owes, as its snapshot has it."""
    owed = {"case": _of_case, "defect": _of_defect, "release": _of_release}
    return owed[kind](entity)


def _of_defect(defect: Mapping[str, Any]) -> Iterator[Obligation]:
    number, severity, title = defect["number"], defect["severity"], defect["title"]
    about = {"number": number, "kind": "defect", "severity": severity, "title": title}
    update_at = maybe_instant(defect.get("next_update_due_at"))
    if update_at is not None:
        yield Obligation(duty=Duty.UPDATE, what="Update to clients", at=update_at, **about)
    target = defect.get("target") or {}
    missed_at, due_at = target.get("missed_at"), target.get("due_at")
    if missed_at:
        yield Obligation(
            duty=Duty.RESOLUTION,
            what="Resolution",
            at=instant(missed_at),
            is_missed=True,
            **about,
        )
    elif due_at:
        yield Obligation(duty=Duty.RESOLUTION, what="Resolution", at=instant(due_at), **about)
    asked = defect.get("reclassification")
    if asked:
        yield Obligation(
            duty=Duty.DECISION,
            what=f"Decision: {asked['severity']} is requested",
            at=instant(asked["requested_at"]),
            is_since=True,
            is_missed=asked.get("reminders", 0) > 0,
            **about,
        )


def _of_case(case: Mapping[str, Any]) -> Iterator[Obligation]:
    first = case.get("first_response")
    if first and not first["met_at"]:
        yield Obligation(
            case["number"],
            "case",
            Duty.FIRST_RESPONSE,
            "First response",
            instant(first["due_at"]),
            title=case.get("subject"),
            is_missed=bool(first["missed_at"]),
        )


def _of_release(release: Mapping[str, Any]) -> Iterator[Obligation]:
    if release["state"] != "deploying":
        yield Obligation(
            release["number"],
            "release",
            Duty.DEPLOYMENT,
            "Deployment",
            instant(release["deploy_at"]),
            title=release.get("title"),
        )
