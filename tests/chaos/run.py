"""Plays a month under disturbances on real parts, lets everything drain, and keeps the evidence."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from activities.adapters.database import make_engine
from activities.adapters.policy_files import PolicyFiles
from runtime.client import DefectsClient
from tests.chaos.course import ledger, timelines
from tests.chaos.driver import Driver
from tests.chaos.judge import Evidence
from tests.chaos.mail import FlappingMail
from tests.chaos.month import Month
from tests.chaos.parts import Database, Server, Workers, database
from tests.chaos.plan import LETTER, Chaos, Disturbance
from tests.chaos.rest import drained
from tests.chaos.runs import examine
from tests.chaos.stories import Story, clients_of, stories
from tests.statuspage_server import StatuspageServer


@dataclass
class Stage:
    """Everything that runs."""

    mail: FlappingMail
    page: StatuspageServer
    server: Server
    database: Database
    workers: Workers
    _recoveries: list[asyncio.Task[None]] = field(default_factory=list)
    _mail_until: float = 0.0
    _page_until: float = 0.0

    async def suffer(self, disturbances: list[Disturbance]) -> None:
        """Each at its time; outages of one part run into each other."""
        began = time.monotonic()
        for one in disturbances:
            await asyncio.sleep(began + one.at - time.monotonic())
            match one.part:
                case "worker" if one.how == LETTER:
                    self.mail.before_answer.append(partial(self.workers.kill, one.choice))
                case "worker":
                    self.workers.kill(one.choice)
                case "server":
                    await self.server.restart()
                case "database":
                    await asyncio.to_thread(self.database.restart)
                case "mail":
                    await self.mail.become(one.how)
                    self._later(one.seconds, self._mail_recovers)
                case "page":
                    fault = int(one.how) if one.how.isdigit() else one.how
                    self.page.fail_next(fault, times=10_000)  # type: ignore[arg-type]
                    self._later(one.seconds, self._page_recovers)
        await asyncio.gather(*self._recoveries)
        self.mail.before_answer.clear()

    def _later(self, seconds: float, recover: Callable[[], object]) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            await recover()  # type: ignore[misc]

        self._recoveries.append(asyncio.create_task(wait()))

    async def _mail_recovers(self) -> None:
        await self.mail.become("")

    async def _page_recovers(self) -> None:
        self.page.recover()


@dataclass(frozen=True)
class Played:
    """A month that was played."""

    evidence: Evidence
    circumstances: dict[str, Any]
    """What went wrong, as JSON."""


async def play(
    chaos: Chaos,
    *,
    size: float,
    workers: int,
    kind: str | None,
    patience: float,
    report: Callable[[str], None],
) -> Played:
    """One month from beginning to end.

    Everything is in a temporary folder, and nothing of it runs on when this returns or is
    cancelled. `patience` is how many seconds the drain may take.
    """
    month, told = Month(chaos.seconds), stories(chaos.seed, size)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        month.write_policy(folder / "month.toml")
        data = stack.enter_context(database(folder, kind))
        stack.enter_context(data.running())
        mail = await stack.enter_async_context(FlappingMail(Random(chaos.seed)).running())
        page = stack.enter_context(StatuspageServer())
        server = Server(folder / "temporal.db")
        running = await stack.enter_async_context(server.running())
        settings = {
            "TEMPORAL_ADDRESS": running.address,
            "DEFECTS_DATABASE_URL": data.url,
            "DEFECTS_SMTP_URL": mail.url,
            "DEFECTS_POLICY_FILE": str(folder / "month.toml"),
            "DEFECTS_STATUSPAGE_URL": page.url,
            "DEFECTS_STATUSPAGE_PAGE_ID": page.page_id,
            "DEFECTS_STATUSPAGE_API_KEY": page.api_key,
            "DEFECTS_GRACEFUL_SHUTDOWN_SECONDS": "5",
        }
        pool = Workers(folder, settings, workers)
        driver = Driver(DefectsClient(running.client), month, chaos.seed)
        engine = make_engine(data.url)
        stack.callback(engine.dispose)
        async with pool.running():
            report(f"a month in {chaos.seconds:g} s: {_sum(told)}")
            stage = Stage(mail, page, server, data, pool)
            await asyncio.gather(driver.tell(told), stage.suffer(chaos.disturbances()))
            report("the outages are over: everything drains")
            rest = await drained(driver, engine, patience)
        report(f"drained after {rest.seconds:.0f} s: every history is replayed")
        runs = await examine(running.client)
        evidence = Evidence(
            *(driver.said, clients_of(told), mail.taken, page.incidents, pool.killed_at),
            *(ledger(engine), timelines(engine)),
            PolicyFiles(folder / "month.toml").load("eto", rest.since.year),
            *(rest, runs),
        )
        return Played(
            evidence,
            {
                **asdict(chaos),
                "database": data.kind,
                "kills": len(pool.killed_at),
                "workers_that_began": pool.begun,
                "workers_that_ended_by_themselves": sum(pool.ended.values()),
                "server_restarts": server.restarts,
                "database_restarts": data.restarts,
                "letters_turned_away": mail.turned_away,
                "drained_after_seconds": round(rest.seconds),
            },
        )


def _sum(told: list[Story]) -> str:
    steps = [step for story in told for step in story.steps]
    numbers = {str(step.fields.get("defect", "")) for step in steps} | {s.number for s in steps}
    return f"{len(told)} stories of {len(numbers - {''})} numbers in {len(steps)} steps"
