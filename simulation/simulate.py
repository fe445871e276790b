"""`simulate`: real histories under the policy, through real workflows or on runners alone."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from activities.adapters.policy_files import PolicyFiles
from commands import show
from runtime.settings import Settings
from simulation.dry_run import Outcome, Script, dry_run, script_of
from simulation.histories import Story, read_stories
from simulation.live_run import POLICY, live_run
from simulation.oracle.audit import Figures
from simulation.release_year import plan_year
from simulation.report import report as compliance
from simulation.report.figures import Played, report_of
from simulation.report.report import ReleaseRow, Report
from simulation.year_audit import sent_twice

SETTLING = timedelta(days=1)
"""Between the server's present and the week, or year, the stories begin in."""
COLUMNS = {
    "owed": "updates_owed",
    "sent": "updates_sent",
    "late": "updates_late",
    "met": "targets_met",
    "missed": "targets_missed",
    "escalated": "escalations",
    "messages": "messages",
}
"""The columns of the table that have a sum, and the name of the figure in each."""


async def run(
    settings: Settings,
    file: Path,
    *,
    fast: bool,
    as_json: bool,
    limit: int | None,
    releases: bool = False,
    report: Path | None = None,
) -> int:
    """Play a file's stories; 0 where every promise was kept, else 1. Raises RecordError.

    With `releases` as a year of four releases. With `report` the compliance report is written into
    that folder, which is made if need be.
    """
    stories, left_out = read_stories(file)
    stories = stories[:limit]
    if report is not None:
        report.mkdir(parents=True, exist_ok=True)
    with show.progress(as_json) as progress:
        played = await play(
            settings,
            stories,
            progress,
            source=file.name,
            left_out=left_out,
            releases=releases,
            fast=fast,
        )
    made = report_of(played)
    written = compliance.write(made, report) if report is not None else []
    if as_json:
        show.as_json(_as_json(played, made))
    else:
        _show(played, made, written)
    return 1 if made.broken else 0


async def play(
    settings: Settings,
    stories: Sequence[Story],
    progress: Progress,
    *,
    source: str,
    left_out: int = 0,
    releases: bool = False,
    fast: bool = False,
) -> Played:
    """Play stories as they were, or as a year of releases, and audit what comes of it."""
    now = datetime.now(UTC)
    policies = PolicyFiles(settings.policy_file)
    year = None
    if releases:
        following = (now + SETTLING).year + 1
        year = plan_year(stories, following, policies.load(POLICY, following).calendar)
        parts = year.alone() if fast else year.parts()
    else:
        parts = [script_of(story.shifted(next_base(now))) for story in stories]
    began = min((part.at for part in parts), default=now)
    policy = policies.load(POLICY, began.year).pinned()
    if fast:
        outcomes = dry_runs(parts, policies, progress)
        return Played(source, policy, outcomes, left_out, year, alone=True)
    performed = await live_run(settings, parts, progress)
    twice = list(sent_twice(performed.letters))
    told = performed.releases if releases else None
    return Played(source, policy, performed.defects, left_out, year, told, twice=twice)


def next_base(now: datetime) -> datetime:
    """The Monday, 00:00 UTC, on or after which stories are shifted to begin."""
    day = (now + SETTLING).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return day + timedelta(days=(7 - day.weekday()) % 7)


def dry_runs(parts: Sequence[Script], policies: PolicyFiles, progress: Progress) -> list[Outcome]:
    """On runners alone, one after another."""
    task = progress.add_task("stories", total=len(parts))
    outcomes = []
    for part in parts:
        policy = policies.load(POLICY, part.at.year).pinned()
        outcomes.append(dry_run(part, policy))
        progress.advance(task)
    return outcomes


# --- what came of it ------------------------------------------------------------------------------


def summed(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The sums of all figures."""
    figures = [outcome.audit.figures for outcome in outcomes]
    names = [name for name in asdict(figures[0]) if name != "messages"] if figures else []
    sums: dict[str, Any] = {name: sum(getattr(f, name) for f in figures) for name in names}
    sums["messages"] = sum(sum(f.messages.values()) for f in figures)
    events = [outcome.events for outcome in outcomes if outcome.events is not None]
    sums["history_events"] = sum(events) if events else None
    sums["steps_refused"] = sum(outcome.refused for outcome in outcomes)
    return sums


def _as_json(played: Played, report: Report) -> dict[str, Any]:
    answer = {
        "defects": {outcome.number: _row(outcome) for outcome in played.outcomes},
        "sum": summed(played.outcomes),
        "left_out": played.left_out,
        "broken": [
            {"defect": row.number, "clause": row.clause, "at": row.at.isoformat(), "what": row.what}
            for row in report.broken
        ],
    }
    if report.releases is not None:
        said = report.model_dump(mode="json")
        names = ("begins", "ends", "contacts", "releases", "events", "clients", "left_unsaid")
        answer["year"] = {name: said[name] for name in names}
    return answer


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        **asdict(outcome.audit.figures),
        "history_events": outcome.events,
        "steps_refused": outcome.refused,
    }


def _show(played: Played, report: Report, written: Sequence[Path]) -> None:
    show.console.print(_table(played.outcomes))
    if report.releases is not None:
        _show_year(report, report.releases)
    show.console.print(
        f"{len(played.outcomes)} defects, {played.left_out} records left out by their severity."
    )
    for missing in report.left_unsaid:
        show.console.print(f"Left out: {missing}")
    for row in report.broken:
        where = f"{row.number} {row.at:%Y-%m-%d %H:%M}"
        show.console.print(f"[red]{row.clause}[/red] {escape(where)}: {escape(row.what)}")
    show.console.print(f"[{'red' if report.broken else 'green'}]{report.verdict}[/].")
    for path in written:
        show.console.print(f"Written: {escape(str(path))}", soft_wrap=True)


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(
        title="Under the policy: updates owed, sent and late; targets met and missed",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column("defect", no_wrap=True)
    for name in (*COLUMNS, "most to one client", "history events"):
        table.add_column(name, justify="right")
    for outcome in outcomes:
        table.add_row(outcome.number, *_cells(outcome.audit.figures, outcome.events))
    if outcomes:
        sums = summed(outcomes)
        table.add_section()
        cells = [str(sums[name]) for name in COLUMNS.values()]
        table.add_row("in sum", *cells, "", str(sums["history_events"] or "-"))
    return table


def _cells(figures: Figures, events: int | None) -> list[str]:
    said = asdict(figures) | {"messages": sum(figures.messages.values())}
    numbers = [said[name] for name in COLUMNS.values()]
    most = max(figures.messages.values(), default=0)
    return [*map(str, [*numbers, most]), "-" if events is None else str(events)]


# --- the year -------------------------------------------------------------------------------------


def _show_year(report: Report, releases: Sequence[ReleaseRow]) -> None:
    zone = ZoneInfo(report.time_zone)
    table = Table(title="Releases", box=SIMPLE_HEAD)
    for name in ("release", "planned", "deployed", "defects", "notices", "told", "events"):
        table.add_column(name, no_wrap=True)
    changes = []
    for release in releases:
        out, events = release.deployed_at, release.history_events
        table.add_row(
            release.number,
            f"{release.planned_for.astimezone(zone):%Y-%m-%d}",
            f"{out.astimezone(zone):%Y-%m-%d}" if out else "-",
            str(len(release.defects)),
            " + ".join(str(notice.recipients) for notice in release.notices) or "-",
            str(release.told),
            "-" if events is None else str(events),
        )
        for move in release.moves:
            before, after = (at.astimezone(zone) for at in (move.before, move.after))
            changes.append(f"{release.number} was moved from {before:%d %b} to {after:%d %b}.")
        changes += [f"{defect} was taken out of {release.number}." for defect in release.detached]
    show.console.print(table)
    for change in changes:
        show.console.print(change)
    for row in report.events:
        show.console.print(f"{row.messages:6} {row.event} to {row.to}")
    if report.clients:
        most = report.clients[0]
        show.console.print(
            f"{report.contacts} contacts; most to one client: {most.messages}, {most.client}."
        )
