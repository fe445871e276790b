"""Draws lines over two axes as SVG, for pages in light and in dark."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log10

WIDTH, HEIGHT = 720, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 130, 36, 40
_LINE_HEIGHT = 15
_STYLE = """
text{font:12px system-ui,sans-serif;fill:#444}
.title{font-size:14px;font-weight:600;fill:#222}
.grid{stroke:#ddd}.limit{stroke:#b3261e;stroke-dasharray:5 4}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}
.c0{stroke:#1f6feb}.c1{stroke:#b35900}.c2{stroke:#2d7d46}.t0{fill:#1f6feb}.t1{fill:#b35900}
.t2{fill:#2d7d46}.tl{fill:#b3261e}
@media (prefers-color-scheme:dark){text{fill:#bbb}.title{fill:#eee}.grid{stroke:#444}
.c0{stroke:#6cb6ff}.c1{stroke:#f0a050}.c2{stroke:#6fcf97}.t0{fill:#6cb6ff}.t1{fill:#f0a050}
.t2{fill:#6fcf97}.limit{stroke:#ff8a80}.tl{fill:#ff8a80}}
""".replace("\n", "")


@dataclass(frozen=True, slots=True)
class Line:
    """Points in the units of the axes, joined, with a name at its end."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Axis:
    """From where to where, by equal steps or by equal factors, with its labels."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 1; one beyond the ends lies on the end."""
        value = min(max(value, self.low), self.high)
        if self.log:
            return (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))
        return (value - self.low) / (self.high - self.low)


def drawing(
    title: str,
    described: str,
    across: Axis,
    up: Axis,
    lines: Sequence[Line],
    limits: Sequence[tuple[float, str]] = (),
) -> str:
    """The picture; `limits` are lines across at a height, with what they mean."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><desc>{escape(described)}</desc>",
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="{_LEFT}" y="20">{escape(title)}</text>',
    ]
    right, floor = WIDTH - _RIGHT, HEIGHT - _BOTTOM
    names: list[tuple[float, str, str]] = []
    for value, label in up.ticks:
        y = _y(up, value)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y}" y2="{y}"/>')
        parts.append(_text(_LEFT - 8, y + 4, label, anchor="end"))
    for value, label in across.ticks:
        x = _x(across, value)
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP}" y2="{floor}"/>')
        parts.append(_text(x, floor + 18, label, anchor="middle"))
    for value, label in limits:
        y = _y(up, value)
        parts.append(f'<line class="limit" x1="{_LEFT}" x2="{right}" y1="{y}" y2="{y}"/>')
        names.append((y, label, "tl"))
    for place, line in enumerate(lines):
        points = " ".join(f"{_x(across, x)},{_y(up, y)}" for x, y in line.points)
        parts.append(f'<polyline class="line c{place}" points="{points}"/>')
        names.append((_y(up, line.points[-1][1]), line.name, f"t{place}"))
    lowest = HEIGHT + 0.0
    for y, name, css in sorted(names, reverse=True):
        lowest = min(y, lowest - _LINE_HEIGHT)
        parts.append(_text(right + 6, lowest + 4, name, css=css))
    return "\n".join([*parts, "</svg>", ""])


def _x(axis: Axis, value: float) -> float:
    return round(_LEFT + axis.share(value) * (WIDTH - _LEFT - _RIGHT), 1)


def _y(axis: Axis, value: float) -> float:
    return round(HEIGHT - _BOTTOM - axis.share(value) * (HEIGHT - _TOP - _BOTTOM), 1)


def _text(x: float, y: float, words: str, *, anchor: str = "start", css: str = "") -> str:
    return f'<text class="{css}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'
