"""Charts as they stand in a page: what they say, and that nothing of them is run or fetched."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element, fromstring

import pytest

from portal.charts import About, Chart, Point, Series, Stroke, bars, columns, over_time

MARKUP = "<script>alert('x')</script> & \"quoted\" <b>"
ABOUT = About("met", f"Targets {MARKUP}", f"3 met {MARKUP}", ["Month", "Met"], [["Jan", "3"]])
JANUARY = datetime(2027, 1, 1, tzinfo=UTC)


def days_of(lines: list[list[Point]], name: str = "DEF-1") -> Chart:
    """Lines over time, with one level that has a name."""
    stroke = Stroke("s1", "S1", lines)
    return over_time(ABOUT, [stroke], [(JANUARY, "Jan")], [(1, name)], height=100, reaches=(0, 3))


def every_kind() -> list[Chart]:
    """One of each, with markup in every text."""
    line = [Point(JANUARY, 1), Point(JANUARY + timedelta(days=9), 1, MARKUP)]
    series = [Series("good", MARKUP, [3, 0], [MARKUP, ""]), Series("bad", "missed", [1, None])]
    return [
        columns(ABOUT, [MARKUP, "Feb"], series, stacked=True),
        columns(ABOUT, [MARKUP, "Feb"], series, stacked=False),
        bars(ABOUT._replace(rows=[[MARKUP], ["S2"]]), series, [MARKUP, "none"]),
        days_of([line], MARKUP),
    ]


@pytest.mark.parametrize("chart", every_kind(), ids=lambda chart: chart.svg[12:25])
def test_a_chart_is_only_marks_and_words(chart: Chart) -> None:
    """No script, no style, no address, nothing that changes from day to day; markup stays text."""
    drawing = fromstring(chart.svg)

    assert {node.tag for node in drawing.iter()} <= {
        *("svg", "g", "path", "rect", "text", "title", "desc"),
    }
    assert not any(
        name in {"style", "href", "src"} or name.startswith("on")
        for node in drawing.iter()
        for name in node.attrib
    )
    assert not re.search(r"<!--|https?:|<script", chart.svg)
    assert MARKUP in {node.text for node in drawing.iter("text")}


@pytest.mark.parametrize("chart", every_kind(), ids=lambda chart: chart.svg[12:25])
def test_a_chart_is_read_by_its_title_and_description(chart: Chart) -> None:
    """Both are named by the drawing, under ids of its own."""
    drawing = fromstring(chart.svg)
    title, description = drawing[0], drawing[1]

    assert (drawing.get("role"), title.tag, description.tag) == ("img", "title", "desc")
    assert drawing.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert (title.text, description.text) == (ABOUT.title, ABOUT.description)
    assert {title.get("id"), description.get("id")} == {"met-title", "met-desc"}


def test_a_bar_has_the_colour_of_its_series_and_says_what_it_is() -> None:
    """Nothing is drawn for noughts and for what is not there."""
    series = [
        Series("good", "met", [3, 0], ["Jan: 3 met", "Feb: 0 met"]),
        Series("bad", "missed", [1, None], ["Jan: 1 missed", ""]),
    ]
    drawing = fromstring(columns(ABOUT, ["Jan", "Feb"], series, stacked=True).svg)
    good, bad = (bars_of(drawing, colour) for colour in ("good", "bad"))

    assert [said for _, said in good + bad] == ["Jan: 3 met", "Jan: 1 missed"]
    assert height_of(good[0][0]) == pytest.approx(3 * height_of(bad[0][0]))
    assert good[0][0].get("x") == bad[0][0].get("x")


def test_bars_are_read_from_the_top_and_say_their_value_behind() -> None:
    """The first label stands highest; what is written behind is no entry of the legend."""
    about = ABOUT._replace(rows=[["S1", "1"], ["S2", "2"]])
    chart = bars(about, [Series("good", "met", [1, 2])], ["one", "two"])
    places = {text.text: float(text.get("y", 0)) for text in fromstring(chart.svg).iter("text")}

    assert places["S1"] < places["S2"]
    assert places["one"] < places["two"]
    assert places["S1"] == pytest.approx(places["one"], abs=2)
    assert chart.legend == [("good", "met")]


def test_a_line_lies_between_its_instants() -> None:
    """Two lines of one colour are two lines, twice as long in twice the time."""
    day = timedelta(days=1)
    lines = [[Point(JANUARY + n * day, n), Point(JANUARY + 3 * n * day, n)] for n in (1, 2)]
    svg = days_of(lines).svg
    found = re.findall(r'd="M([\d.]+) ([\d.]+) L([\d.]+) ([\d.]+)" class="line', svg)
    (short, long) = ([float(n) for n in line] for line in found)

    assert long[2] - long[0] == pytest.approx(2 * (short[2] - short[0]), abs=0.01)
    assert short[1] == short[3] < long[1] == long[3]


@pytest.mark.parametrize("values", [[], [0, 0]])
def test_nothing_is_a_chart_too(values: list[float]) -> None:
    """Neither series nor values: no division by nothing, and no bar."""
    series = [Series("good", "met", values)] if values else []
    drawing = fromstring(columns(ABOUT, ["Jan", "Feb"], series, stacked=False).svg)

    assert not any(map(height_of, drawing.iter("rect")))


def bars_of(drawing: Element, colour: str) -> list[tuple[Element, str | None]]:
    """The bars of a colour, and what each says."""
    return [
        (bar[0], bar.findtext("title"))
        for bar in drawing.findall(f".//g[@class='series {colour}']/g/g")
        if height_of(bar[0])
    ]


def height_of(bar: Element) -> float:
    """In pixels of the drawing."""
    return float(bar.get("height", 0))
