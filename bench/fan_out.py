"""Part `fan_out`: a release that moves tells its defects, beside bare signals to the same ones."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from activities.fan_out import ROUND
from activities.signals import AT_ONCE, PAGE
from bench.installation import Installation
from bench.measure import Aim, Figure, Section
from bench.releases import ATTACHED_AT_ONCE, BigRelease, Ran, begin, begin_mute
from bench.worker_process import WorkerProcess, busy_server

AT_LEAST = 0.7
GROWTH_AT_MOST = 1.5
_MB = 1_000_000
_LOOKED_AT_AT_ONCE = 10
"""Defects asked at the same time whether they are quiet: asking is work for the server."""


@dataclass
class _Told:
    """What telling the defects of one release came to, round by round."""

    title: str
    defects: Sequence[str]
    at_work: bool = False
    ours: list[float] = field(default_factory=list)
    """Defects per second."""
    bare: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    """MB by which the worker process grew at most while the release told."""
    runs: list[Ran] = field(default_factory=list)
    """Of the release, when it had told all rounds."""

    @property
    def size(self) -> int:
        """How many are told."""
        return len(self.defects)

    async def round(self, release: BigRelease, worker: WorkerProcess) -> None:
        """The release moves and tells them; then they are signalled barely."""
        await self.settle(release.site)
        before = (await worker.used()).memory
        self.ours.append(self.size / await release.move())
        self.memory.append(((await worker.used()).peak - before) / _MB)
        await self.settle(release.site)
        await worker.used()  # Memory that was given back has to be taken again: by both.
        self.bare.append(self.size / await worker.tell_barely(self.defects, release.plan()))

    async def settle(self, site: Installation) -> None:
        """Wait until nothing of what they were told is under way."""
        limit = asyncio.Semaphore(_LOOKED_AT_AT_ONCE)

        async def one(number: str) -> None:
            async with limit:
                await site.settle(number)

        if self.at_work:
            await asyncio.gather(*(one(number) for number in self.defects))


async def run(*, quick: bool) -> Section:
    """Move a small and a large release of mute defects, and one of defects at work."""
    rounds, few, many, at_work = (1, 100, 400, 20) if quick else (5, 500, 2_000, 300)
    async with busy_server() as (site, worker):
        mute = [f"MUTE-{n:05}" for n in range(many)]
        await begin_mute(site, mute)
        mutes = [_Told(f"{n:,} that nobody works on", mute[:n]) for n in (few, many)]
        releases = [
            await BigRelease.planned(site, f"REL-{told.size}", told.defects) for told in mutes
        ]
        for _ in range(rounds):
            for told, release in zip(mutes, releases, strict=True):
                await told.round(release, worker)
        for told, release in zip(mutes, releases, strict=True):
            told.runs = await release.runs()
        busy = await _at_work(site, worker, at_work, min(3, rounds))
    return _section(mutes, busy, rounds)


async def _at_work(site: Installation, worker: WorkerProcess, size: int, rounds: int) -> _Told:
    defects = [f"DEF-{n:05}" for n in range(size)]
    told = _Told(f"{size:,} at work, a client each", defects, at_work=True)
    await begin(site, defects, clients=1)
    await told.settle(site)
    release = await BigRelease.planned(site, "REL-AT-WORK", defects)
    for _ in range(rounds):
        await told.round(release, worker)
    told.runs = await release.runs()
    return told


def _section(mutes: list[_Told], busy: _Told, rounds: int) -> Section:
    few, many = mutes
    section = Section("A release that tells its defects")
    section.say(
        f"A release moves {rounds} times (that of defects at work {len(busy.ours)} times) and "
        f"tells its defects: pages of {PAGE} from the database, {AT_ONCE} signals at once, who was "
        "told remembered page by page. In turn with it the same worker process signals a date to "
        "the same defects, as many at once, and remembers nothing. Ours counts from the command "
        "until the last defect is remembered as told. Defects that nobody works on only take the "
        "signal, so only the telling differs; those at work keep the worker busy with what "
        "follows: the portal is written, a mail is sent.",
    )
    section.table(
        ("defects", "ours, per second", "bare signals, per second", "ours / bare"),
        [
            (told.title, ours, bare, ours.over(bare))
            for told in (*mutes, busy)
            for ours, bare in ((Figure.of(told.ours), Figure.of(told.bare)),)
        ],
    )
    section.say(
        "What it costs the worker process in memory, and the release in history: its plan, its "
        f"defects in commands that name at most {ATTACHED_AT_ONCE}, {rounds} new dates. A page is "
        f"all the telling holds; the release hears of it once in {ROUND:,} defects.",
    )
    memory = [Figure.of(told.memory) for told in mutes]
    section.table(
        ("defects", "MB the worker grew at most", "events", "kB of history", "kB per defect"),
        [
            (
                told.title,
                grew,
                sum(run.events for run in told.runs),
                f"{stored / 1000:.0f}",
                f"{stored / 1000 / told.size:.3f}",
            )
            for told, grew in zip(mutes, memory, strict=True)
            for stored in (sum(run.stored for run in told.runs),)
        ],
    )
    for told in (many, busy):
        section.aims.append(
            Aim(
                f"Telling the defects of a release, {told.title}: per second, times bare signals",
                Figure.of(told.ours).over(Figure.of(told.bare)),
                at_least=AT_LEAST,
                missed_because="the update, the database and the end of the last round are waited "
                "for, and a worker busy with what its defects do comes to them late",
            )
        )
    section.aims.append(
        Aim(
            f"Memory of telling {many.size:,} defects, times that of {few.size:,}",
            memory[1].over(memory[0]),
            at_most=GROWTH_AT_MOST,
            missed_because="a few MB of buffers come and go in the SDK's core",
        )
    )
    return section
