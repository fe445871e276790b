"""Part `fan_out`: a release that is rescheduled notifies its defects, beside signals alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from activities.fan_out import ROUND
from activities.signals import AT_ONCE, PAGE
from bench.installation import Installation
from bench.measure import BASELINE, OURS, Aim, Comparison, Figure, Section
from bench.releases import (
    ATTACHED_AT_ONCE,
    LargeRelease,
    ReleaseRun,
    for_each,
    start_open,
    start_unserved,
)
from bench.worker_process import WorkerProcess, busy_server

_AT_LEAST = 0.7
_GROWTH_AT_MOST = 1.5
_MB = 1_000_000
_LOOKED_AT_AT_ONCE = 10
"""Defects asked at the same time whether they are settled: asking is work for the server."""


@dataclass
class _FanOut:
    """What notifying the defects of one release came to, round by round."""

    title: str
    number: str
    defects: Sequence[str]
    served: bool = False
    rates: Comparison = field(default_factory=Comparison)
    """Defects per second."""
    memory: list[float] = field(default_factory=list)
    """MB by which the worker process grew at most while the release notified."""
    runs: list[ReleaseRun] = field(default_factory=list)
    """Of the release, when all rounds were over."""

    @property
    def grew(self) -> Figure:
        """The memory as a figure."""
        return Figure.of(self.memory)

    async def round(self, release: LargeRelease, worker: WorkerProcess) -> None:
        """The release notifies them; then they get the same signal without it."""
        size = len(self.defects)
        await self.settle(release.site)
        before = (await worker.used()).memory
        self.rates.add(OURS, size / await release.reschedule())
        self.memory.append(((await worker.used()).peak - before) / _MB)
        await self.settle(release.site)
        await worker.used()  # Memory that was given back has to be taken again: by both.
        seconds = await worker.signal_only(self.defects, release.next_plan())
        self.rates.add(BASELINE, size / seconds)

    async def settle(self, site: Installation) -> None:
        """Wait until nothing that follows from their signals is under way."""
        if self.served:
            await for_each(self.defects, site.settle, at_once=_LOOKED_AT_AT_ONCE)


async def run(*, quick: bool) -> Section:
    """Reschedule a small and a large release of unserved defects, and one of served ones."""
    rounds, few, many, served = (1, 100, 400, 20) if quick else (5, 500, 2_000, 300)
    unserved = [f"UNSERVED-{n:05}" for n in range(many)]
    small, large = (
        _FanOut(f"{n:,} that no worker serves", f"REL-{n}", unserved[:n]) for n in (few, many)
    )
    busy = _FanOut(
        f"{served:,} at work, a client each",
        "REL-AT-WORK",
        [f"DEF-{n:05}" for n in range(served)],
        served=True,
    )
    async with busy_server() as (site, worker):
        await start_unserved(site, unserved)
        await _measure(site, worker, (small, large), rounds)
        await start_open(site, busy.defects, clients=1)
        await _measure(site, worker, (busy,), min(3, rounds))
    return _section(small, large, busy, rounds)


async def _measure(
    site: Installation, worker: WorkerProcess, fan_outs: Sequence[_FanOut], rounds: int
) -> None:
    releases = []
    for each in fan_outs:
        await each.settle(site)
        releases.append(LargeRelease(site, each.number))
        await releases[-1].plan(each.defects)
    for _ in range(rounds):
        for each, release in zip(fan_outs, releases, strict=True):
            await each.round(release, worker)
    for each, release in zip(fan_outs, releases, strict=True):
        each.runs = await release.runs()


def _section(small: _FanOut, large: _FanOut, busy: _FanOut, rounds: int) -> Section:
    section = Section("A release that notifies its defects")
    section.say(
        f"A release is rescheduled {rounds} times (that of defects at work {len(busy.memory)} "
        f"times) and notifies its defects: pages of {PAGE} from the database, {AT_ONCE} signals at "
        "once, who was notified remembered page by page. In turn with it the same worker process "
        "signals a date to the same defects, as many at once, and remembers nothing. Ours counts "
        "from the command until the last defect is remembered as notified. Defects that no worker "
        "serves only take the signal, so only the notifying differs; those at work keep the worker "
        "busy with what follows: the read model is written, a mail is sent.",
    )
    section.table(
        ("defects", "ours, per second", "signals alone, per second", "ours / signals alone"),
        [(each.title, *each.rates.row()) for each in (small, large, busy)],
    )
    section.say(
        "What it costs the worker process in memory, and the release in history: its plan, its "
        f"defects in commands that name at most {ATTACHED_AT_ONCE}, {rounds} new dates. A page is "
        f"all that is held at a time; the release hears of it once in {ROUND:,} defects.",
    )
    section.table(
        ("defects", "MB the worker grew at most", "events", "kB of history", "kB per defect"),
        [
            (
                each.title,
                each.grew,
                sum(run.events for run in each.runs),
                f"{stored:.0f}",
                f"{stored / len(each.defects):.3f}",
            )
            for each in (small, large)
            for stored in (sum(run.stored for run in each.runs) / 1000,)
        ],
    )
    section.aims += [
        Aim(
            f"Notifying the defects of a release, {each.title}: per second, times signals alone",
            each.rates.ratio,
            at_least=_AT_LEAST,
            missed_because="the update, the database and the end of the last round are waited "
            "for, and a worker busy with what its defects do comes to them late",
        )
        for each in (large, busy)
    ]
    section.aims.append(
        Aim(
            f"Memory of notifying {len(large.defects):,} defects, "
            f"times that of {len(small.defects):,}",
            large.grew.over(small.grew),
            at_most=_GROWTH_AT_MOST,
            missed_because="a few MB of buffers come and go in the SDK's core",
        )
    )
    return section
