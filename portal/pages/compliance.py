"""How well promises were kept, month by month, as staff see it: charts, tables and a CSV file."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from activities.adapters.database import DatabaseStaffPeople, DatabaseTrackRecord
from domain.compliance import (
    Acknowledgements,
    Asked,
    DefectRecord,
    Month,
    Spread,
    acknowledgements,
    by_month,
    months_until,
    share,
    times_to_resolve,
)
from domain.contract.values import Severity
from domain.entity import iso
from domain.policy import PinnedPolicy
from portal.charts import About, Chart, Series, columns
from portal.pages.local_time import Times, instant, maybe_instant

MONTHS_BACK = 12
_COLUMNS = (
    *("number", "event", "asked_at", "acknowledged_at", "acknowledged_by", "name", "ended_at"),
)
_GIVEN, _TEXT, _MISSED = "defect.update", "defect.progress", "update.missed"
_ACKNOWLEDGED, _NOT_ACKNOWLEDGED = "notice.acknowledged", "notice.not_acknowledged"
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Compliance:
    """Twelve months, oldest first, and all of them together by severity."""

    months: Sequence[Month]
    times: Sequence[tuple[Severity, Spread]]
    notices: Acknowledgements
    """Of the urgent notices to staff, those that ended within the twelve months."""
    asked: Sequence[Asked]
    """Each of these, the newest first."""
    names: Mapping[str, str]
    """Of those who acknowledged them, as far as they are people whom we know."""

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

    def notices_as_rows(self) -> list[dict[str, Any]]:
        """Who acknowledged which notice, and when; the values as JSON has them."""
        return [
            {
                "number": one.number,
                "event": one.event,
                "asked_at": iso(one.at),
                "acknowledged_at": iso(one.acknowledged_at),
                "acknowledged_by": one.acknowledged_by,
                "name": self.names.get(one.acknowledged_by or ""),
                "ended_at": iso(one.ended_at),
            }
            for one in self.asked
        ]

    def notices_as_csv(self) -> str:
        """The same, a row for each; what others wrote is text, never a formula."""
        text, rows = io.StringIO(), self.notices_as_rows()
        writer = csv.DictWriter(text, _COLUMNS)
        writer.writeheader()
        writer.writerows({name: _as_text(said) for name, said in row.items()} for row in rows)
        return text.getvalue()


def _as_text(said: str | None) -> str:
    return f"'{said}" if said and said[0] in "=+-@\t\r" else said or ""


def compliance_of(engine: Engine, policy: PinnedPolicy, times: Times, now: datetime) -> Compliance:
    """Worked out from facts and snapshots, in the months of a zone."""
    record, months = DatabaseTrackRecord(engine), months_until(now, times.zone, MONTHS_BACK)
    since = datetime.fromisoformat(f"{months[0]}-01").replace(tzinfo=times.zone)
    facts = record.facts((_GIVEN, _TEXT, _MISSED), since)
    snapshots = list(record.entities("defect", changed_since=since))
    # A progress text is an update where updates are owed: now, or at the severity it had then.
    owing = {f.entity for f in facts if f.event in {_GIVEN, _MISSED}}
    owing |= {s["number"] for s in snapshots if policy.severities[s["severity"]].updates}
    given = [
        f.at
        for f in facts
        if f.event == _GIVEN or (f.event == _TEXT and f.has_public_text and f.entity in owing)
    ]
    missed = [f.at for f in facts if f.event == _MISSED]
    defects = [_record(snapshot) for snapshot in snapshots]
    resolved = [d for d in defects if d.resolved_at and d.resolved_at >= since]
    asked = _asked(record, since)
    seen_by = {one.acknowledged_by for one in asked if one.acknowledged_by is not None}
    return Compliance(
        by_month(months, times.zone, defects, given, missed),
        times_to_resolve(resolved),
        acknowledgements(asked),
        asked[::-1],
        DatabaseStaffPeople(engine).names(seen_by),
    )


def _asked(record: DatabaseTrackRecord, since: datetime) -> list[Asked]:
    """What was to be acknowledged; what a newer notice took the place of counts as that one."""
    return [
        Asked(
            instant(fact.details["asked_at"]),
            fact.at if fact.event == _ACKNOWLEDGED else None,
            fact.entity,
            fact.details["about"],
            fact.actor if fact.event == _ACKNOWLEDGED else None,
            fact.at,
        )
        for fact in record.facts((_ACKNOWLEDGED, _NOT_ACKNOWLEDGED), since)
        if fact.details.get("reason") != "superseded"
    ]


def _record(snapshot: dict[str, Any]) -> DefectRecord:
    severity, target = Severity(snapshot["severity"]), snapshot.get("target") or {}
    missed_at = maybe_instant(target.get("missed_at"))
    return DefectRecord(
        severity,
        instant(snapshot["confirmed_at"]),
        maybe_instant(snapshot["resolved_at"]),
        has_target=bool(target),
        missed_at={} if missed_at is None else {severity: missed_at},
    )


# --- charts ---------------------------------------------------------------------------------------


def charts_of(compliance: Compliance) -> list[Chart]:
    """The charts of a year; one with nothing in it has no bars."""
    months = compliance.months
    return [
        _kept(
            "updates",
            "Updates to clients",
            ("in time", "missed"),
            months,
            [(m.updates_given, m.updates_missed) for m in months],
        ),
        _kept(
            "targets",
            "Targets",
            ("met", "missed"),
            months,
            [(m.targets_met, m.targets_missed) for m in months],
        ),
        _took(compliance),
    ]


def _kept(
    ident: str,
    title: str,
    called: tuple[str, str],
    months: Sequence[Month],
    counted: Sequence[tuple[int, int]],
) -> Chart:
    good, bad = (sum(pair[place] for pair in counted) for place in (0, 1))
    of_all = share(good, bad)
    said = "nothing was owed" if of_all is None else f"{of_all:.0%} {called[0]}"
    about = About(
        ident,
        title,
        f"{good} {called[0]}, {bad} {called[1]}: {said}.",
        ["Month", called[0].capitalize(), called[1].capitalize(), "Share"],
        [
            [m.month, str(kept), str(broken), _percent(share(kept, broken))]
            for m, (kept, broken) in zip(months, counted, strict=True)
        ],
    )
    series = []
    for place, (colour, name) in enumerate(zip(("good", "bad"), called, strict=True)):
        values = [pair[place] for pair in counted]
        says = [f"{m.month}: {n} {name}" for m, n in zip(months, values, strict=True)]
        series.append(Series(colour, name, values, says))
    return columns(about, _ticks(months), series, stacked=True)


def _took(compliance: Compliance) -> Chart:
    months = compliance.months
    said = [f"{s}: median {t.median:g}, 90th percentile {t.p90:g}" for s, t in compliance.times]
    about = About(
        "resolution",
        "Time to resolve: median days, by severity",
        f"Days from confirmation to resolution. {'; '.join(said) or 'Nothing was resolved'}.",
        ["Month", "Severity", "Resolved", "Median, days", "90th percentile, days"],
        [
            [m.month, severity, str(took.count), f"{took.median:g}", f"{took.p90:g}"]
            for m in months
            for severity, took in m.times
        ],
    )
    series = []
    for severity, _ in compliance.times:
        took = [dict(m.times).get(severity) for m in months]
        says = [
            f"{m.month}, {severity}: median {t.median:g} days of {t.count}" if t else ""
            for m, t in zip(months, took, strict=True)
        ]
        series.append(
            Series(severity.value.lower(), severity, [t.median if t else None for t in took], says)
        )
    return columns(about, _ticks(months), series, stacked=False)


def _percent(part: float | None) -> str:
    return "-" if part is None else f"{part:.0%}"


def _ticks(months: Sequence[Month]) -> list[str]:
    return [_NAMES[int(month.month[-2:]) - 1] for month in months]
