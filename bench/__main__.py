"""Runs every part and writes `bench/RESULTS.md`, or runs the parts that are named.

python -m bench                    everything, about ten minutes; writes RESULTS.md
python -m bench calendar replay    these parts, to the terminal
python -m bench --quick            everything once and small, to the terminal: does it run?
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
    replay,
    throughput,
)
from bench.measure import Aim, Section
from runtime.time_zones import use_pinned_zones

RESULTS = Path(__file__).parent / "RESULTS.md"
PARTS = {
    "lifecycle_cost": lifecycle_cost.run,
    "idle_cost": idle_cost.run,
    "throughput": throughput.run,
    "fan_out": fan_out.run,
    "memory": memory.run,
    "calendar": opening_hours.run,
    "replay": replay.run,
}


async def main() -> int:
    """Measure; answers the exit code: a missed aim is a result, not a failure."""
    given = _arguments()
    use_pinned_zones()
    platform = list(environment.rows())
    sections: list[Section] = []
    for name in given.parts or PARTS:
        begun = time.perf_counter()
        sections.append(await PARTS[name](quick=given.quick))
        _progress(f"{name}: {time.perf_counter() - begun:.0f} s")
    if given.parts or given.quick:
        _print("\n".join(section.markdown() for section in sections))
        _print("\n".join(_aims(sections)))
        return 0
    RESULTS.write_text(_results(platform, sections), encoding="utf-8")
    _progress(f"written: bench/{RESULTS.name}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="once and small, to see that it runs")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"{', '.join(sorted(unknown))}: the parts are {', '.join(PARTS)}")
    return given


def _results(platform: Iterable[tuple[str, str]], sections: Iterable[Section]) -> str:
    head = Section("Aims")
    head.lines += _aims(sections)
    on = Section("Measured on")
    on.table(("", ""), platform)
    return "\n".join(
        [
            "# What it costs",
            "",
            "Written by `python -m bench`; do not edit. A figure is a median with the lowest and "
            "the highest of its rounds; ratios are taken round by round, ours and the other in "
            "turn. These are not the figures of a production server: they compare, on one machine "
            "and in one run, our code with the least that could do the same.",
            "",
            head.markdown(),
            *(section.markdown() for section in sections),
            on.markdown(),
        ]
    )


def _aims(sections: Iterable[Section]) -> list[str]:
    aims: list[Aim] = [aim for section in sections for aim in section.aims]
    table = Section("")
    table.table(
        ("aim", "figure", "wanted", "met"),
        ((aim.what, aim.shown, aim.wanted, "yes" if aim.met else "**no**") for aim in aims),
    )
    if missed := [aim for aim in aims if not aim.met]:
        table.say("Why those are missed:")
        table.lines += [f"- {aim.what}: {aim.missed_because or 'not known'}." for aim in missed]
        table.say("")
    return table.lines


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _progress(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
