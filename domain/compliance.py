"""Works out how well promises were kept, from when each defect began, ended and missed its target.

The portal's page reads these records from its database, a simulation from what it played.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from math import ceil
from statistics import median

from domain.contract.values import Severity

_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took: of how many, the median and the 90th percentile."""

    count: int
    median: float
    p90: float


def spread(values: Iterable[timedelta], unit: timedelta, digits: int = 2) -> Spread | None:
    """Median and 90th percentile, the latter by nearest rank; None of nothing."""
    ordered = sorted(value / unit for value in values)
    if not ordered:
        return None
    rank = ceil(0.9 * len(ordered))
    return Spread(len(ordered), round(median(ordered), digits), round(ordered[rank - 1], digits))


def share(kept: int, broken: int) -> float | None:
    """Of all that were owed; None where nothing was."""
    return kept / (kept + broken) if kept + broken else None


@dataclass(frozen=True, slots=True)
class DefectRecord:
    """What compliance asks of a defect; its severity is the last one it had."""

    severity: Severity
    confirmed_at: datetime
    resolved_at: datetime | None
    has_target: bool
    """Whether its severity has a target that holds for it (D2)."""
    missed_at: Mapping[Severity, datetime]
    """When a budget was spent, by the severity it was spent at (T2)."""
    confirmed_as: Severity | None = None
    """Its first severity, where who asks knows it."""
    first_update_at: datetime | None = None
    """The first word to any client after the confirmation."""

    @property
    def took(self) -> timedelta | None:
        """From the confirmation to the last resolution; None where it is not resolved."""
        return None if self.resolved_at is None else self.resolved_at - self.confirmed_at

    @property
    def met_its_target(self) -> bool:
        """Resolved before the budget of its severity was spent."""
        resolved = self.resolved_at is not None
        return resolved and self.has_target and self.severity not in self.missed_at


@dataclass(frozen=True, slots=True)
class SeverityFigures:
    """What became of the defects of one severity, as they were classified last."""

    severity: Severity
    defects: int
    resolved: int
    targets_met: int
    targets_missed: int
    """Budgets that were spent at this severity, whatever it is now."""
    days_to_resolve: Spread | None
    """Elapsed, from the confirmation to the last resolution; None where nothing is resolved."""
    hours_to_first_update: Spread | None
    """From the confirmation to the first word after it to any client, by the severity then."""


def by_severity(defects: Sequence[DefectRecord], digits: int = 2) -> list[SeverityFigures]:
    """The figures of the severities that defects had first, have, or missed a target at."""
    found = []
    for severity in Severity:
        here = [d for d in defects if d.severity is severity]
        began = [d for d in defects if d.confirmed_as is severity]
        missed = [d for d in defects if severity in d.missed_at]
        if not (here or began or missed):
            continue
        took = [d.took for d in here if d.took is not None]
        waited = [d.first_update_at - d.confirmed_at for d in began if d.first_update_at]
        found.append(
            SeverityFigures(
                severity,
                len(here),
                len(took),
                sum(d.met_its_target for d in here),
                len(missed),
                spread(took, _DAY, digits),
                spread(waited, _HOUR, digits),
            )
        )
    return found


def times_to_resolve(defects: Sequence[DefectRecord]) -> list[tuple[Severity, Spread]]:
    """Days from confirmation to resolution, of the severities that have any."""
    return [
        (figures.severity, figures.days_to_resolve)
        for figures in by_severity(defects)
        if figures.days_to_resolve is not None
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """A notice that staff were asked to acknowledge, once nobody is asked any more."""

    at: datetime
    acknowledged_at: datetime | None
    """None where the matter was over before anybody acknowledged it."""
    number: str = ""
    """What it was about."""
    event: str = ""
    acknowledged_by: str | None = None
    """An opaque id."""
    ended_at: datetime | None = None
    """When nobody was asked any more: it was acknowledged, or the matter was over."""

    @property
    def took(self) -> timedelta | None:
        """From the notice to the acknowledgement."""
        return None if self.acknowledged_at is None else self.acknowledged_at - self.at


@dataclass(frozen=True, slots=True)
class Acknowledgements:
    """How many notices were acknowledged, and how fast."""

    acknowledged: int
    not_acknowledged: int
    minutes: Spread | None
    """From the first notice to the acknowledgement; None where there is none."""

    @property
    def share(self) -> float | None:
        """Of all that were to be acknowledged."""
        return share(self.acknowledged, self.not_acknowledged)


def acknowledgements(asked: Sequence[Asked], digits: int = 2) -> Acknowledgements:
    """The figures of these notices."""
    took = [one.took for one in asked if one.took is not None]
    return Acknowledgements(len(took), len(asked) - len(took), spread(took, _MINUTE, digits))


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a calendar."""

    month: str
    """`2027-05`."""
    updates_given: int
    """Daily updates and progress texts on defects that owe updates."""
    updates_missed: int
    targets_met: int
    """Defects resolved in the month within their target, or"""
    targets_missed: int
    """that missed it in the month."""
    times: Sequence[tuple[Severity, Spread]]
    """Time to resolve, by severity, of what was resolved in the month."""


def by_month(
    months: Sequence[str],
    zone: tzinfo,
    defects: Sequence[DefectRecord],
    updates_given: Iterable[datetime],
    updates_missed: Iterable[datetime],
) -> list[Month]:
    """The figures of months named as `2027-05`, as the clock of a zone divides them."""
    given = [_month_of(at, zone) for at in updates_given]
    missed = [_month_of(at, zone) for at in updates_missed]
    spent = [_month_of(at, zone) for defect in defects for at in defect.missed_at.values()]
    found = []
    for month in months:
        resolved = [
            defect
            for defect in defects
            if defect.resolved_at and _month_of(defect.resolved_at, zone) == month
        ]
        found.append(
            Month(
                month,
                given.count(month),
                missed.count(month),
                sum(defect.met_its_target for defect in resolved),
                spent.count(month),
                times_to_resolve(resolved),
            )
        )
    return found


def months_until(now: datetime, zone: tzinfo, count: int) -> list[str]:
    """The names of this month and those before it, oldest first."""
    there = now.astimezone(zone)
    last = there.year * 12 + there.month
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(last - count, last)]


def _month_of(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m}"
