"""Releases and maintenance periods as the public follows them: ahead, moved, late, over (R2, R5).

What nobody has reported is not said to have happened: a window opens at its hour, and that it is
over, or that something is completed, is two things.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Engine, select

from activities.adapters.database import DatabaseReadModel
from activities.adapters.database.engine import batches
from activities.adapters.database.sessions import hashed
from activities.adapters.database.tables import facts
from portal.pages.local_time import instant, maybe_instant

Standing = Literal["scheduled", "late", "in_progress", "overrun", "completed", "cancelled"]

_GRACE = timedelta(minutes=60)
"""After the hour of what has no window: a report takes a moment."""
_WORD_STAYS = timedelta(days=7)
"""For so long a cancellation is shown to whoever had planned with it."""
_STATES = ("planned", "frozen", "deploying", "deployed", "cancelled")
_ANNOUNCED, _MOVED = "release.notice", "release.rescheduled"


@dataclass(frozen=True, slots=True)
class MaintenanceUpdate:
    """What became known of it at one moment; `before` is the hour from which it was moved."""

    standing: Standing
    at: datetime
    before: datetime | None = None
    begins_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Maintenance:
    """One release or maintenance period that was announced, updates newest first."""

    number: str
    kind: str
    title: str
    notes: str | None
    areas: Sequence[str]
    begins_at: datetime
    ends_at: datetime | None
    planned_at: datetime
    over_at: datetime | None
    """When it was reported as completed, or cancelled."""
    standing: Standing
    updates: Sequence[MaintenanceUpdate]

    @property
    def ident(self) -> str:
        """How programs know it."""
        return hashed(f"release/{self.number}")[:12]

    @property
    def updated_at(self) -> datetime:
        """When something last became known of it."""
        return self.updates[0].at

    @property
    def is_over(self) -> bool:
        """Completed or cancelled."""
        return self.over_at is not None

    @property
    def moved_from(self) -> datetime | None:
        """The hour that was announced before the present one."""
        return next((u.before for u in self.updates if u.before is not None), None)

    def is_shown(self, now: datetime) -> bool:
        """Whether it is ahead or under way, or was cancelled a short while ago."""
        if self.over_at is None:
            return True
        return self.standing == "cancelled" and now < self.over_at + _WORD_STAYS


def maintenances(engine: Engine, since: datetime, now: datetime) -> list[Maintenance]:
    """What was announced and is not over, or ended after `since`, by when it begins."""
    kept = [snapshot for snapshot in _releases(engine) if _ended(snapshot, now) >= since]
    happened = _happened(engine, [snapshot["number"] for snapshot in kept])
    shown = [
        _maintenance(snapshot, happened[snapshot["number"]], now)
        for snapshot in kept
        if _was_known(snapshot, happened[snapshot["number"]], _over_at(snapshot) or now)
    ]
    return sorted(shown, key=lambda each: (each.begins_at, each.number))


def _releases(engine: Engine) -> Iterator[dict[str, Any]]:
    model, after = DatabaseReadModel(engine), None
    while page := model.find("release", states=_STATES, after=after):
        after = page[-1]["number"]
        yield from (snapshot for snapshot in page if snapshot.get("deploy_at"))


def _ended(snapshot: Mapping[str, Any], now: datetime) -> datetime:
    return _over_at(snapshot) or now


def _over_at(snapshot: Mapping[str, Any]) -> datetime | None:
    return maybe_instant(snapshot.get("deployed_at") or snapshot.get("cancelled_at"))


_Fact = tuple[str, datetime, Mapping[str, Any]]


def _happened(engine: Engine, numbers: Sequence[str]) -> Mapping[str, list[_Fact]]:
    """The notices and moves of some releases, oldest first."""
    found = defaultdict[str, list[_Fact]](list)
    known = facts.c
    for page in batches(numbers):
        query = (
            select(known.entity, known.event, known.at, known.details)
            .where(known.entity.in_(page), known.event.in_((_ANNOUNCED, _MOVED)))
            .order_by(known.entity, known.sequence)
        )
        with engine.connect() as connection:
            for entity, event, at, details in connection.execute(query).tuples():
                found[entity].append((event, at, details))
    return found


def _was_known(
    snapshot: Mapping[str, Any],
    happened: Sequence[_Fact],
    at: datetime,
    begins_at: datetime | None = None,
) -> bool:
    """Whether the public knew of it at an instant: by a notice, or since the first one was due."""
    first = timedelta(days=max((n["days"] for n in snapshot.get("notices", [])), default=0))
    near = at >= (begins_at or instant(snapshot["deploy_at"])) - first
    return near or any(event == _ANNOUNCED and told_at <= at for event, told_at, _ in happened)


def _moves(snapshot: Mapping[str, Any], happened: Sequence[_Fact]) -> Iterator[MaintenanceUpdate]:
    """The changes of an hour that the public knew of."""
    for event, at, said in happened:
        before = maybe_instant(said.get("before"))
        if event == _MOVED and before and _was_known(snapshot, happened, at, before):
            yield MaintenanceUpdate("scheduled", at, before, maybe_instant(said.get("deploy_at")))


def _maintenance(
    snapshot: Mapping[str, Any], happened: Sequence[_Fact], now: datetime
) -> Maintenance:
    begins_at, minutes = instant(snapshot["deploy_at"]), snapshot.get("window_minutes")
    ends_at = begins_at + timedelta(minutes=minutes) if minutes else None
    planned_at = instant(snapshot["planned_at"])
    over_at = _over_at(snapshot)
    course = [MaintenanceUpdate("scheduled", planned_at)]
    course += _moves(snapshot, happened)
    if ends_at is None:
        course.append(MaintenanceUpdate("late", begins_at + _GRACE))
    else:
        course.append(MaintenanceUpdate("in_progress", begins_at))
        course.append(MaintenanceUpdate("overrun", ends_at))
    if over_at is not None:
        ended: Standing = "completed" if snapshot.get("deployed_at") else "cancelled"
        course = [update for update in course if update.at < over_at]
        course.append(MaintenanceUpdate(ended, over_at))
    course = [update for update in course if update.at <= now] or course[:1]
    return Maintenance(
        number=snapshot["number"],
        kind=snapshot["kind"],
        title=snapshot["title"],
        notes=snapshot.get("public_notes"),
        areas=snapshot.get("functional_areas") or [],
        begins_at=begins_at,
        ends_at=ends_at,
        planned_at=planned_at,
        over_at=over_at,
        standing=course[-1].standing,
        updates=course[::-1],
    )
