"""Part `memory`: what an open defect costs a worker that keeps it in its cache."""

import asyncio
import tempfile
from itertools import count
from pathlib import Path

from bench.installation import BOTH, connected_to
from bench.lives import LIVES
from bench.measure import Aim, Figure, Section
from bench.worker_process import worker_process
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server

AT_MOST = 2.0
_LIFE = LIVES["S2"]
"""After its confirmation it waits for a month, with a timer and a target under way."""
_AT_ONCE = 12

_numbers = count(1)


async def run(*, quick: bool) -> Section:
    """Open many in a fresh process, ours and bare in turn."""
    rounds, first, more = (1, 20, 40) if quick else (2, 100, 500)
    found: dict[str, list[float]] = {kind: [] for kind in BOTH}
    for _ in range(rounds):
        for kind in BOTH:
            found[kind].append(await _kilobytes_each(kind, first, more))
    ours, bare = (Figure.of(found[kind]) for kind in BOTH)
    section = Section("Memory of an open defect")
    section.say(
        f"A fresh worker process opens {first} defects (S2), so that everything is loaded that "
        f"will be, and then {more} more: the growth of its resident memory, garbage collected "
        "and free memory given back, for each of these. All of them stay cached. The bare "
        "workflow has a handler for each of a defect's updates, and no state.",
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
            missed_because="the machine with the policy it pins, the outbox, and one lane, timer "
            "and status each, are what a bare workflow has none of",
        )
    )
    return section


async def _kilobytes_each(kind: str, first: int, more: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            dev_server(DefectsPlugin()) as server,
            worker_process(
                server.address, Path(folder), max_cached_workflows=first + more + 1
            ) as worker,
        ):
            await _open(server.address, kind, first)
            before = (await worker.used()).memory
            await _open(server.address, kind, more)
            after = (await worker.used()).memory
    return (after - before) / more / 1000


async def _open(address: str, kind: str, how_many: int) -> None:
    site = await connected_to(address)
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one() -> None:
        number = f"{kind.upper()}-{next(_numbers)}"
        async with turn:
            await site.start(kind, number, _LIFE)
            await site.settle(number)

    await asyncio.gather(*(one() for _ in range(how_many)))
