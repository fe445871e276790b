"""A release of ten thousand defects from its plan to its deployment, by hand: it takes an hour.

python -m bench.large_release --defects 10000 --at-work 1000 --clients 3 --file

One worker process does all the work; our database is a file, the development server's too if asked.
Where not all defects are at work, the others are on a queue where nobody listens: their histories
say what they were told.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, func, select

from activities.adapters.database import make_engine
from activities.adapters.database.engine import batches
from activities.adapters.database.tables import deliveries, entities
from bench.installation import Installation
from bench.measure import Section
from bench.releases import BigRelease, begin, begin_mute
from bench.worker_process import WorkerProcess, busy_server
from runtime.time_zones import use_pinned_zones

_LOOK_AGAIN = 5
_LOOKED_AT_AT_ONCE = 10
_MB = 1_000_000
_RELEASE = "REL-1"


@dataclass(frozen=True)
class _Who:
    """The defects of the release."""

    defects: Sequence[str]
    at_work: Sequence[str]
    """Spread evenly among them."""
    clients: int
    """Of each defect at work."""

    @classmethod
    def of(cls, defects: int, at_work: int, clients: int) -> "_Who":
        """So many of each."""
        numbers = [f"DEF-{n:06}" for n in range(defects)]
        return cls(numbers, numbers[:: max(1, defects // at_work)][:at_work], clients)


@dataclass
class _Watch:
    """Times of steps, and the most memory the worker ever had."""

    worker: WorkerProcess
    peak: int = 0
    steps: list[tuple[str, float, float]] = field(default_factory=list)
    """What, seconds until all defects were told, seconds until everything had arrived."""

    async def until(self, arrived: Callable[[int], bool]) -> None:
        """Wait until so many letters were taken."""
        while True:
            used = await self.worker.used()
            self.peak = max(self.peak, used.peak)
            if arrived(used.letters):
                return
            await asyncio.sleep(_LOOK_AGAIN)

    async def step(self, what: str, tell: Awaitable[float], arrived: Callable[[int], bool]) -> None:
        """Take the times of one step."""
        begun = time.perf_counter()
        told = await tell
        await self.until(arrived)
        self.steps.append((what, told, time.perf_counter() - begun))
        sys.stderr.write(f"{what}: told {told:.0f} s, arrived {self.steps[-1][2]:.0f} s\n")


async def main() -> int:
    """Measure, print; answers the exit code: 1 where somebody was told twice or not at all."""
    parser = argparse.ArgumentParser(prog="python -m bench.large_release")
    parser.add_argument("--defects", type=int, default=10_000)
    parser.add_argument("--at-work", type=int, default=1_000, help="so many of them do their work")
    parser.add_argument("--clients", type=int, default=3, help="of each defect at work")
    parser.add_argument("--file", action="store_true", help="the server's database is a file")
    given = parser.parse_args()
    use_pinned_zones()
    with tempfile.TemporaryDirectory() as folder:
        async with _site(Path(folder), on_file=given.file) as (site, watch, engine):
            who = _Who.of(given.defects, given.at_work, given.clients)
            section, exact = await _measure(site, watch, engine, who)
    sys.stdout.write(section.markdown())
    return 0 if exact else 1


@asynccontextmanager
async def _site(
    folder: Path, *, on_file: bool
) -> AsyncIterator[tuple[Installation, _Watch, Engine]]:
    async with busy_server(folder=folder, on_file=on_file) as (site, worker):
        engine = make_engine(f"sqlite:///{folder / 'bench.db'}")
        try:
            yield site, _Watch(worker), engine
        finally:
            engine.dispose()


async def _measure(
    site: Installation, watch: _Watch, engine: Engine, who: _Who
) -> tuple[Section, bool]:
    defects, letters = len(who.defects), len(who.at_work) * who.clients

    async def imported() -> float:
        begun = time.perf_counter()
        await begin_mute(site, sorted(set(who.defects) - set(who.at_work)))
        await begin(site, who.at_work, who.clients)
        return time.perf_counter() - begun

    await watch.step("imported", imported(), lambda _: _known(engine) == len(who.at_work))
    begun = time.perf_counter()
    release = await BigRelease.planned(site, _RELEASE, who.defects)
    planned = time.perf_counter() - begun
    sys.stderr.write(f"attached and scheduled: {planned:.0f} s\n")
    await watch.until(lambda taken: taken >= letters)
    watch.steps.append(("scheduled", planned, time.perf_counter() - begun))
    await watch.step("rescheduled", release.move(), lambda taken: taken >= 2 * letters)
    await watch.step("deployed", release.deploy(), lambda taken: taken >= 3 * letters)
    answer = await site.client.get_workflow_handle(_RELEASE).result()

    section = Section(
        f"A release of {defects:,} defects, {len(who.at_work):,} of them at work, "
        f"{who.clients} clients each"
    )
    section.table(
        ("step", "s until told", "defects per second", "s until every letter was taken"),
        [
            (what, f"{told:.0f}", f"{defects / told:.0f}", f"{arrived:.0f}")
            for what, told, arrived in watch.steps
        ],
    )
    runs = await release.runs()
    section.table(
        ("run of the release", "events", "kB of history", "kB of the largest event"),
        [
            (n, run.events, f"{run.stored / 1000:.0f}", f"{run.largest / 1000:.0f}")
            for n, run in enumerate(runs, 1)
        ],
    )
    found = _sent(engine)
    section.table(
        ("letter", "recipients", "sent", "attempts"),
        [(event, *counts) for event, counts in sorted(found.items())],
    )
    taken = (await watch.worker.used()).letters
    section.say(
        f"The mailbox took {taken:,} letters. The worker's resident memory was at most "
        f"{watch.peak / _MB:.0f} MB, with {1_000:,} workflows in its cache.",
        f"The release's last word: {answer['defects']}, "
        f"told {[told['told'] for told in answer['fan_outs']]}.",
    )
    said = await _signals(site, who.defects)
    section.say(f"What the defects were signalled: {dict(said)}.")
    exact = (
        taken == 3 * letters
        and all(counts == (letters,) * 3 for counts in found.values())
        and said == {"schedule_release 1, schedule_release 2, release_deployed 3": defects}
    )
    section.say("Everybody was told each of it once." if exact else "**Not exactly once.**")
    return section, exact


async def _signals(site: Installation, defects: Sequence[str]) -> Counter[str]:
    """How many defects were signalled what, in order: names and versions of the plan."""
    limit = asyncio.Semaphore(_LOOKED_AT_AT_ONCE)
    converter = site.client.data_converter

    async def of(number: str) -> str:
        async with limit:
            history = await site.client.get_workflow_handle(number).fetch_history()
        heard = []
        for event in history.events:
            signal = event.workflow_execution_signaled_event_attributes
            if signal.signal_name:
                (payload,) = await converter.decode(signal.input.payloads)
                heard.append(f"{signal.signal_name} {payload['plan_version']}")
        return ", ".join(heard)

    found: Counter[str] = Counter()
    for page in batches(defects, 500):
        found.update(await asyncio.gather(*(of(number) for number in page)))
    return found


def _known(engine: Engine) -> int:
    """Defects the read model knows."""
    query = select(func.count()).select_from(entities).where(entities.c.kind == "defect")
    with engine.connect() as connection:
        count: int = connection.execute(query).scalar_one()
    return count


def _sent(engine: Engine) -> dict[str, tuple[int, int, int]]:
    """By event: to how many it went, how many of them were sent, with how many attempts."""
    query = select(
        deliveries.c.event,
        func.count(),
        func.count().filter(deliveries.c.state == "sent"),
        func.sum(deliveries.c.attempts),
    ).group_by(deliveries.c.event)
    with engine.connect() as connection:
        return {event: (n, sent, tries) for event, n, sent, tries in connection.execute(query)}


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
