"""What the public may know of the service: incidents, maintenance, releases, day by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import Engine

from activities.adapters.database import (
    DatabaseReadModel,
    DatabaseStatusPage,
    Incident,
    IncidentUpdate,
)
from activities.adapters.database.status_page import public_ident
from portal.pages.local_time import Times, instant
from portal.pages.maintenance import Maintenance, maintenances

DAYS_BACK = 90
_INCIDENTS = 1_000
_OUT = ("deploying", "deployed")


@dataclass(frozen=True, slots=True)
class PublicIncident:
    """One incident, with all that was said of it, newest first."""

    key: str
    """Names a defect, and so is not shown."""
    ident: str
    name: str
    severity: str
    stage: str
    started_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    updates: Sequence[IncidentUpdate]

    def touches(self, begins: datetime, ends: datetime) -> bool:
        """Whether it was open at some moment of a span."""
        return self.started_at < ends and (self.resolved_at is None or self.resolved_at >= begins)


@dataclass(frozen=True, slots=True)
class ReleaseOut:
    """A release or maintenance that is done."""

    number: str
    kind: str
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """One local date: what was open on it, and what came out."""

    date: date
    incidents: Sequence[PublicIncident]
    releases: Sequence[ReleaseOut]

    @property
    def level(self) -> str:
        """`none` or the worst severity of the day."""
        return min((incident.severity for incident in self.incidents), default="none")


@dataclass(frozen=True, slots=True)
class History:
    """How the service stands, and stood for ninety days."""

    open: Sequence[PublicIncident]
    recent: Sequence[PublicIncident]
    """All that were open at some moment of the ninety days, newest first."""
    maintenances: Sequence[Maintenance]
    """All that was announced and is not over, or ended in the ninety days; next to begin first."""
    ahead: Sequence[Maintenance]
    """Of these, what is ahead or under way, or was cancelled lately."""
    days: Sequence[Day]
    """Newest first."""
    updated_at: datetime | None

    @property
    def worst(self) -> str | None:
        """The worst severity that is open."""
        return min((incident.severity for incident in self.open), default=None)


def history_of(engine: Engine, times: Times, now: datetime) -> History:
    """Read it all, in the days of a zone."""
    known = [_public(i) for i in DatabaseStatusPage(engine).incidents(_INCIDENTS)]
    today = now.astimezone(times.zone).date()
    starts = [_midnight(today - timedelta(days=back), times) for back in range(-1, DAYS_BACK)]
    recent = [incident for incident in known if incident.touches(starts[-1], now + _A_MOMENT)]
    releases = _released(engine, since=starts[-1])
    announced = maintenances(engine, starts[-1], now)
    days = [
        Day(
            begins.astimezone(times.zone).date(),
            [incident for incident in recent if incident.touches(begins, ends)],
            [release for release in releases if begins <= release.at < ends],
        )
        for ends, begins in pairwise(starts)
    ]
    return History(
        open=[incident for incident in known if incident.resolved_at is None],
        recent=recent,
        maintenances=announced,
        ahead=[each for each in announced if each.is_shown(now)],
        days=days,
        updated_at=max(
            (*(i.updated_at for i in known), *(each.updated_at for each in announced)),
            default=None,
        ),
    )


_A_MOMENT = timedelta(microseconds=1)


def _public(incident: Incident) -> PublicIncident:
    return PublicIncident(
        key=incident.key,
        ident=public_ident(incident.key),
        name=incident.name,
        severity=incident.severity,
        stage=incident.stage,
        started_at=incident.started_at,
        updated_at=incident.updated_at,
        resolved_at=incident.resolved_at,
        updates=incident.updates,
    )


def _released(engine: Engine, since: datetime) -> list[ReleaseOut]:
    found, model, after = [], DatabaseReadModel(engine), None
    while page := model.find("release", states=_OUT, after=after):
        after = page[-1]["number"]
        found += [
            ReleaseOut(release["number"], release["kind"], release["title"], at)
            for release in page
            if (at := instant(release["deployed_at"])) >= since
        ]
    return found


def _midnight(day: date, times: Times) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=times.zone)
