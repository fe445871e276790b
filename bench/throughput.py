"""Part `throughput`: defects opened and resolved per second by one worker process."""

import asyncio
import time
from datetime import UTC, datetime
from itertools import count

from bench.installation import BOTH, Installation
from bench.measure import Aim, Figure, Section
from bench.scenarios import LIVES, STEPS, Life
from bench.worker_process import AT_ONCE, busy_server

MEASURED = ("S1-brief", "S3-brief")
AT_LEAST = 0.7
_ALONE = 5
"""Defects a round that are opened one at a time."""

_numbers = count(1)


async def run(*, quick: bool) -> Section:
    """Open and resolve defects, ours and bare in turn."""
    rounds, size = (1, 12) if quick else (4, 24)
    rates: dict[tuple[str, str], list[float]] = {}
    costs: dict[tuple[str, str], list[float]] = {}
    waits: dict[tuple[str, str], list[float]] = {}
    async with busy_server() as (site, worker):
        for name in MEASURED:
            for kind in BOTH:
                await batch(site, kind, LIVES[name], AT_ONCE)
        for _ in range(rounds * _ALONE):
            for name in MEASURED:
                for kind in BOTH:
                    waits.setdefault((name, kind), []).append(await _told(site, kind, LIVES[name]))
        for _ in range(rounds):
            for name in MEASURED:
                for kind in BOTH:
                    before = (await worker.used()).processor
                    rate = await batch(site, kind, LIVES[name], size)
                    used = (await worker.used()).processor - before
                    rates.setdefault((name, kind), []).append(rate)
                    costs.setdefault((name, kind), []).append(1000 * used / size)
    section = Section("Throughput of one worker process")
    section.say(
        f"Defects are opened on the real development server (in memory) and resolved once "
        f"everybody was told, {AT_ONCE} at the same time, {size} a round; server, one worker "
        "process and the client share this machine. The bare workflow runs in the same worker "
        "process and starts the same activities with payloads of the same size, so only our "
        "workflow code differs: the policy it pins, the machine, the outbox, search attributes, "
        "the card. A defect opened alone, with nothing else under way, shows how long its messages "
        "take to leave.",
    )
    rows = []
    for name in MEASURED:
        ours, bare = (Figure.of(rates[name, kind]) for kind in BOTH)
        spent, least = (Figure.of(costs[name, kind]) for kind in BOTH)
        title = f"{LIVES[name].title} ({_messages(name)} messages)"
        rows.append((title, "defects per second", ours, bare, ours.over(bare)))
        rows.append((title, "worker CPU ms per defect", spent, least, spent.over(least)))
        alone, quickest = (Figure.of(waits[name, kind]) for kind in BOTH)
        rows.append(
            (title, "ms until it is told, opened alone", alone, quickest, alone.over(quickest))
        )
        section.aims.append(
            Aim(
                f"{LIVES[name].title}: defects per second, times the bare workflow's",
                ours.over(bare),
                at_least=AT_LEAST,
                missed_because=f"our workflow needs {_ratio(spent, least)} times the processor "
                "time of the bare one, and has one activity more to wait for, the policy",
            )
        )
    section.table(("life", "what", "ours", "bare", "ours / bare"), rows)
    return section


def _ratio(ours: Figure, bare: Figure) -> str:
    return f"{ours.over(bare).median:.1f}"


def _messages(name: str) -> int:
    """Up to the resolution; the end of the reopen window is not waited for."""
    return sum(len(step.effects) for step in STEPS[name][:2])


async def _told(site: Installation, kind: str, life: Life) -> float:
    """Milliseconds from the start of one defect until everybody knows it is confirmed."""
    number = f"{kind.upper()}-{next(_numbers)}"
    begun = time.perf_counter()
    await site.start(kind, number, life)
    await site.settle(number, look_again=0.005)
    return 1000 * (time.perf_counter() - begun)


async def batch(site: Installation, kind: str, life: Life, size: int) -> float:
    """Open and resolve so many; answers how many a second."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        number = f"{kind.upper()}-{next(_numbers)}"
        async with turn:
            await site.start(kind, number, life)
            await site.settle(number)
            for word in life.words:
                await site.say(number, word, datetime.now(UTC))
                await site.settle(number)

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(size)))
    return size / (time.perf_counter() - begun)
