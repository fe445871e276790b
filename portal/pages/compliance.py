"""How well promises were kept, month by month: updates, targets, and time to resolve."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import Any

from sqlalchemy import Engine

from activities.adapters.database import DatabaseTrackRecord
from activities.adapters.database.track_record import Happened
from portal.pages.local_time import Times, instant, maybe_instant

MONTHS_BACK = 12
_GIVEN, _TEXT, _MISSED = "defect.update", "defect.progress", "update.missed"
_SEVERITIES = ("S1", "S2", "S3", "S4")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Spread:
    """Days from confirmation to resolution, of so many defects."""

    count: int
    median: float
    p90: float
    """The 90th percentile, by nearest rank."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the vendor's calendar."""

    month: str
    """`2027-05`."""
    updates_given: int
    """Daily updates and progress texts on defects that owe updates."""
    updates_missed: int
    targets_met: int
    """Defects resolved in the month within their target, or"""
    targets_missed: int
    """that missed it in the month."""
    resolved: int
    times: Sequence[tuple[str, Spread]]
    """Time to resolve, by severity, of what was resolved in the month."""

    @property
    def updates_share(self) -> float | None:
        """Updates in time, of all that were owed; None where none were."""
        return _share(self.updates_given, self.updates_missed)

    @property
    def targets_share(self) -> float | None:
        """Targets met, of all that were decided."""
        return _share(self.targets_met, self.targets_missed)


@dataclass(frozen=True, slots=True)
class Compliance:
    """Twelve months, oldest first, and all of them together by severity."""

    months: Sequence[Month]
    times: Sequence[tuple[str, Spread]]

    def as_csv(self) -> str:
        """A row per month and severity; months and numbers only, so nothing can be a formula."""
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(
            [
                *("month", "updates_given", "updates_missed", "targets_met", "targets_missed"),
                *("severity", "resolved", "median_days", "p90_days"),
            ]
        )
        for month in self.months:
            known = [month.month, month.updates_given, month.updates_missed]
            known += [month.targets_met, month.targets_missed]
            for severity, took in month.times:
                rows.writerow([*known, severity, took.count, took.median, took.p90])
            if not month.times:
                rows.writerow([*known, "", 0, "", ""])
        return text.getvalue()


def compliance_of(engine: Engine, times: Times, now: datetime) -> Compliance:
    """Worked out from facts and snapshots, in the months of a zone."""
    record, months = DatabaseTrackRecord(engine), _months(now, times)
    year, month = map(int, months[0].split("-"))
    since = datetime(year, month, 1, tzinfo=times.zone)
    facts = record.facts((_GIVEN, _TEXT, _MISSED), since)
    defects = list(record.entities("defect", changed_since=since))
    owing = {f.entity for f in facts if f.event in {_GIVEN, _MISSED}}
    owing |= {d["number"] for d in defects if d["severity"] == "S1"}
    given = [f for f in facts if f.event == _GIVEN or (_is_text(f) and f.entity in owing)]
    missed = [f for f in facts if f.event == _MISSED]
    resolved = [d for d in defects if (at := maybe_instant(d["resolved_at"])) and at >= since]
    return Compliance(
        [
            _month(
                name,
                sum(_month_of(f.at, times) == name for f in given),
                sum(_month_of(f.at, times) == name for f in missed),
                [d for d in resolved if _month_of(instant(d["resolved_at"]), times) == name],
                [d for d in defects if _missed_in(d, name, times)],
            )
            for name in months
        ],
        _times(resolved),
    )


def _month(
    name: str,
    given: int,
    missed: int,
    resolved: Sequence[dict[str, Any]],
    overrun: Sequence[dict[str, Any]],
) -> Month:
    met = [d for d in resolved if d.get("target") and not d["target"]["missed_at"]]
    return Month(name, given, missed, len(met), len(overrun), len(resolved), _times(resolved))


def _is_text(fact: Happened) -> bool:
    return fact.event == _TEXT and fact.has_public_text


def _missed_in(defect: dict[str, Any], month: str, times: Times) -> bool:
    at = maybe_instant((defect.get("target") or {}).get("missed_at"))
    return at is not None and _month_of(at, times) == month


def _times(resolved: Iterable[dict[str, Any]]) -> list[tuple[str, Spread]]:
    took: dict[str, list[float]] = {severity: [] for severity in _SEVERITIES}
    for defect in resolved:
        lasted = instant(defect["resolved_at"]) - instant(defect["confirmed_at"])
        took[defect["severity"]].append(lasted / _DAY)
    return [(severity, _spread(days)) for severity, days in took.items() if days]


def _spread(days: Sequence[float]) -> Spread:
    ordered = sorted(days)
    rank = ceil(0.9 * len(ordered))
    return Spread(len(ordered), round(median(ordered), 2), round(ordered[rank - 1], 2))


def _share(kept: int, broken: int) -> float | None:
    return kept / (kept + broken) if kept + broken else None


def _months(now: datetime, times: Times) -> list[str]:
    there = now.astimezone(times.zone)
    last = there.year * 12 + there.month - 1
    return [
        f"{month // 12}-{month % 12 + 1:02}" for month in range(last - MONTHS_BACK + 1, last + 1)
    ]


def _month_of(at: datetime, times: Times) -> str:
    return f"{at.astimezone(times.zone):%Y-%m}"
