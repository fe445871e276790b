"""The page on security answers every requirement, and every test it names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [line.strip("|").split(" | ") for line in PAGE.splitlines() if re.match(r"\| \d", line)]
LEVEL_2 = """
1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1 3.2.1-2 3.3.1-4 3.4.1-6
3.5.1-5 3.7.1-2 4.1.1-3 4.2.1 4.3.1-2 4.4.1-4 5.1.1 5.2.1-3 5.3.1-2 5.4.1-3 6.1.1-3 6.2.1-12
6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3 6.8.1-4 7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2 8.1.1-2
8.2.1-3 8.3.1 8.4.1 9.1.1-3 9.2.1-4 10.1.1-2 10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2
10.7.1-3 11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1 11.6.1 12.1.1-3 12.2.1-2 12.3.1-4 13.1.1
13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4 14.3.1-3 15.1.1-3 15.2.1-3 15.3.1-7 16.1.1 16.2.1-5
16.3.1-4 16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 17.3.1-2
"""
"""The numbers of levels 1 and 2 of version 5.0.0."""


def test_every_requirement_of_level_2_is_answered_once() -> None:
    """None is left out, and none has two answers."""
    wanted = []
    for span in LEVEL_2.split():
        section, first, last = re.fullmatch(r"(\d+\.\d+)\.(\d+)(?:-(\d+))?", span).groups()  # type: ignore[union-attr]
        wanted += [f"{section}.{n}" for n in range(int(first), int(last or first) + 1)]
    answered = [number for row in ROWS for number in re.findall(r"\d+\.\d+\.\d+", row[0])]

    assert len(wanted) == 253
    assert sorted(answered) == sorted(wanted)


def test_every_test_that_it_names_exists() -> None:
    """A requirement whose test was moved is not held by it."""
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", PAGE))

    assert len(named) > 40
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_what_is_not_met_is_said_at_the_top() -> None:
    """Whoever reads the first screen knows it."""
    short = PAGE.partition("## What is not met, in short")[2].partition("\n## ")[0]
    open_rows = [row[0] for row in ROWS if "**not met**" in row[-1]]
    numbers = [number for row in open_rows for number in re.findall(r"\d+\.\d+\.\d+", row)]

    assert numbers
    assert [number for number in numbers if number not in short] == []
