"""Drawings of the documentation, and pages of the repository as the site shows them."""

import re
from pathlib import Path

import pytest

from tools.docs import flowchart, week
from tools.docs.repository import with_links, with_lists

ROOT = Path(__file__).parents[2]
CHART = """flowchart TD
    a["first words"] -- "goes by" --> b["second & last"]
    b --> c["third"]
    a --> c
    c -- "and back" --> a
"""


def test_a_flowchart_has_its_boxes_its_edges_and_words_for_both() -> None:
    """What leads up is marked as such, and nothing is markup that was text."""
    drawing = flowchart.drawn(CHART)

    assert drawing.count("<rect") == 3
    assert drawing.count('class="down"') == 3
    assert drawing.count('class="up"') == 1
    assert "second &amp; last" in drawing
    assert "first words leads to second &amp; last by goes by" in drawing


def test_boxes_of_a_flowchart_do_not_cover_each_other() -> None:
    """Those of the front page's, as they are drawn."""
    readme = (ROOT / "README.md").read_text("utf-8")
    (chart,) = re.findall(r"^```mermaid\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    boxes = [
        tuple(map(float, found))
        for found in re.findall(
            r'<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"',
            flowchart.drawn(chart),
        )
    ]
    covered = [
        (one, other)
        for n, one in enumerate(boxes)
        for other in boxes[n + 1 :]
        if one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    ]

    assert len(boxes) > 10
    assert covered == []


@pytest.mark.parametrize("text", ["graph LR\n a --> b", "flowchart TD\n  a ==> b"])
def test_what_cannot_be_drawn_is_an_error(text: str) -> None:
    """By the line, so that no page shows half a chart."""
    with pytest.raises(flowchart.NoFlowchart):
        flowchart.drawn(text)


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
