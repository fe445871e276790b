"""Draws flowcharts as SVG: the part of Mermaid's language that our pages use.

Boxes lie in layers, an edge leads down from one to the next; what leads up is drawn dashed.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

LETTER, LINE = 7.4, 17
"""The width of a letter and the height of a line, at the size that the style gives them."""
_WIDEST = 24
"""Letters on one line of a box."""
_PADDING, _GAP, _BETWEEN = 12, 28, 52
_EDGE = re.compile(
    r'^\s*(?P<a>\w+(?:\["[^"]*"\])?)\s*--(?:\s*"(?P<says>[^"]*)"\s*--)?>'
    r'\s*(?P<b>\w+(?:\["[^"]*"\])?)\s*$'
)


class NoFlowchart(ValueError):  # noqa: N818 - says what was given
    """A line that this small part of the language does not have."""


@dataclass
class Box:
    """A node, and where it lies; one without words is a bend of a long edge."""

    words: Sequence[str]
    x: float = 0.0
    layer: int = 0

    @property
    def width(self) -> float:
        """Wide enough for its words."""
        longest = max(map(len, self.words), default=0)
        return longest * LETTER + 2 * _PADDING if self.words else 4.0

    @property
    def height(self) -> float:
        """High enough for its lines."""
        return len(self.words) * LINE + 2 * _PADDING


@dataclass(frozen=True)
class Edge:
    """An arrow, with the words on it."""

    start: str
    end: str
    says: str


@dataclass
class Chart:
    """A flowchart as it is written."""

    boxes: dict[str, Box] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> "Chart":
        """A chart of Mermaid's `flowchart TD`.

        Raises:
            NoFlowchart: naming a line that cannot be drawn.
        """
        first, *lines = text.strip().splitlines()
        if first.split() != ["flowchart", "TD"]:
            raise NoFlowchart(first)
        chart = cls()
        for line in lines:
            found = _EDGE.match(line)
            if found is None:
                raise NoFlowchart(line)
            start, end = chart._box(found["a"]), chart._box(found["b"])
            chart.edges.append(Edge(start, end, found["says"] or ""))
        return chart

    def _box(self, written: str) -> str:
        name, _, words = written.removesuffix('"]').partition('["')
        if words or name not in self.boxes:
            self.boxes[name] = Box(textwrap.wrap(words or name, _WIDEST, break_long_words=False))
        return name

    def in_words(self) -> str:
        """What it shows, for whoever cannot see it."""
        said = (
            f"{self._called(e.start)} leads to {self._called(e.end)}"
            + (f" by {e.says}" if e.says else "")
            for e in self.edges
        )
        return "Flowchart. " + "; ".join(said) + "."

    def _called(self, name: str) -> str:
        return " ".join(self.boxes[name].words)


def drawn(text: str) -> str:
    """The SVG of a flowchart.

    Raises:
        NoFlowchart: naming a line that cannot be drawn.
    """
    chart = Chart.read(text)
    up = _upward(chart)
    _assign_layers(chart, up)
    paths = _with_bends(chart, up)
    layers = _placed(chart, paths)
    tops = _tops(layers)
    width = max(box.x + box.width / 2 for box in chart.boxes.values()) + _PADDING
    height = tops[-1] + max(box.height for box in layers[-1]) + _PADDING
    marks = [*_lines(chart, paths, up, tops, layers), *_drawn_boxes(chart, tops, layers)]
    return (
        f'<div class="drawing" tabindex="0"><svg viewBox="0 0 {width:.0f} {height:.0f}" '
        f'style="min-width:{width * 0.75:.0f}px;max-width:{width:.0f}px" role="img" '
        f'aria-label="{escape(chart.in_words())}">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>'
        f"{''.join(marks)}</svg></div>"
    )


def _upward(chart: Chart) -> set[Edge]:
    """The edges that close a circle: a box that is reached again while it is being followed."""
    found: set[Edge] = set()
    done: set[str] = set()

    def follow(name: str, path: Sequence[str]) -> None:
        for edge in chart.edges:
            if edge.start != name:
                continue
            if edge.end in path:
                found.add(edge)
            elif edge.end not in done:
                follow(edge.end, [*path, edge.end])
        done.add(name)

    for name in chart.boxes:
        if name not in done:
            follow(name, [name])
    return found


def _assign_layers(chart: Chart, up: set[Edge]) -> None:
    """Each box lies below all that lead to it."""
    for _ in chart.boxes:
        for edge in chart.edges:
            if edge not in up:
                start, end = chart.boxes[edge.start], chart.boxes[edge.end]
                end.layer = max(end.layer, start.layer + 1)
    for name, box in chart.boxes.items():
        below = [chart.boxes[e.end].layer for e in chart.edges if e.start == name and e not in up]
        if below and not any(e.end == name and e not in up for e in chart.edges):
            box.layer = min(below) - 1  # What nothing leads to lies close to what it leads to.


def _with_bends(chart: Chart, up: set[Edge]) -> Mapping[Edge, Sequence[str]]:
    """The boxes that each edge passes from top to bottom; a long one gets a bend in each layer."""
    paths = {}
    for count, edge in enumerate(chart.edges):
        top, bottom = (edge.end, edge.start) if edge in up else (edge.start, edge.end)
        path = [top]
        for layer in range(chart.boxes[top].layer + 1, chart.boxes[bottom].layer):
            bend = f"/{count}/{layer}"
            chart.boxes[bend] = Box((), layer=layer)
            path.append(bend)
        paths[edge] = [*path, bottom]
    return paths


def _placed(chart: Chart, paths: Mapping[Edge, Sequence[str]]) -> list[list[Box]]:
    """The layers; each box as near as may be to the middle of those it is joined to."""
    boxes = chart.boxes
    layers = [
        [name for name in boxes if boxes[name].layer == layer]
        for layer in range(max(box.layer for box in boxes.values()) + 1)
    ]
    joined: dict[str, list[str]] = {name: [] for name in boxes}
    for path in paths.values():
        for above, below in pairwise(path):
            joined[above].append(below)
            joined[below].append(above)
    for layer in layers:
        _spread([boxes[name] for name in layer])
    for turn in range(60):
        for layer in layers if turn % 2 else reversed(layers):
            for name in layer:
                if near := [boxes[other].x for other in joined[name]]:
                    boxes[name].x = sum(near) / len(near)
            layer.sort(key=lambda name: boxes[name].x)
            _apart([boxes[name] for name in layer])
    left = min(box.x - box.width / 2 for box in boxes.values())
    for box in boxes.values():
        box.x += _PADDING - left
    return [[boxes[name] for name in layer] for layer in layers]


def _spread(layer: Sequence[Box]) -> None:
    at = 0.0
    for box in layer:
        box.x = at + box.width / 2
        at += box.width + _GAP


def _apart(layer: Sequence[Box]) -> None:
    """Push boxes of a layer apart until none covers another, and keep their middle."""
    wanted = sum(box.x for box in layer) / len(layer)
    for left, right in pairwise(layer):
        right.x = max(right.x, left.x + (left.width + right.width) / 2 + _GAP)
    shift = wanted - sum(box.x for box in layer) / len(layer)
    for box in layer:
        box.x += shift


def _tops(layers: Sequence[Sequence[Box]]) -> list[float]:
    tops = [float(_PADDING)]
    for layer in layers[:-1]:
        tops.append(tops[-1] + max(box.height for box in layer) + _BETWEEN)
    return tops


def _lines(
    chart: Chart,
    paths: Mapping[Edge, Sequence[str]],
    up: set[Edge],
    tops: Sequence[float],
    layers: Sequence[Sequence[Box]],
) -> Iterator[str]:
    heights = [max(box.height for box in layer) for layer in layers]
    between = [{e.start, e.end} for e in chart.edges]
    for edge, path in paths.items():
        shift = 0.0
        if between.count({edge.start, edge.end}) > 1:  # There and back, side by side.
            shift = 14.0 if edge in up else -14.0
        points: list[tuple[float, float]] = []
        for name in path:
            box, top = chart.boxes[name], tops[chart.boxes[name].layer]
            middle = top + heights[box.layer] / 2
            points += [
                (box.x + shift, middle - box.height / 2),
                (box.x + shift, middle + box.height / 2),
            ]
        points = points[1:-1]
        tip = 'marker-start="url(#tip)"' if edge in up else 'marker-end="url(#tip)"'
        yield f'<path class="{"up" if edge in up else "down"}" d="{_curve(points)}" {tip}/>'
        if edge.says:
            middle = len(points) // 4 * 2 if edge in up else 0
            (x0, y0), (x1, y1) = points[middle], points[middle + 1]
            at = (x0 + x1) / 2 + 2.5 * shift
            yield _words([edge.says], at, (y0 + y1) / 2 + shift / 2, "says")


def _curve(points: Sequence[tuple[float, float]]) -> str:
    said = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        said += f"C{x0:.0f} {middle:.0f} {x1:.0f} {middle:.0f} {x1:.0f} {y1:.0f}"
    return said


def _drawn_boxes(
    chart: Chart, tops: Sequence[float], layers: Sequence[Sequence[Box]]
) -> Iterator[str]:
    for box in chart.boxes.values():
        if not box.words:
            continue
        middle = tops[box.layer] + max(other.height for other in layers[box.layer]) / 2
        yield (
            f'<rect x="{box.x - box.width / 2:.0f}" y="{middle - box.height / 2:.0f}" '
            f'width="{box.width:.0f}" height="{box.height:.0f}" rx="4"/>'
        )
        yield _words(box.words, box.x, middle, "box")


def _words(lines: Sequence[str], x: float, middle: float, kind: str) -> str:
    first = middle - (len(lines) - 1) * LINE / 2 + 5
    spans = "".join(
        f'<tspan x="{x:.0f}" y="{first + n * LINE:.0f}">{escape(line)}</tspan>'
        for n, line in enumerate(lines)
    )
    return f'<text class="{kind}">{spans}</text>'
