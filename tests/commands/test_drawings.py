"""Drawings of the documentation, and pages of the repository as the site shows them."""

import re
from pathlib import Path

import pytest

from tools.docs import week
from tools.docs.charts import PICTURES, charts_in, file_of, with_pictures
from tools.docs.repository import BROUGHT_IN, with_links, with_lists

ROOT = Path(__file__).parents[2]


def test_every_chart_has_its_picture() -> None:
    """As Mermaid drew it since it was written last, with a title; and there is no other."""
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / n for n in BROUGHT_IN if n.endswith(".md"))]
    drawn = {file_of(chart) for page in pages for chart in charts_in(page.read_text("utf-8"))}

    assert drawn == set(PICTURES.glob("chart-*.svg")), "make pictures"
    assert [file for file in drawn if "<title" not in file.read_text("utf-8")] == []


def test_a_chart_that_was_not_drawn_is_an_error() -> None:
    """So that no page shows the one before."""
    with pytest.raises(FileNotFoundError, match="chart-"):
        with_pictures("```mermaid\nflowchart TD\n    a --> b\n```\n")


def test_the_week_is_what_the_machines_make_of_it() -> None:
    """Nothing is spent on hold, as an S2 or while resolved; due after 22 open hours."""
    told = week.played()
    spent = {happening.words: share for happening, share in told.at}
    points = re.search(r'class="series spent"><path d="M([^"]+)"', week.drawn())

    assert spent["put on hold"] == spent["goes on"] == pytest.approx(4.75 / 11)
    assert spent["becomes S2"] == spent["is S1 again"] == pytest.approx(10.75 / 11)
    assert spent["resolved"] == spent["reopened"] == pytest.approx(15.75 / 11)
    assert told.due.isoformat() == "2026-12-03T14:15:00+00:00"
    assert points is not None


# --- pages of the repository ----------------------------------------------------------------------


def test_links_to_files_lead_to_their_places() -> None:
    """Of pages within the site; a file that is not there is named and not linked."""
    text = "[a](docs/contract.md#http), [b](domain/README.md), [c](Makefile), `[d](x.md)`, [e](#f)"

    assert with_links(text, "project/readme.md") == (
        "[a](../contract.md#http), [b](domain.md), `c`, `[d](x.md)`, [e](#f)"
    )
    assert with_links("[g](../CHANGELOG.md)", "operations.md") == "[g](project/changelog.md)"


def test_lists_keep_what_hangs_under_them() -> None:
    """Code and paragraphs under an item stay there, and the numbers go on."""
    text = "1. one\n\n       code\n   more\n2. two\n\nafter\n\n    code\n"

    assert with_lists(text) == "1. one\n\n        code\n    more\n\n2. two\n\nafter\n\n    code\n"
