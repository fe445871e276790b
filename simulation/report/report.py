"""The compliance report: one set of figures, written as text, as JSON and as one HTML page."""

import json
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from pydantic import BaseModel, ConfigDict

from domain.compliance import SeverityFigures
from simulation.report.charts import charts_of

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "portal" / "pages"
NAMES = {"text": "report.txt", "json": "report.json", "page": "report.html"}


class Row(BaseModel):
    """A part of the report; durations are in days or hours as their name says, instants in UTC."""

    model_config = ConfigDict(frozen=True)


class EventRow(Row):
    """How many messages of one event were delivered."""

    event: str
    to: Literal["clients", "staff"]
    messages: int


class ClientRow(Row):
    """How many mails one client got, at all its addresses."""

    client: str
    messages: int


class MoveRow(Row):
    """A release got another date."""

    at: datetime
    before: datetime
    after: datetime


class NoticeRow(Row):
    """One advance notice of a release (R2), and how many got it."""

    days_ahead: float
    due_at: datetime
    recipients: int


class ReleaseRow(Row):
    """One release: its dates, moves and defects."""

    number: str
    title: str
    planned_for: datetime
    deploy_at: datetime
    """The date on which it was due at last."""
    deployed_at: datetime | None
    moves: list[MoveRow]
    defects: list[str]
    """Resolved by it."""
    detached: list[str]
    """Planned for it once, and taken out."""
    notices: list[NoticeRow]
    told: int
    """Messages to clients that told of a change of its plan, its deployment included."""
    history_events: int | None


class DefectRow(Row):
    """One defect, as it stood in the end."""

    number: str
    title: str
    severity: str
    confirmed_at: datetime
    fixed_at: datetime | None
    """When it was first planned for a release; None where it never was."""
    resolved_at: datetime | None
    release: str | None
    """The release that resolved it."""
    messages: int


class BrokenRow(Row):
    """A promise that was not kept."""

    clause: str
    number: str
    at: datetime
    what: str
    recipient: str | None


class Report(Row):
    """Everything the three renderings say."""

    source: str
    through: Literal["workflows", "machines"]
    made_at: datetime
    policy: str
    policy_version: str
    time_zone: str
    begins: datetime
    ends: datetime
    left_out: int
    """Records without a severity that is one of ours."""
    left_unsaid: list[str]
    """What this way of playing does not show."""
    updates_owed: int
    updates_sent: int
    updates_late: int
    escalations: int
    steps_refused: int
    history_events: int | None
    contacts: int
    severities: list[SeverityFigures]
    events: list[EventRow]
    clients: list[ClientRow]
    """Those who got most first."""
    releases: list[ReleaseRow] | None
    """None where no releases were played."""
    defects: list[DefectRow]
    broken: list[BrokenRow]

    @property
    def targets_met(self) -> int:
        """Of all severities."""
        return sum(row.targets_met for row in self.severities)

    @property
    def targets_missed(self) -> int:
        """Of all severities."""
        return sum(row.targets_missed for row in self.severities)

    @property
    def messages(self) -> int:
        """To clients and staff."""
        return sum(row.messages for row in self.events)

    @property
    def verdict(self) -> str:
        """In one sentence."""
        count = len(self.broken)
        if not count:
            return "Every promise was kept"
        return f"{count} promise{'s were' if count > 1 else ' was'} broken"


def write(report: Report, folder: Path) -> list[Path]:
    """Write all three into a folder, which is made if need be; answers their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {
        NAMES["text"]: as_text(report),
        NAMES["json"]: as_json(report),
        NAMES["page"]: as_page(report),
    }
    for name, content in written.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [folder / name for name in written]


def as_json(report: Report) -> str:
    """For programs."""
    said = report.model_dump(mode="json") | {"verdict": report.verdict}
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def as_text(report: Report) -> str:
    """For a terminal, or the body of a mail."""
    return _environment(report).get_template("report.txt.j2").render(report=report)


def as_page(report: Report) -> str:
    """One self-contained page: no scripts, nothing from elsewhere."""
    template = _environment(report).get_template("report.html.j2")
    return template.render(report=report, charts=charts_of(report))


def _environment(report: Report) -> Environment:
    zone = ZoneInfo(report.time_zone)

    def instant(at: datetime | None) -> str:
        return "-" if at is None else f"{at.astimezone(zone):%a %d %b %Y %H:%M %Z}"

    def day(at: datetime | None) -> str:
        return "-" if at is None else f"{at.astimezone(zone):%d %b %Y}"

    def brief(value: float) -> str:
        return "<0.1" if 0 < value < 0.05 else f"{value:.1f}"

    made = Environment(
        loader=FileSystemLoader([HERE, PAGES / "templates", PAGES / "static"]),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"instant": instant, "day": day, "brief": brief}
    return made
