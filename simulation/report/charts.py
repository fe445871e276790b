"""Where the marks of the report's charts lie; `report.html.j2` draws them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from simulation.report.report import ReleaseRow, Report

WIDTH = 640
LETTER, GAP = 7.2, 10
"""The width of an average letter, and what lies between a label and its bar."""
ROW, BAR = 26, 14
SHOWN_CLIENTS = 12
COURSES_SHOWN = 60
"""More defects than that are too many to draw each; the table has them."""

Colour = Literal["first", "second", "good", "bad", "quiet", "s1", "s2", "s3", "s4"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar, or a piece of one."""

    x: float
    width: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a chart: its label, marks, and the value written behind them."""

    label: str
    y: float
    marks: Sequence[Mark]
    value: str
    value_x: float
    tail: tuple[float, float] | None = None
    """From where to where a thin line goes on."""


@dataclass(frozen=True, slots=True)
class Upright:
    """A vertical line with a label on top: a release, or the date it had before."""

    x: float
    label: str
    former: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, and the same numbers as a table."""

    ident: str
    title: str
    description: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    lines: Sequence[Line]
    height: float
    labels_end: float
    """Where the labels of the lines end."""
    legend: Sequence[tuple[Colour, str]] = ()
    uprights: Sequence[Upright] = ()
    months: Sequence[tuple[float, str]] = ()
    top: float = 4
    wide: bool = False


@dataclass(frozen=True, slots=True)
class _Bar:
    label: str
    pieces: Sequence[tuple[float, Colour]]
    value: str
    reaches: float = 0
    cells: Sequence[str] = field(default_factory=list)


def charts_of(report: "Report") -> list[Chart]:
    """Every chart there is something to show in."""
    charts = [
        _courses(report),
        _resolution(report),
        _targets(report),
        _events(report),
        _clients(report),
    ]
    return [chart for chart in charts if chart is not None and chart.rows]


def _bars(
    ident: str,
    title: str,
    description: str,
    head: Sequence[str],
    bars: Sequence[_Bar],
    legend: Sequence[tuple[Colour, str]] = (),
) -> Chart:
    longest = max((max(sum(v for v, _ in bar.pieces), bar.reaches) for bar in bars), default=0)
    left = max((len(bar.label) for bar in bars), default=0) * LETTER + GAP
    right = max((len(bar.value) for bar in bars), default=0) * LETTER + GAP
    scale = (WIDTH - left - right) / longest if longest else 0
    lines = []
    for place, bar in enumerate(bars):
        x, marks = left, []
        for value, colour in bar.pieces:
            if value:
                marks.append(Mark(round(x, 1), round(max(value * scale - 1, 1.5), 1), colour))
            x += value * scale
        reach = left + bar.reaches * scale
        tail = (round(x, 1), round(reach, 1)) if reach > x else None
        end = round(max(x, reach) + 6, 1)
        lines.append(Line(bar.label, 4 + place * ROW, marks, bar.value, end, tail))
    rows = [[bar.label, *bar.cells] for bar in bars]
    height = 8 + len(bars) * ROW
    return Chart(ident, title, description, head, rows, lines, height, left - GAP / 2, legend)


def _resolution(report: "Report") -> Chart:
    bars, said = [], []
    for row in report.severities:
        took = row.days_to_resolve
        if took is None:
            continue
        cells = [str(took.count), f"{took.median:.1f}", f"{took.p90:.1f}"]
        value = f"{took.median:.1f} / {took.p90:.1f} d"
        colour = _severity(row.severity)
        bars.append(_Bar(row.severity, [(took.median, colour)], value, took.p90, cells))
        said.append(f"{row.severity}: median {took.median:.1f}, 90th percentile {took.p90:.1f}")
    return _bars(
        "resolution",
        "Time to resolve, by severity",
        f"Days from confirmation to resolution. {'; '.join(said)}.",
        ["Severity", "Resolved", "Median, days", "90th percentile, days"],
        bars,
        [("quiet", "bar: median, line: 90th percentile")],
    )


def _targets(report: "Report") -> Chart:
    judged = [row for row in report.severities if row.targets_met or row.targets_missed]
    return _bars(
        "targets",
        "Targets, by severity",
        f"{report.targets_met} targets met and {report.targets_missed} missed.",
        ["Severity", "Met", "Missed"],
        [
            _Bar(
                row.severity,
                [(row.targets_met, "good"), (row.targets_missed, "bad")],
                f"{row.targets_met} met, {row.targets_missed} missed",
                cells=[str(row.targets_met), str(row.targets_missed)],
            )
            for row in judged
        ],
        [("good", "met"), ("bad", "missed")],
    )


def _events(report: "Report") -> Chart:
    most = max(report.events, key=lambda row: row.messages, default=None)
    return _bars(
        "events",
        "Messages, by event",
        f"{report.messages} messages; {most.event} is the most frequent with {most.messages}."
        if most
        else "",
        ["Event", "To", "Messages"],
        [
            _Bar(
                row.event,
                [(row.messages, "first" if row.to == "clients" else "second")],
                str(row.messages),
                cells=[row.to, str(row.messages)],
            )
            for row in report.events
        ],
        [("first", "to clients"), ("second", "to staff")],
    )


def _clients(report: "Report") -> Chart:
    shown = report.clients[:SHOWN_CLIENTS]
    rest = len(report.clients) - len(shown)
    described = (
        f"The most to one client is {shown[0].messages}, to {shown[0].client}." if shown else ""
    )
    more = f" {rest} more got no more than the last one shown." if rest else ""
    return _bars(
        "clients",
        "Mails, by client",
        described + more,
        ["Client", "Mails"],
        [
            _Bar(
                row.client, [(row.messages, "first")], str(row.messages), cells=[str(row.messages)]
            )
            for row in shown
        ],
    )


# --- the year -------------------------------------------------------------------------------------


def _courses(report: "Report") -> Chart | None:
    """Every defect from its confirmation to its end, between the releases of the year."""
    if report.releases is None or len(report.defects) > COURSES_SHOWN:
        return None
    axis = _Axis(report.begins, report.ends)
    zone, top = ZoneInfo(report.time_zone), 40
    lines, rows = [], []
    for place, defect in enumerate(sorted(report.defects, key=lambda row: row.confirmed_at)):
        end = defect.resolved_at or report.ends
        fixed = min(defect.fixed_at or end, end)
        colour = _severity(defect.severity)
        start, middle, last = axis.x(defect.confirmed_at), axis.x(fixed), axis.x(end)
        marks = [Mark(start, round(max(middle - start, 2), 1), colour)]
        waits = (middle, last) if last > middle else None
        still = "" if defect.resolved_at else "open"
        y = top + place * (ROW - 8)
        lines.append(Line(defect.number, y, marks, still, last + 5, waits))
        days = [_day(at, zone) for at in (defect.confirmed_at, defect.fixed_at, defect.resolved_at)]
        rows.append([defect.number, defect.severity, *days, defect.release or "-"])
    resolved = sum(defect.resolved_at is not None for defect in report.defects)
    return Chart(
        "year",
        "The year, defect by defect",
        f"{len(report.defects)} defects and {len(report.releases)} releases; {resolved} resolved.",
        ["Defect", "Severity", "Confirmed", "Fixed, planned", "Resolved", "Release"],
        rows,
        lines,
        top + len(lines) * (ROW - 8) + 24,
        88,
        [
            *((_severity(s), s) for s in sorted({d.severity for d in report.defects})),
            ("quiet", "thin line: fixed, waits for its release; dashed: a date before it moved"),
        ],
        [mark for release in report.releases for mark in _uprights(release, axis)],
        [(axis.x(at), f"{at:%b}") for at in _months(report.begins, report.ends)],
        top,
        wide=True,
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    begins: datetime
    ends: datetime

    def x(self, at: datetime) -> float:
        """Where an instant lies: wide charts give more room to what they show."""
        left, right = 96, 2 * WIDTH - 48
        share = (at - self.begins) / (self.ends - self.begins)
        return round(left + share * (right - left), 1)


def _uprights(release: "ReleaseRow", axis: _Axis) -> list[Upright]:
    former = [Upright(axis.x(move.before), "", former=True) for move in release.moves]
    return [*former, Upright(axis.x(release.deployed_at or release.deploy_at), release.number)]


def _months(begins: datetime, ends: datetime) -> list[datetime]:
    at, found = begins.replace(day=1), []
    while at < ends:
        if at >= begins:
            found.append(at)
        at = (at + timedelta(days=32)).replace(day=1)
    return found


def _severity(severity: str) -> Colour:
    by_name: dict[str, Colour] = {"S1": "s1", "S2": "s2", "S3": "s3", "S4": "s4"}
    return by_name[severity]


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    return "-" if at is None else f"{at.astimezone(zone):%d %b %Y}"
