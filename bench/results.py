"""Reads figures back out of `bench/RESULTS.md`, by the heading and the first words of a row."""

import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "RESULTS.md"
_NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?")


class NoFigure(LookupError):  # noqa: N818 - what the reader sees
    """The results have no such figure: measure anew, with `python -m bench`."""


@dataclass(frozen=True, slots=True)
class Results:
    """All rows of all tables, each with the heading it stands under."""

    rows: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def read(cls, text: str) -> "Results":
        """Results as `python -m bench` writes them."""
        heading, rows = "", []
        for line in text.splitlines():
            if line.startswith("## "):
                heading = line.removeprefix("## ").strip()
            elif line.startswith("|") and not line.startswith("|-"):
                rows.append((heading, tuple(cell.strip() for cell in line.strip("|").split("|"))))
        return cls(tuple(rows))

    def figure(self, heading: str, *row: str) -> float:
        """The median of ours in the row that begins with these cells.

        Raises:
            NoFigure: there is no such row, or no number in it.
        """
        for under, cells in self.rows:
            if under == heading and cells[: len(row)] == row:
                found = _NUMBER.match(cells[len(row)])
                if found:
                    return float(found[0].replace(",", ""))
        raise NoFigure(f"{heading}: {', '.join(row)}")


def committed() -> Results:
    """The results of the checkout."""
    return Results.read(FILE.read_text(encoding="utf-8"))
