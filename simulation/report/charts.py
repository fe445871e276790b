"""What the charts of a report show; `portal.charts` draws them."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from portal.charts import About, Chart, Point, Series, Stroke, bars, over_time

if TYPE_CHECKING:
    from simulation.report.report import Report

SHOWN_CLIENTS = 12
COURSES_SHOWN = 60
"""More defects than that are too many to draw each; the table has them."""
_SHORTEST = timedelta(hours=18)
"""What is over sooner is drawn as long as this, or could not be seen."""


def charts_of(report: "Report") -> list[Chart]:
    """Every chart there is something to show in."""
    charts = [
        _courses(report),
        _resolution(report),
        _targets(report),
        _events(report),
        _clients(report),
    ]
    return [chart for chart in charts if chart is not None and chart.about.rows]


def _resolution(report: "Report") -> Chart:
    rows = [(row, took) for row in report.severities if (took := row.days_to_resolve) is not None]
    said = [f"{r.severity}: median {t.median:.1f}, 90th percentile {t.p90:.1f}" for r, t in rows]
    about = About(
        "resolution",
        "Time to resolve, by severity",
        f"Days from confirmation to resolution. {'; '.join(said)}.",
        ["Severity", "Resolved", "Median, days", "90th percentile, days"],
        [[r.severity, str(t.count), f"{t.median:.1f}", f"{t.p90:.1f}"] for r, t in rows],
    )
    series = [
        Series("first", "median", [t.median for _, t in rows]),
        Series("quiet", "to the 90th percentile", [t.p90 - t.median for _, t in rows]),
    ]
    return bars(about, series, [f"{t.median:.1f} / {t.p90:.1f} d" for _, t in rows])


def _targets(report: "Report") -> Chart:
    rows = [row for row in report.severities if row.targets_met or row.targets_missed]
    about = About(
        "targets",
        "Targets, by severity",
        f"{report.targets_met} targets met and {report.targets_missed} missed.",
        ["Severity", "Met", "Missed"],
        [[row.severity, str(row.targets_met), str(row.targets_missed)] for row in rows],
    )
    series = [
        Series("good", "met", [row.targets_met for row in rows]),
        Series("bad", "missed", [row.targets_missed for row in rows]),
    ]
    return bars(about, series, [f"{r.targets_met} met, {r.targets_missed} missed" for r in rows])


def _events(report: "Report") -> Chart:
    rows = report.events
    most = max(rows, key=lambda row: row.messages, default=None)
    said = f"; {most.event} is the most frequent with {most.messages}" if most else ""
    about = About(
        "events",
        "Messages, by event",
        f"{report.messages} messages{said}.",
        ["Event", "To", "Messages"],
        [[row.event, row.to, str(row.messages)] for row in rows],
    )
    series = [
        Series(colour, f"to {to}", [row.messages * (row.to == to) for row in rows])
        for colour, to in (("first", "clients"), ("second", "staff"))
    ]
    return bars(about, series, [str(row.messages) for row in rows])


def _clients(report: "Report") -> Chart:
    rows = report.clients[:SHOWN_CLIENTS]
    rest = len(report.clients) - len(rows)
    said = f"The most to one client is {rows[0].messages}, to {rows[0].client}." if rows else ""
    more = f" {rest} more got no more than the last one shown." if rest else ""
    table = [[row.client, str(row.messages)] for row in rows]
    about = About("clients", "Mails, by client", said + more, ["Client", "Mails"], table)
    series = [Series("first", "", [row.messages for row in rows])]
    return bars(about, series, [str(row.messages) for row in rows])


# --- the year -------------------------------------------------------------------------------------


def _courses(report: "Report") -> Chart | None:
    """Every defect from its confirmation to its end, between the releases of the year."""
    if report.releases is None or len(report.defects) > COURSES_SHOWN:
        return None
    defects = sorted(report.defects, key=lambda row: row.confirmed_at)
    resolved = sum(defect.resolved_at is not None for defect in defects)
    day = _days_in(ZoneInfo(report.time_zone))
    about = About(
        "year",
        "The year, defect by defect",
        f"{len(defects)} defects and {len(report.releases)} releases; {resolved} resolved.",
        ["Defect", "Severity", "Confirmed", "Fixed, planned", "Resolved", "Release"],
        [
            [
                *(row.number, row.severity, day(row.confirmed_at), day(row.fixed_at)),
                *(day(row.resolved_at), row.release or "-"),
            ]
            for row in defects
        ],
    )
    work: dict[str, list[list[Point]]] = {
        severity: [] for severity in sorted({d.severity for d in defects})
    }
    waits = []
    for y, defect in enumerate(defects, start=1):
        end = defect.resolved_at or report.ends
        fixed = max(min(defect.fixed_at or end, end), defect.confirmed_at + _SHORTEST)
        course = [Point(defect.confirmed_at, y), Point(fixed, y), Point(max(end, fixed), y)]
        if defect.resolved_at is None:
            course[-1] = course[-1]._replace(label="open")
        work[defect.severity].append(course[:2])
        waits.append(course[1:])
    bottom = len(defects) + 0.8
    ends = [
        [Point(at, 0.2, release.number), Point(at, bottom)]
        for release in report.releases
        for at in (release.deployed_at or release.deploy_at,)
    ]
    moved = [
        [Point(move.before, 0.2), Point(move.before, bottom)]
        for release in report.releases
        for move in release.moves
    ]
    return over_time(
        about,
        [
            *(Stroke(severity.lower(), severity, lines) for severity, lines in work.items()),
            Stroke("waits", "thin line: fixed, waits for its release", waits),
            Stroke("former", "dashed: a date before it moved", moved),
            Stroke("upright", "", ends),
        ],
        [(at, f"{at:%b}") for at in _months(report.begins, report.ends)],
        [(y, defect.number) for y, defect in enumerate(defects, start=1)],
        height=18 * len(defects) + 60,
        reaches=(-0.7, bottom),
    )


def _months(begins: datetime, ends: datetime) -> Iterator[datetime]:
    at = begins.replace(day=1)
    while at < ends:
        if at >= begins:
            yield at
        at = (at + timedelta(days=32)).replace(day=1)


def _days_in(zone: ZoneInfo) -> Callable[[datetime | None], str]:
    return lambda at: "-" if at is None else f"{at.astimezone(zone):%d %b %Y}"
