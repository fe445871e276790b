"""Writes the tables and pictures of `docs/scale.md` from what was measured.

python -m bench.scale                   write them anew
python -m bench.scale --check           ends with 1 where the page is stale
python -m bench.scale --measure rows    measure one part again first: rows, story or lives
"""

import argparse
import asyncio
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from activities.adapters.policy_files import PolicyFiles
from bench.families import averages, turns_until_told
from bench.inputs import BRIEF, measured
from bench.kept import keep, kept
from bench.lives import MONDAY as LIVES_BEGIN
from bench.population import Crowd
from bench.results import Results, committed
from bench.scale_pictures import pictures
from bench.scale_tables import tables
from bench.week import MONDAY
from runtime.time_zones import use_pinned_zones

_DOCS = Path(__file__).parents[1] / "docs"
PAGE = _DOCS / "scale.md"
PICTURES = _DOCS / "pictures"
_PLACE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_DEFECTS = {"rows": 1_000, "story": 200, "lives": 200}
"""Enough for figures that do not move, and a few minutes at most."""


def main() -> int:
    """Write, or check; answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale")
    parser.add_argument("--check", action="store_true", help="change nothing")
    parser.add_argument("--measure", choices=[*_DEFECTS], help="this part, before")
    given = parser.parse_args()
    use_pinned_zones()
    if given.measure:
        _measure(given.measure)
    files = written(committed(), kept(), PAGE.read_text(encoding="utf-8"))
    stale = [file.name for file, text in files.items() if not _says(file, text)]
    if given.check:
        sys.stdout.write(f"stale: {', '.join(stale)}\n" if stale else "")
        return 1 if stale else 0
    PICTURES.mkdir(exist_ok=True)
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    return 0


def written(results: Results, measurements: Mapping[str, Any], page: str) -> dict[Path, str]:
    """What the page and its pictures have to say."""
    found = measured(results, measurements)
    drawn = {PICTURES / name: text for name, text in pictures(found).items()}
    return {PAGE: filled(page, tables(found, results, measurements))} | drawn


def filled(page: str, parts: Mapping[str, str]) -> str:
    """The page with each table in its place.

    Raises:
        KeyError: a place is for a table that there is not.
    """
    return _PLACE.sub(lambda place: f"{place[1]}\n{parts[place[2]]}\n\n{place[3]}", page)


def _says(file: Path, text: str) -> bool:
    return file.exists() and file.read_text(encoding="utf-8") == text


def _measure(part: str) -> None:
    size = _DEFECTS[part]
    if part == "rows":
        # Needs what the tests start a PostgreSQL with.
        from bench.rows import measured as rows_of

        keep("rows", rows_of(size, MONDAY))
    elif part == "story":
        # Loads the whole worker.
        from bench.same_story import compared

        keep("story", asyncio.run(compared(size)))
    else:
        policy = PolicyFiles().load("eto", LIVES_BEGIN.year).pinned()
        keep("families", averages(Crowd(1, MONDAY), size))
        keep("turns", {name: turns_until_told(name, policy) for name in BRIEF})


if __name__ == "__main__":
    sys.exit(main())
