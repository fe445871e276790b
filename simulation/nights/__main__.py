"""Plays nights for as long as it is told: `python -m simulation.nights --minutes 5 [--seed 1]`."""

import argparse
import multiprocessing
import sys
import time

from simulation.nights.draw import draw
from simulation.nights.shrink import shrunk, verdict
from simulation.nights.soak import keep_quiet, play_for


def main() -> int:
    """Exits with 1 where something was wrong, and prints the shortest night that shows it."""
    parser = argparse.ArgumentParser(prog="python -m simulation.nights")
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=0, help="the first one")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--only", action="store_true", help="play that seed and no other")
    asked = parser.parse_args()
    keep_quiet()
    if asked.only:
        found = verdict(draw(asked.seed))
        print("\n".join(found.wrong) or f"Nothing is wrong with the night of seed {asked.seed}.")
        return 1 if found.wrong else 0
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(asked.processes) as pool:
        shares = [
            (asked.minutes, asked.seed + place, asked.processes) for place in range(asked.processes)
        ]
        tallies = pool.starmap(play_for, shares)
    nights, minutes = sum(t.nights for t in tallies), (time.monotonic() - began) / 60
    print(
        f"{nights} nights, {nights / minutes:.0f} a minute; {sum(t.letters for t in tallies)} "
        f"letters, {sum(t.twice for t in tallies)} of them sent again unavoidably"
    )
    failed = [tally.failed for tally in tallies if tally.failed is not None]
    for seed in failed:
        print(shrunk(draw(seed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
