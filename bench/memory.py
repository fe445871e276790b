"""Part `memory`: what an open defect costs a worker that keeps it in its cache."""

import asyncio
from itertools import count

from bench.installation import Installation
from bench.measure import BOTH, COMPARED, Aim, Comparison, Section
from bench.scenarios import SCENARIOS
from bench.worker_process import AT_ONCE, busy_server

_AT_MOST = 1.3
_SCENARIO = SCENARIOS["S2"]
"""After its confirmation it waits for a month, with a timer and a target under way."""
_KB = 1000

_numbers = count(1)


async def run(*, quick: bool) -> Section:
    """Open many in one worker process, ours and the baseline in turn."""
    rounds, first, more = (1, 20, 40) if quick else (2, 50, 250)
    found = Comparison()
    async with busy_server(max_cached_workflows=2 * (first + rounds * more)) as (site, worker):
        for kind in BOTH:
            await _open(site, kind, first)
        for _ in range(rounds):
            for kind in BOTH:
                before = (await worker.used()).memory
                await _open(site, kind, more)
                after = (await worker.used()).memory
                found.add(kind, (after - before) / more / _KB)
    section = Section("Memory of an open defect")
    section.say(
        f"A worker process opens {first} defects (S2) of either kind, so that everything is loaded "
        f"that will be, and then, in turn, {rounds} times {more} of each: the growth of its "
        "resident memory, garbage collected and free memory given back, divided by their number. "
        "All of them stay cached. The baseline has a handler for each of a defect's updates, and "
        "no state. Its class is imported anew for each, as the SDK does unless told otherwise; "
        "that of ours is shared with the process.",
    )
    section.table(("", *COMPARED), [("kB per cached open defect", *found.row())])
    section.aims.append(
        Aim(
            "Memory of a cached open defect, times the baseline's",
            found.ratio,
            at_most=_AT_MOST,
            missed_because="the entity with the policy it pins and the outbox are what the "
            "baseline has none of",
        )
    )
    return section


async def _open(site: Installation, kind: str, how_many: int) -> None:
    limit = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        number = f"{kind.upper()}-{next(_numbers)}"
        async with limit:
            await site.start(kind, number, _SCENARIO)
            await site.settle(number)

    await asyncio.gather(*(one() for _ in range(how_many)))
