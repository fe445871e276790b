"""Runs every part and writes `bench/RESULTS.md`, or runs the parts that are named.

python -m bench                         everything, about ten minutes; writes RESULTS.md
python -m bench opening_hours replay    these parts, to the terminal
python -m bench --quick                 everything once and small, to the terminal: does it run?
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from bench import (
    environment,
    fan_out,
    idle_cost,
    lifecycle_cost,
    memory,
    opening_hours,
    promise_guard,
    queue,
    replay,
    throughput,
)
from bench.measure import Section
from runtime.time_zones import use_pinned_zones

RESULTS = Path(__file__).parent / "RESULTS.md"
PARTS = {
    "lifecycle_cost": lifecycle_cost.run,
    "idle_cost": idle_cost.run,
    "throughput": throughput.run,
    "fan_out": fan_out.run,
    "memory": memory.run,
    "opening_hours": opening_hours.run,
    "promise_guard": promise_guard.run,
    "replay": replay.run,
    "queue": queue.run,
}
_ABOUT = (
    "Written by `python -m bench`; do not edit. A figure is a median with the lowest and the "
    "highest of its rounds; ratios are taken round by round, ours and the other in turn. These are "
    "not the figures of a production server: they compare, on one machine and in one run, our code "
    "with the least that could do the same."
)


async def main() -> int:
    """Measure; answers the exit code: a missed aim is a result, not a failure."""
    given = _arguments()
    use_pinned_zones()
    platform = list(environment.rows())
    sections: list[Section] = []
    for name in given.parts or PARTS:
        begun = time.perf_counter()
        sections.append(await PARTS[name](quick=given.quick))
        sys.stderr.write(f"{name}: {time.perf_counter() - begun:.0f} s\n")
    if given.parts or given.quick:
        sys.stdout.write("\n".join(part.markdown() for part in (*sections, _aims(sections))))
        return 0
    on = Section("Measured on")
    on.table(("", ""), platform)
    parts = (_aims(sections), *sections, on)
    head = f"# What it costs\n\n{_ABOUT}\n\n"
    RESULTS.write_text(head + "\n".join(part.markdown() for part in parts), encoding="utf-8")
    sys.stderr.write(f"written: bench/{RESULTS.name}\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="once and small, to see that it runs")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"{', '.join(sorted(unknown))}: the parts are {', '.join(PARTS)}")
    return given


def _aims(sections: Iterable[Section]) -> Section:
    aims = [aim for section in sections for aim in section.aims]
    found = Section("Aims")
    found.table(
        ("aim", "figure", "wanted", "met"),
        ((aim.what, aim.shown, aim.wanted, "yes" if aim.met else "**no**") for aim in aims),
    )
    if missed := [aim for aim in aims if not aim.met]:
        found.say("Why those are missed:")
        reasons = (f"- {aim.what}: {aim.missed_because or 'not known'}." for aim in missed)
        found.say("\n".join(reasons))
    return found


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
