"""Thousands of cases of one defect while the database is away, by hand: it takes some minutes.

python -m bench.storm --attachments 10000 --outage 60

The embedded server and a worker process as its operator has it; callers who are refused as `Busy`
try again. Afterwards nothing may be missing, and a worker that has lost the defect must be able to
read its runs back in: a replay may cost so much for each command, however many there were.
"""

import argparse
import asyncio
import json
import os
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, func, select
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from activities.adapters.database import make_engine
from activities.adapters.database.tables import deliveries, subscriptions
from bench.measure import Aim, Figure, Section
from bench.releases import for_each
from domain.contract.events import ClientEvent
from domain.runner import MOST_WAITING_SIGNALS
from runtime.client import DefectsClient, NoAnswer, QueueFull
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from runtime.time_zones import use_pinned_zones
from worker import WORKFLOWS

CALLERS = 40
"""At the same time; the server refuses more than a hundred updates of one workflow at once."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds that a caller waits who was refused."""
MOST_STATE = 256_000
"""Bytes of the defect as one run hands it to the next, without what waits for the outside."""
SLOWEST_TASK = 5.0
"""Seconds of a workflow task: the server gives it to another worker after ten."""
STEADY = 1.5
"""How much more a command may cost in a long history than in a short one."""
STAGES = (0.25, 0.5, 1.0)
"""Of all commands: what a replay of the history so far costs is measured at each."""
_LOOK_AGAIN = 0.2
_SETTLED_WITHIN = 900
_WORKER = Path(__file__).parents[1] / "worker.py"


def attachment(case: str, name: str | None = None) -> dict[str, object]:
    """A case of one of a thousand clients, with a contact of its own."""
    contact = {"email": f"{case.lower()}@client.example", "name": name}
    return {"case": case, "client": f"client-{case[-3:]}", "contact": contact}


@dataclass
class Storm:
    """Callers who attach cases to one defect until each is attached."""

    defects: DefectsClient
    number: str
    name: str | None = None
    """Of every contact: a long one fills the outbox sooner."""
    attached: int = 0
    busy: int = 0
    """Times that a caller was refused, and told to come again."""
    unanswered: int = 0
    """Times that no worker answered."""

    async def attach(self, cases: Sequence[str]) -> None:
        """Each case once, `CALLERS` at the same time."""
        await for_each(cases, self._attach, at_once=CALLERS)

    async def _attach(self, case: str) -> None:
        asked = {"actor": "import-1", "key": f"attach-{case}"} | attachment(case, self.name)
        pause = FIRST_PAUSE
        while True:
            try:
                await self.defects.update(self.number, "attach_case", asked)
            except QueueFull:
                self.busy += 1
            except NoAnswer:
                self.unanswered += 1
            else:
                self.attached += 1
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def settled(self) -> None:
        """Wait until nothing of the defect is under way.

        Raises:
            TimeoutError: something still is after a quarter of an hour.
        """
        async with asyncio.timeout(_SETTLED_WITHIN):
            while (await self.defects.query(self.number, "status"))["pending_deliveries"]:  # noqa: ASYNC110 - no such event
                await asyncio.sleep(_LOOK_AGAIN)


@dataclass(frozen=True)
class Run:
    """One run of the defect's workflow, as its history has it."""

    history: WorkflowHistory
    commands: int
    state: int
    """Bytes of the defect that it began with; 0 for the first run."""
    waiting: int
    """Bytes of what waited for the outside when it began."""
    slowest: float
    """Seconds of its slowest workflow task."""
    failed: int
    """Workflow tasks that failed or took too long."""

    @classmethod
    def of(cls, history: WorkflowHistory) -> "Run":
        """What a history came to."""
        events = history.events
        begun = events[0].workflow_execution_started_event_attributes
        carried = json.loads(begun.input.payloads[0].data)
        kinds = [event.WhichOneof("attributes") or "" for event in events]
        broken = ("workflow_task_failed", "workflow_task_timed_out")
        return cls(
            history=history,
            commands=sum(kind.startswith("workflow_execution_update_accepted") for kind in kinds),
            state=_bytes_of(carried.get("entity")),
            waiting=_bytes_of(carried.get("outbox")),
            slowest=max(_seconds_of_tasks(events), default=0.0),
            failed=sum(kind.startswith(broken) for kind in kinds),
        )


async def runs_of(client: Client, number: str) -> list[Run]:
    """All runs of a number, oldest first."""
    found: list[Run] = []
    run_id: str | None = None
    while True:
        history = await client.get_workflow_handle(number, run_id=run_id).fetch_history()
        found.insert(0, Run.of(history))
        begun = history.events[0].workflow_execution_started_event_attributes
        run_id = begun.continued_execution_run_id
        if not run_id:
            return found


def _bytes_of(part: object) -> int:
    """As it travels; a first run has brought nothing along."""
    written = json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()
    return 0 if part is None else len(written)


def _seconds_of_tasks(events: Sequence[HistoryEvent]) -> Iterator[float]:
    started = {e.event_id: e.event_time.ToDatetime() for e in events}
    for event in events:
        done = event.workflow_task_completed_event_attributes
        if done.started_event_id:
            took = event.event_time.ToDatetime() - started[done.started_event_id]
            yield took.total_seconds()


async def seconds_of_replay(history: WorkflowHistory) -> float:
    """Of processor time, to read a run back in."""
    replayer = Replayer(workflows=WORKFLOWS, plugins=[DefectsPlugin()])
    begun = time.process_time()
    await replayer.replay_workflow(history)
    return time.process_time() - begun


@contextmanager
def database_away(path: Path) -> Iterator[None]:
    """Nobody else can write into the SQLite file while it lasts."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def known_to(engine: Engine, number: str) -> tuple[int, int]:
    """How many cases the database has attached, and how many were told so once."""
    attached = select(func.count()).where(
        subscriptions.c.entity == number, subscriptions.c.detached_sequence.is_(None)
    )
    told = select(func.count(deliveries.c.recipient.distinct())).where(
        deliveries.c.entity == number,
        deliveries.c.event == ClientEvent.DEFECT_CONFIRMED,
        deliveries.c.state == "sent",
    )
    with engine.connect() as connection:
        return connection.scalar(attached) or 0, connection.scalar(told) or 0


# --- by hand --------------------------------------------------------------------------------------


@dataclass
class _Figures:
    """What a storm came to."""

    seconds: dict[str, float] = field(default_factory=dict)
    storm: Storm | None = None

    async def timed(self, what: str, doing: Awaitable[None]) -> None:
        begun = time.perf_counter()
        await doing
        self.seconds[what] = time.perf_counter() - begun
        sys.stderr.write(f"{what}: {self.seconds[what]:.0f} s\n")


async def main() -> int:
    """Measure, print; answers the exit code: 1 where something is missing or an aim is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.storm")
    parser.add_argument("--attachments", type=int, default=10_000)
    parser.add_argument("--outage", type=float, default=60, help="seconds")
    given = parser.parse_args()
    use_pinned_zones()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            dev_server(DefectsPlugin()) as server,
            _worker(folder, server.address),
        ):
            storm = Storm(DefectsClient(server.client), "DEF-1")
            figures = _Figures()
            cases = [f"CASE-{n:06}" for n in range(given.attachments)]
            await storm.defects.start("DefectWorkflow", storm.number, _start(cases[0]))
            await storm.settled()
            await figures.timed("attached", _through_an_outage(storm, cases[1:], folder, given))
            await figures.timed("settled", storm.settled())
            runs = await runs_of(server.client, storm.number)
            known = _known(folder, storm.number)
    section, met = await _judged(storm, figures, runs, known, len(cases))
    sys.stdout.write(section.markdown())
    return 0 if met else 1


async def _through_an_outage(
    storm: Storm, cases: Sequence[str], folder: Path, given: argparse.Namespace
) -> None:
    with database_away(_database(folder)):
        attaching = asyncio.create_task(storm.attach(cases))
        await asyncio.sleep(given.outage)
        sys.stderr.write(f"attached while the database was away: {storm.attached}\n")
    await attaching


async def _judged(
    storm: Storm,
    figures: _Figures,
    runs: Sequence[Run],
    known: tuple[int, int],
    cases: int,
) -> tuple[Section, bool]:
    section = Section(f"{cases:,} cases of one defect, with the database away")
    rows = [(what, f"{seconds:.0f} s") for what, seconds in figures.seconds.items()]
    rows += [
        ("refused as Busy", f"{storm.busy:,} times"),
        ("not answered", f"{storm.unanswered:,} times"),
        ("cases in the database", f"{known[0]:,}"),
        ("of them told once", f"{known[1]:,}"),
        ("runs", f"{len(runs)}"),
        ("events of the longest", f"{max(len(run.history.events) for run in runs):,}"),
    ]
    section.table(("", ""), rows)
    stages = await _stages(runs)
    section.table(
        ("commands", "CPU seconds to replay", "CPU ms a command", "slowest run, CPU s"),
        [
            (f"{n:,}", f"{spent:.1f}", f"{1000 * spent / n:.2f}", f"{slowest:.2f}")
            for n, spent, slowest in stages
        ],
    )
    costs = [spent / n for n, spent, _ in stages]
    aims = [
        Aim("cost of a replayed command, times that in a short history",
            Figure.of([max(costs) / costs[0]]), at_most=STEADY),
        Aim("seconds of the slowest workflow task",
            Figure.of([max(run.slowest for run in runs)]), at_most=SLOWEST_TASK),
        Aim("workflow tasks that failed", Figure.of([sum(r.failed for r in runs)]), at_most=0),
        Aim("kB of the defect, handed to the next run",
            Figure.of([max(run.state for run in runs) / 1000]), at_most=MOST_STATE / 1000),
        Aim("kB waiting for the outside, handed to the next run",
            Figure.of([max(run.waiting for run in runs) / 1000]),
            at_most=MOST_WAITING_SIGNALS / 1000),
        Aim("cases missing", Figure.of([cases - known[0]]), at_most=0),
        Aim("cases not told", Figure.of([cases - known[1]]), at_most=0),
    ]  # fmt: skip
    section.table(
        ("aim", "figure", "wanted", "met"),
        [(aim.what, aim.shown, aim.wanted, "yes" if aim.met else "**no**") for aim in aims],
    )
    return section, all(aim.met for aim in aims)


async def _stages(runs: Sequence[Run]) -> list[tuple[int, float, float]]:
    """Of the history so far at each stage: commands, and what its replay and its slowest run cost.

    A stage ends with a run.
    """
    await seconds_of_replay(runs[0].history)
    each = [(run.commands, await seconds_of_replay(run.history)) for run in runs]
    total = sum(commands for commands, _ in each)
    found = []
    for share in STAGES:
        so_far, spent, slowest = 0, 0.0, 0.0
        for commands, seconds in each:
            if so_far >= share * total:
                break
            so_far, spent, slowest = so_far + commands, spent + seconds, max(slowest, seconds)
        found.append((so_far, spent, slowest))
    return found


def _start(case: str) -> dict[str, object]:
    return {
        "actor": "import-1",
        "severity": "S2",
        "title": "Login fails",
        "functional_area": "login",
        "cases": [attachment(case)],
    }


def _database(folder: Path) -> Path:
    return folder / "defects.db"


def _known(folder: Path, number: str) -> tuple[int, int]:
    engine = make_engine(f"sqlite:///{_database(folder)}")
    try:
        return known_to(engine, number)
    finally:
        engine.dispose()


@asynccontextmanager
async def _worker(folder: Path, address: str) -> AsyncIterator[None]:
    """A worker process without a mail server: it keeps messages in its database."""
    log = folder / "worker.log"
    env = os.environ | {
        "DEFECTS_DATABASE_URL": f"sqlite:///{_database(folder)}",
        "DEFECTS_LOG": "json",
        "TEMPORAL_ADDRESS": address,
    }
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(_WORKER), cwd=folder, env=env, stdout=written, stderr=written
        )
    try:
        await _until(lambda: "worker.started" in log.read_text(), process)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        if code := await process.wait():
            sys.stderr.write(f"the worker ended with {code}:\n{log.read_text()[-2000:]}\n")


async def _until(condition: Callable[[], bool], process: asyncio.subprocess.Process) -> None:
    while not condition():
        if process.returncode is not None:
            raise RuntimeError(f"the worker ended with {process.returncode}")
        await asyncio.sleep(_LOOK_AGAIN)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
