"""What is owed to whom and by when, over all cases, defects and releases: for staff."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from activities.adapters.database import DatabaseLedger, DatabaseTrackRecord
from activities.ports import Delivery, DeliveryState
from domain.defect_state import OVER
from portal.pages.when import instant, maybe_instant

_SOON = timedelta(days=14)
"""How far ahead what is due is listed."""
_OVER = (*OVER, "deployed", "cancelled")


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing owed: due at an instant, or undecided since one."""

    number: str
    kind: str
    what: str
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
    """Something that somebody should look at."""

    number: str
    kind: str
    state: str
    severity: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What a member of staff should see first."""

    overdue: Sequence[Obligation]
    due: Sequence[Obligation]
    failing: Sequence[Delivery]
    waiting: int
    """Messages tried and not sent; `failing` shows the first of them."""
    oldest_waiting_at: datetime | None
    attention: Sequence[Concern]
    open_by_severity: Mapping[str, int]
    open_cases: int


def desk_of(engine: Engine, now: datetime) -> Desk:
    """Read it all."""
    record, ledger = DatabaseTrackRecord(engine), DatabaseLedger(engine)
    defects = list(record.entities("defect", states_but=_OVER))
    cases = list(record.entities("case", states_but=_OVER))
    releases = list(record.entities("release", states_but=_OVER))
    owed = sorted(
        [*_of_defects(defects), *_of_cases(cases), *_of_releases(releases)], key=lambda o: o.at
    )
    standing = ledger.summary()
    everything = [("defect", defects), ("case", cases), ("release", releases)]
    return Desk(
        overdue=[o for o in owed if o.is_overdue(now)],
        due=[o for o in owed if not o.is_overdue(now) and (o.is_since or o.at <= now + _SOON)],
        failing=ledger.failing(50),
        waiting=sum(
            standing[state]
            for state in (DeliveryState.PLANNED, DeliveryState.FAILED, DeliveryState.UNKNOWN)
        ),
        oldest_waiting_at=ledger.oldest_unsent_at(),
        attention=[
            Concern(e["number"], kind, e["state"], e.get("severity"), _title(e))
            for kind, entities in everything
            for e in entities
            if e.get("needs_attention")
        ],
        open_by_severity={
            severity: sum(defect["severity"] == severity for defect in defects)
            for severity in ("S1", "S2", "S3", "S4")
        },
        open_cases=len(cases),
    )


def _title(entity: Mapping[str, Any]) -> str | None:
    return entity.get("title") or entity.get("subject")


def _of_defects(defects: Iterable[Mapping[str, Any]]) -> Iterator[Obligation]:
    for defect in defects:
        number, severity, title = defect["number"], defect["severity"], defect["title"]
        about = {"number": number, "kind": "defect", "severity": severity, "title": title}
        update_at = maybe_instant(defect.get("next_update_due_at"))
        if update_at is not None:
            yield Obligation(what="Update to clients", at=update_at, **about)
        target = defect.get("target") or {}
        missed_at, due_at = target.get("missed_at"), target.get("due_at")
        if missed_at:
            yield Obligation(what="Resolution", at=instant(missed_at), is_missed=True, **about)
        elif due_at:
            yield Obligation(what="Resolution", at=instant(due_at), **about)
        asked = defect.get("reclassification")
        if asked:
            yield Obligation(
                what=f"Decision: {asked['severity']} is requested",
                at=instant(asked["requested_at"]),
                is_since=True,
                is_missed=asked.get("reminders", 0) > 0,
                **about,
            )


def _of_cases(cases: Iterable[Mapping[str, Any]]) -> Iterator[Obligation]:
    for case in cases:
        first = case.get("first_response")
        if first and not first["met_at"]:
            yield Obligation(
                case["number"],
                "case",
                "First response",
                instant(first["due_at"]),
                title=case.get("subject"),
                is_missed=bool(first["missed_at"]),
            )


def _of_releases(releases: Iterable[Mapping[str, Any]]) -> Iterator[Obligation]:
    for release in releases:
        if release["state"] != "deploying":
            yield Obligation(
                release["number"],
                "release",
                "Deployment",
                instant(release["deploy_at"]),
                title=release.get("title"),
            )
