"""Draws charts as SVG inside a page: pygal lays them out, `charts.css` of the page colours them.

What pygal adds for a page of its own (scripts, styles, tooltips that need both) is taken out: the
pages' policy forbids it. Each chart has a title, a description, and its numbers as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from xml.etree.ElementTree import Comment, Element

import pygal
from markupsafe import Markup
from pygal.etree import etree
from pygal.style import Style

# One kind of tree wherever lxml happens to be installed: only this one keeps `xmlns` an attribute.
etree.to_etree()

WIDTH = 640
_ROW, _COLUMNS_HIGH = 26, 200
_COLUMN_FONT, _FONT = 18, 13
"""What room is kept for, in pixels: the labels of columns are larger on a phone than on a desk."""
_LETTER = 0.6
"""The width of an average letter, in sizes of its font, as pygal has it."""
_UNWANTED = {Comment, "defs", "title", "desc", "circle"}


class About(NamedTuple):
    """What a chart is called, what it says in a sentence, and its numbers as a table."""

    ident: str
    title: str
    description: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


class Series(NamedTuple):
    """Values of one colour, one for each label; `name` is for the legend, empty for no entry."""

    colour: str
    """A class of `charts.css`."""
    name: str
    values: Sequence[float | None]
    says: Sequence[str] = ()
    """What columns say when a pointer rests on them."""


class Point(NamedTuple):
    """A point on a chart of time, with what is written beside it."""

    at: datetime
    y: float
    label: str = ""


class Stroke(NamedTuple):
    """Lines of one colour on a chart of time, each through its points."""

    colour: str
    name: str
    lines: Sequence[Sequence[Point]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and all that stands around it; `wide` wants the whole width of a page."""

    about: About
    svg: Markup
    legend: Sequence[tuple[str, str]]
    wide: bool = False


def columns(
    about: About, labels: Sequence[str], series: Sequence[Series], *, stacked: bool
) -> Chart:
    """Upright bars over labels such as months: on each other, or side by side."""
    graph = (pygal.StackedBar if stacked else pygal.Bar)(
        **_look("columns", _COLUMNS_HIGH, _COLUMN_FONT),
        margin_top=10,
        x_labels=labels,
        max_scale=5,
        min_scale=2,
        order_min=0,
    )
    for each in series:
        _add(graph, each.name, each.values, each.says)
    return _drawn(graph, about, [(each.colour, each.name) for each in series])


def bars(about: About, series: Sequence[Series], ends: Sequence[str]) -> Chart:
    """Bars from the left, one per row of the table; `ends` is written where each ends."""
    graph = _Bars(
        **_look("bars", len(ends) * _ROW + 4, _FONT),
        margin_right=max(map(len, ends), default=0) * _LETTER * _FONT + 10,
        x_labels=[row[0] for row in reversed(about.rows)],
        show_x_labels=False,
        print_values=True,
        # Beside the end: what pygal calls top would leave a row's height free on the right as well.
        print_values_position="bottom",
    )
    for each in series:
        _add(graph, each.name, each.values[::-1], ())
    _add(graph, "", [0] * len(ends), ends[::-1])
    return _drawn(graph, about, [*((each.colour, each.name) for each in series), ("ends", "")])


def over_time(
    about: About,
    strokes: Sequence[Stroke],
    days: Sequence[tuple[datetime, str]],
    levels: Sequence[tuple[float, str]],
    *,
    height: int,
    reaches: tuple[float, float],
) -> Chart:
    """Time from left to right, and downwards what `reaches` from one y to another.

    Some days and levels are named, at the bottom and on the left.
    """
    graph = pygal.XY(
        **_look("time", height, _FONT, value_font_size=1) | {"width": 2 * WIDTH},
        x_labels=[{"value": at.timestamp(), "label": name} for at, name in days],
        y_labels=[{"value": y, "label": name} for y, name in levels],
        range=reaches,
        inverse_y_axis=True,
        show_x_guides=True,
        print_labels=True,
        allow_interruptions=True,
        dots_size=0,
        margin_right=40,
    )
    for stroke in strokes:
        points: list[dict[str, Any] | None] = []
        for line in stroke.lines:
            points += ({"value": (p.at.timestamp(), p.y), "label": p.label} for p in line)
            points.append(None)
        graph.add(stroke.name, points)
    return _drawn(graph, about, [(each.colour, each.name) for each in strokes], wide=True)


class _Bars(pygal.HorizontalStackedBar):  # type: ignore[misc]
    _series_margin = 0.23
    """What is left free above and below a bar, of its row."""


def _look(kind: str, height: int, font: int, **style: int) -> dict[str, Any]:
    return {
        "classes": ("chart", kind),
        "width": WIDTH,
        "height": height,
        "margin": 2,
        "show_legend": False,
        "rounded_bars": 2,
        "truncate_label": -1,
        "js": (),
        "css": (),
        "disable_xml_declaration": True,
        "value_formatter": lambda value: f"{value:g}",
        "style": Style(label_font_size=font, **{"value_font_size": font, **style}),
    }


def _add(graph: Any, name: str, values: Sequence[float | None], says: Sequence[str]) -> None:
    pairs = zip(values, says or [""] * len(values), strict=True)
    graph.add(name, [{"value": value, "formatter": lambda _, w=words: w} for value, words in pairs])


def _drawn(
    graph: Any, about: About, legend: Sequence[tuple[str, str]], *, wide: bool = False
) -> Chart:
    graph.add_xml_filter(lambda root: _for_a_page(root, about, [colour for colour, _ in legend]))
    svg = Markup(graph.render())  # noqa: S704 - made by ElementTree, which escapes
    return Chart(about, svg, [entry for entry in legend if entry[1]], wide)


def _for_a_page(root: Element, about: About, colours: Sequence[str]) -> Element:
    """What pygal made for a document of its own, as a part of a page."""
    _prune(root)
    for node in root.iter("g"):
        kinds = node.get("class", "").split()
        if "series" in kinds:
            node.set("class", f"series {colours[int(kinds[1].removeprefix('serie-'))]}")
    words = {"title": about.title, "desc": about.description}
    for place, (tag, text) in enumerate(words.items()):
        node = Element(tag, id=f"{about.ident}-{tag}")
        node.text = text
        root.insert(place, node)
    del root.attrib["id"], root.attrib["xmlns"]
    root.set("role", "img")
    root.set("aria-labelledby", " ".join(f"{about.ident}-{tag}" for tag in words))
    return root


def _prune(node: Element) -> None:
    for child in list(node):
        kinds = child.get("class", "").split()
        if child.tag == "desc" and kinds == ["value"] and child.text:
            child.tag = "title"  # What a script would show, a browser shows by itself.
        elif child.tag in _UNWANTED or {"background", "tooltip-overlay"} & set(kinds):
            node.remove(child)
        else:
            _prune(child)
