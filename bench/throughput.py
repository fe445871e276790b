"""Part `throughput`: defects opened and resolved per second by one worker process."""

import asyncio
import time
from collections import defaultdict
from datetime import UTC, datetime
from itertools import count

from bench.installation import Installation
from bench.measure import BOTH, COMPARED, Aim, Comparison, Section
from bench.scenarios import SCENARIOS, STEPS, Scenario
from bench.worker_process import AT_ONCE, busy_server

_MEASURED = ("S1-brief", "S3-brief")
_AT_LEAST = 0.95
_ALONE = 5
"""Defects a round that are opened one at a time."""
_RATE, _CPU, _LATENCY = (
    "defects per second",
    "worker CPU ms per defect",
    "ms until its effects are done, opened alone",
)

_numbers = count(1)


async def run(*, quick: bool) -> Section:
    """Open and resolve defects, ours and the baseline in turn."""
    rounds, size = (1, 12) if quick else (4, 24)
    found: dict[tuple[str, str], Comparison] = defaultdict(Comparison)
    in_turn = [(name, kind) for name in _MEASURED for kind in BOTH]
    async with busy_server() as (site, worker):
        for name, kind in in_turn:
            await _batch(site, kind, SCENARIOS[name], AT_ONCE)
        for _ in range(rounds * _ALONE):
            for name, kind in in_turn:
                found[name, _LATENCY].add(kind, await _latency(site, kind, SCENARIOS[name]))
        for _ in range(rounds):
            for name, kind in in_turn:
                before = (await worker.used()).processor
                found[name, _RATE].add(kind, await _batch(site, kind, SCENARIOS[name], size))
                used = (await worker.used()).processor - before
                found[name, _CPU].add(kind, 1000 * used / size)
    section = Section("Throughput of one worker process")
    section.say(
        f"Defects are opened on the real development server (in memory) and resolved once all "
        f"effects are done, {AT_ONCE} at the same time, {size} a round; server, one worker "
        "process and the client share this machine. The baseline runs in the same worker process "
        "and starts the same activities with payloads of the same size, so only our workflow code "
        "differs: the policy it pins, the entity, the outbox, search attributes, the card. A "
        "defect opened alone, with nothing else under way, shows how long its effects take.",
    )
    rows: list[tuple[object, ...]] = []
    for name in _MEASURED:
        # Up to the resolution; the end of the reopen window is not waited for.
        effects = sum(len(step.effects) for step in STEPS[name][:2])
        title = SCENARIOS[name].title
        rows += [
            (f"{title} ({effects} effects)", what, *found[name, what].row())
            for what in (_RATE, _CPU, _LATENCY)
        ]
        section.aims.append(
            Aim(
                f"{title}: defects per second, times the baseline's",
                found[name, _RATE].ratio,
                at_least=_AT_LEAST,
                missed_because=f"our workflow needs {found[name, _CPU].ratio.median:.1f} times the "
                "processor time of the baseline, and has one activity more to wait for, the policy",
            )
        )
    section.table(("scenario", "what", *COMPARED), rows)
    return section


async def _latency(site: Installation, kind: str, scenario: Scenario) -> float:
    """Milliseconds from the start of one defect until all effects of its confirmation are done."""
    number = f"{kind.upper()}-{next(_numbers)}"
    begun = time.perf_counter()
    await site.start(kind, number, scenario)
    await site.settle(number, look_again=0.005)
    return 1000 * (time.perf_counter() - begun)


async def _batch(site: Installation, kind: str, scenario: Scenario, size: int) -> float:
    """Open and resolve so many; answers how many a second."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        number = f"{kind.upper()}-{next(_numbers)}"
        async with limit:
            await site.start(kind, number, scenario)
            await site.settle(number)
            for command in scenario.commands:
                await site.command(number, command, datetime.now(UTC))
                await site.settle(number)

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(size)))
    return size / (time.perf_counter() - begun)
