"""The compliance report: one set of figures in three renderings, and a page safe to open."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console
from rich.progress import Progress

from domain.contract.events import ClientEvent, StaffEvent
from portal.charts import Chart
from simulation.histories import Story, read_stories
from simulation.report import report as compliance
from simulation.report.charts import charts_of
from simulation.report.figures import Played, report_of
from simulation.report.report import BrokenRow, Report
from simulation.simulate import play
from tests.workflows.world import settings_of_tests

DATA = Path(__file__).parents[1] / "data"
MARKUP = "<script>alert('x')</script> & \"quoted\" <b>"
VOID = {"meta", "link", "br", "img", "hr", "input"}


async def _played(
    name: str = "bugs.jsonl", *, releases: bool = True, title: str | None = None
) -> Played:
    stories: Sequence[Story] = read_stories(DATA / name)[0]
    if title is not None:
        for story in stories:
            story.start["title"] = title
    silent = Progress(console=Console(quiet=True), disable=True)
    return await play(
        settings_of_tests(), stories, silent, source=name, releases=releases, fast=True
    )


async def _report(**how: object) -> Report:
    return report_of(await _played(**how))  # type: ignore[arg-type]


class _Page(HTMLParser):
    """What a browser would make of a page: its elements, and whether they nest."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[list[list[str]]] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self._open):
            self.tables[-1][-1][-1] += data


# --- the figures ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bugs.jsonl", "incidents.jsonl"])
@pytest.mark.parametrize("releases", [False, True])
async def test_the_figures_are_those_of_the_audit(name: str, releases: bool) -> None:
    """The report counts nothing that the audit of the single defects does not."""
    played = await _played(name, releases=releases)
    report, figures = report_of(played), [o.audit.figures for o in played.outcomes]

    assert report.targets_met == sum(f.targets_met for f in figures)
    assert report.targets_missed == sum(f.targets_missed for f in figures)
    assert report.updates_owed == sum(f.updates_owed for f in figures)
    assert report.messages == sum(len(o.history.delivered) for o in played.outcomes)
    assert sum(r.messages for r in report.clients) == sum(sum(f.messages.values()) for f in figures)
    assert sum(row.defects for row in report.severities) == len(report.defects)
    assert {row.event for row in report.events} <= {*ClientEvent, *StaffEvent}
    assert report.broken == []


async def test_defects_and_releases_tell_the_same_story() -> None:
    """What a release lists as its own says that this release resolved it."""
    report = await _report()
    assert report.releases is not None

    listed = {number: r.number for r in report.releases for number in r.defects}
    assert listed == {row.number: row.release for row in report.defects if row.release}
    assert all(row.fixed_at and row.resolved_at for row in report.defects if row.release)
    assert sum(len(release.moves) for release in report.releases) == 1


# --- the renderings -------------------------------------------------------------------------------


async def test_all_three_say_the_same(tmp_path: Path) -> None:
    """One model: what the JSON holds is the report, and text and page hold its numbers."""
    report = await _report()
    text, raw, page = (path.read_text("utf-8") for path in compliance.write(report, tmp_path))
    read = Report.model_validate_json(raw)

    assert read == report
    assert json.loads(raw)["verdict"] == report.verdict
    for said in (text, page):
        assert report.verdict in said
        assert all(row.number in said for row in report.defects)
        assert all(release.number in said for release in report.releases or [])
        assert all(row.event in said and str(row.messages) in said for row in report.events)


async def test_a_broken_promise_is_named_everywhere() -> None:
    """Clause, number, instant and what went wrong; the verdict says how many."""
    report = await _report()
    at = report.begins + timedelta(days=40, hours=18)
    row = BrokenRow(clause="T6", number="BUG-7", at=at, what="no update", recipient="a@b.example")
    worse = report.model_copy(update={"broken": [row]})

    assert (worse.verdict, report.verdict) == ("1 promise was broken", "Every promise was kept")
    for said in (compliance.as_text(worse), compliance.as_page(worse)):
        for part in ("T6", "BUG-7", "no update", "a@b.example", "18:00 CST", worse.verdict):
            assert part in said
    assert json.loads(compliance.as_json(worse))["broken"][0]["at"] == f"{at:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("releases", [False, True])
async def test_markup_in_titles_stays_text(releases: bool) -> None:
    """A title is a client's or a tracker's: on the page it is shown, never run."""
    report = await _report(title=MARKUP, releases=releases)
    page = compliance.as_page(report.model_copy(update={"source": MARKUP}))
    shown = [cell for table in _Page(page).tables for row in table for cell in row]

    assert "<script" not in page.lower()
    assert "<b>" not in page
    assert shown.count(MARKUP) == len(report.defects)
    assert MARKUP in compliance.as_text(report)


async def test_the_page_needs_nothing_else() -> None:
    """No scripts, nothing from elsewhere, and a policy that would forbid both."""
    page = compliance.as_page(await _report())
    elements = _Page(page).elements
    tags = {tag for tag, _ in elements}

    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert not any(
        name in {"src", "href", "xlink:href", "style"} or name.startswith("on")
        for _, given in elements
        for name in given
    )
    assert not re.search(r"url\(|@import|https?://", page)
    assert any(
        given.get("content") == "default-src 'none'; style-src 'unsafe-inline'"
        for _, given in elements
    )
    assert "prefers-color-scheme: dark" in page


async def test_every_chart_has_a_name_a_description_and_the_numbers_as_a_table() -> None:
    """Who cannot see a chart reads it: by its title, its description, and its table."""
    report = await _report()
    page = compliance.as_page(report)
    tables = _Page(page).tables
    drawings = [
        ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    ]
    charts = charts_of(report)

    assert len(drawings) == len(charts) == 5
    for chart, drawing in zip(charts, drawings, strict=True):
        names = {child.get("id"): child.text for child in drawing if child.tag in {"title", "desc"}}
        written = {text.text for text in drawing.iter("text")}
        assert drawing.get("role") == "img"
        assert list(names) == (drawing.get("aria-labelledby") or "").split()
        assert list(names.values()) == [chart.about.title, chart.about.description]
        assert [list(chart.about.head), *map(list, chart.about.rows)] in tables
        assert {row[0] for row in chart.about.rows} <= written


async def test_charts_show_the_figures_of_the_report() -> None:
    """Each bar has its number behind it, each release its name; what is not resolved is open."""
    report = await _report()
    year, resolution, targets, events, clients = map(_words_of, charts_of(report))

    assert {release.number for release in report.releases or []} <= year.keys()
    assert year["open"] == sum(defect.resolved_at is None for defect in report.defects)
    for row in report.severities:
        if took := row.days_to_resolve:
            assert f"{took.median:.1f} / {took.p90:.1f} d" in resolution
        if row.targets_met or row.targets_missed:
            assert f"{row.targets_met} met, {row.targets_missed} missed" in targets
    assert {str(row.messages) for row in report.events} <= events.keys()
    assert {str(row.messages) for row in report.clients} <= clients.keys()


async def test_a_year_of_many_defects_is_not_drawn_one_by_one() -> None:
    """The other charts are, and the table has every one of them."""
    report = await _report()
    many = report.model_copy(update={"defects": report.defects * 10})

    assert [chart.about.ident for chart in charts_of(many)] == [
        *("resolution", "targets", "events", "clients"),
    ]


def _words_of(chart: Chart) -> Counter[str | None]:
    return Counter(text.text for text in ElementTree.fromstring(chart.svg).iter("text"))


async def test_nothing_played_is_a_report_too() -> None:
    """No defects: no charts, no division by nothing."""
    played = await _played()
    nothing = report_of(Played("empty", played.policy, [], 0))

    assert charts_of(nothing) == []
    assert "Every promise was kept" in compliance.as_page(nothing)
    assert "none" in compliance.as_text(nothing)
