"""A release of ten thousand defects from its plan to its deployment, by hand: it takes an hour.

python -m bench.large_release --defects 10000 --at-work 1000 --clients 3 --file

One worker process does all the work; our database is a file, the development server's too if asked.
Where not all defects are at work, no worker serves the others: their histories say what they were
signalled.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from activities.adapters.database import make_engine
from activities.adapters.database.engine import batches
from activities.adapters.database.tables import deliveries
from bench.installation import Installation, database_url
from bench.measure import Section
from bench.releases import (
    ATTACHED_AT_ONCE,
    LargeRelease,
    clients_of,
    for_each,
    start_open,
    start_unserved,
)
from bench.worker_process import WorkerProcess, busy_server
from runtime.time_zones import use_pinned_zones

_LOOK_AGAIN = 2
_LOOKED_AT_AT_ONCE = 10
_EACH_WAS_SIGNALLED = "schedule_release 1, schedule_release 2, release_deployed 3"


@dataclass
class _Steps:
    """Takes the times of steps, and the most memory the worker ever had."""

    worker: WorkerProcess
    peak: int = 0
    rows: list[tuple[str, str, str]] = field(default_factory=list)

    async def step(self, what: str, notify: Awaitable[float], letters: int) -> None:
        """One step; it is over when the mailbox has taken so many letters."""
        begun = time.perf_counter()
        notified = await notify
        while True:
            used = await self.worker.used()
            self.peak = max(self.peak, used.peak)
            if used.letters >= letters:
                break
            await asyncio.sleep(_LOOK_AGAIN)
        self.rows.append((what, f"{notified:.0f}", f"{time.perf_counter() - begun:.0f}"))
        sys.stderr.write("{}: notified {} s, arrived {} s\n".format(*self.rows[-1]))


async def main() -> int:
    """Measure, print; answers the exit code: 1 where somebody was notified twice or not at all."""
    parser = argparse.ArgumentParser(prog="python -m bench.large_release")
    parser.add_argument("--defects", type=int, default=10_000)
    parser.add_argument("--at-work", type=int, default=1_000, help="so many of them do their work")
    parser.add_argument("--clients", type=int, default=3, help="of each defect at work")
    parser.add_argument("--people", type=int, help="who share them; without it each has one")
    parser.add_argument("--file", action="store_true", help="the server's database is a file")
    given = parser.parse_args()
    use_pinned_zones()
    defects = [f"DEF-{n:06}" for n in range(given.defects)]
    # Spread evenly among the others.
    served = defects[:: max(1, given.defects // given.at_work)][: given.at_work]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with busy_server(folder=folder, on_file=given.file) as (site, worker):
            audience = _Audience(defects, served, given.clients, given.people)
            section, exact = await _measure(site, worker, audience)
            sent = _sent(folder)
    section.table(
        ("letter", "people told, by defect", "on record as told"),
        [(event, *counts) for event, counts in sorted(sent.items())],
    )
    told = len(served) * given.clients
    exact = exact and all(counts == (told,) * 2 for counts in sent.values())
    section.say("Everybody was notified exactly once." if exact else "**Not exactly once.**")
    sys.stdout.write(section.markdown())
    return 0 if exact else 1


@dataclass(frozen=True)
class _Audience:
    """The defects of the release, those at work, and who hears of them."""

    defects: Sequence[str]
    served: Sequence[str]
    clients: int
    people: int | None

    @property
    def by_change(self) -> int:
        """Letters of one change: one to each person."""
        of_each = clients_of(self.served, self.clients, self.people)
        return len({client for clients in of_each for client in clients})

    @property
    def by_attaching(self) -> int:
        """Letters of the commands that attach the defects, each of which is a change."""
        of = dict(zip(self.served, clients_of(self.served, self.clients, self.people), strict=True))
        return sum(
            len({client for number in page for client in of.get(number, ())})
            for page in batches(self.defects, ATTACHED_AT_ONCE)
        )


async def _measure(
    site: Installation, worker: WorkerProcess, audience: _Audience
) -> tuple[Section, bool]:
    defects, served, steps = audience.defects, audience.served, _Steps(worker)
    first, each = audience.by_attaching, audience.by_change

    async def imported() -> float:
        begun = time.perf_counter()
        await start_unserved(site, sorted(set(defects) - set(served)))
        await start_open(site, served, audience.clients, audience.people)
        await for_each(served, site.settle, at_once=_LOOKED_AT_AT_ONCE)
        return time.perf_counter() - begun

    release = LargeRelease(site, "REL-1")
    await steps.step("imported", imported(), 0)
    await steps.step("attached and scheduled", release.plan(defects), first)
    await steps.step("rescheduled", release.reschedule(), first + each)
    await steps.step("deployed", release.deploy(), first + 2 * each)
    await site.client.get_workflow_handle(release.number).result()
    await for_each(served, site.settle, at_once=_LOOKED_AT_AT_ONCE)
    taken, signalled = (await worker.used()).letters, await _signals(site, defects)

    section = Section(
        f"A release of {len(defects):,} defects, {len(served):,} of them at work, "
        f"{audience.clients} clients each, {each:,} people"
    )
    section.table(("step", "s until notified", "s until every letter was taken"), steps.rows)
    section.table(
        ("run of the release", "events", "kB of history", "kB of the largest event"),
        [
            (n, run.events, f"{run.stored / 1000:.0f}", f"{run.largest / 1000:.0f}")
            for n, run in enumerate(await release.runs(), 1)
        ],
    )
    section.say(
        f"The mailbox took {taken:,} letters of {first + 2 * each:,}. The worker's resident memory "
        f"was at most {steps.peak / 1_000_000:.0f} MB.",
        f"What the defects were signalled: {dict(signalled)}.",
    )
    exact = taken == first + 2 * each
    return section, exact and signalled == {_EACH_WAS_SIGNALLED: len(defects)}


async def _signals(site: Installation, defects: Sequence[str]) -> Counter[str]:
    """How many defects were signalled what, in order: names and versions of the plan."""
    converter, found = site.client.data_converter, Counter[str]()

    async def count(number: str) -> None:
        history = await site.client.get_workflow_handle(number).fetch_history()
        received = []
        for event in history.events:
            signal = event.workflow_execution_signaled_event_attributes
            if signal.signal_name:
                (payload,) = await converter.decode(signal.input.payloads)
                received.append(f"{signal.signal_name} {payload['plan_version']}")
        found[", ".join(received)] += 1

    await for_each(defects, count, at_once=_LOOKED_AT_AT_ONCE)
    return found


def _sent(folder: Path) -> dict[str, tuple[int, int]]:
    """By event: how many were to be told by each defect, and how many were."""
    query = select(
        deliveries.c.event,
        func.count(),
        func.count().filter(deliveries.c.state == "sent"),
    ).group_by(deliveries.c.event)
    engine = make_engine(database_url(folder))
    with engine.connect() as connection:
        found = {event: (n, sent) for event, n, sent in connection.execute(query)}
    engine.dispose()
    return found


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
