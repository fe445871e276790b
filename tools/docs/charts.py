"""Charts of the pages: written in Mermaid's language, shown as pictures that it drew before.

GitHub draws the text itself. The site shows the SVG that `make pictures` made of it, so readers
need no script; the name of the file tells which text it is of.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
_CHART = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def charts_in(markdown: str) -> Iterator[str]:
    """The text of each chart."""
    yield from _CHART.findall(markdown)


def file_of(chart: str) -> Path:
    """Where the picture of a chart is kept."""
    return PICTURES / f"chart-{sha256(chart.encode()).hexdigest()[:12]}.svg"


def with_pictures(markdown: str) -> str:
    """A page with the picture of each chart in its place.

    Raises:
        FileNotFoundError: for a chart that `make pictures` has not drawn since it was written.
    """
    return _CHART.sub(_drawn, markdown)


def _drawn(found: re.Match[str]) -> str:
    file = file_of(found[1])
    if not file.exists():
        how = "python -m tests.portal.pages.pictures charts"
        raise FileNotFoundError(f"{file.name} has not been drawn since its text changed: {how}")
    return f'<div class="chart" tabindex="0">{file.read_text("utf-8").strip()}</div>'
