"""Part `memory`: what an open defect costs a worker that keeps it in its cache."""

import asyncio
from itertools import count

from bench.installation import BOTH, Installation
from bench.measure import Aim, Figure, Section
from bench.scenarios import LIVES
from bench.worker_process import AT_ONCE, busy_server

AT_MOST = 2.0
_LIFE = LIVES["S2"]
"""After its confirmation it waits for a month, with a timer and a target under way."""
_KB = 1000

_numbers = count(1)


async def run(*, quick: bool) -> Section:
    """Open many in one worker process, ours and bare in turn."""
    rounds, first, more = (1, 20, 40) if quick else (2, 50, 250)
    found: dict[str, list[float]] = {kind: [] for kind in BOTH}
    async with busy_server(max_cached_workflows=2 * (first + rounds * more)) as (site, worker):
        for kind in BOTH:
            await _open(site, kind, first)
        for _ in range(rounds):
            for kind in BOTH:
                before = (await worker.used()).memory
                await _open(site, kind, more)
                after = (await worker.used()).memory
                found[kind].append((after - before) / more / _KB)
    ours, bare = (Figure.of(found[kind]) for kind in BOTH)
    section = Section("Memory of an open defect")
    section.say(
        f"A worker process opens {first} defects (S2) of either kind, so that everything is loaded "
        f"that will be, and then, in turn, {rounds} times {more} of each: the growth of its "
        "resident memory, garbage collected and free memory given back, divided by their number. "
        "All of them stay cached. The bare workflow has a handler for each of a defect's updates, "
        "and no state.",
    )
    section.table(
        ("", "ours", "bare", "ours / bare"),
        [("kB per cached open defect", ours, bare, ours.over(bare))],
    )
    section.aims.append(
        Aim(
            "Memory of a cached open defect, times the bare workflow's",
            ours.over(bare),
            at_most=AT_MOST,
            missed_because="the machine with the policy it pins and the outbox are what a bare "
            "workflow has none of",
        )
    )
    return section


async def _open(site: Installation, kind: str, how_many: int) -> None:
    turn = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        number = f"{kind.upper()}-{next(_numbers)}"
        async with turn:
            await site.start(kind, number, _LIFE)
            await site.settle(number)

    await asyncio.gather(*(one() for _ in range(how_many)))
