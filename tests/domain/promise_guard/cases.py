"""The sentences of `tests/data/promise_guard/`."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[2] / "data" / "promise_guard"


class Case(NamedTuple):
    """A text, the first phrase that is refused in it, if any, and the day it is written on."""

    text: str
    phrase: str | None
    today: date | None
    note: str | None


def cases(name: str) -> list[Case]:
    """The cases of a file, which must be complete, well formed and different."""
    found: dict[tuple[str, date | None], Case] = {}
    for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        today = date.fromisoformat(row.pop("today")) if "today" in row else None
        case = Case(row.pop("text"), row.pop("phrase"), today, row.pop("note", None))
        assert row == {}, f"not known: {line}"
        assert case.phrase is None or case.phrase in case.text, f"where? {line}"
        assert found.setdefault((case.text, today), case) is case, f"twice: {line}"
    return list(found.values())


def combinations(name: str) -> tuple[list[str], list[str]]:
    """The ways of speaking and the times of a table of `combinations.toml`."""
    table = tomllib.loads((FOLDER / "combinations.toml").read_text(encoding="utf-8"))[name]
    return table["ways"], table["times"]


def combined(name: str) -> list[str]:
    """Every time of the table in every way of speaking, beginning like a sentence."""
    ways, times = combinations(name)
    sentences = (way.format(time) for time in times for way in ways)
    return [sentence[0].upper() + sentence[1:] for sentence in sentences]
