"""A whole installation for one test: server, workers, database, and a mailbox to look into."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from activities.adapters.database import DatabaseLedger, DatabaseStatusPage
from activities.adapters.policy_files import BUILT_IN, PolicyFiles
from activities.adapters.webhook_http import WebhookHttp
from activities.ports import DeliveryState
from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server, time_skipping_server
from runtime.settings import Settings
from simulation.virtual_clock import Clock
from tests.domain.builders import CHICAGO, case_start, defect_start, release_start
from tests.domain.policy_texts import as_text
from tests.fakes import RecordingMailbox
from tests.quick_databases import empty_database
from tests.webhook_server import certificates
from worker import WORKFLOWS, Adapters, workers


@dataclass
class World:
    """What a test acts on and looks at."""

    client: Client
    outside: Adapters
    mailbox: RecordingMailbox
    settings: Settings
    env: WorkflowEnvironment | None = None
    numbers: list[str] = field(default_factory=list)

    @property
    def defects(self) -> DefectsClient:
        """A client over the contract."""
        return DefectsClient(self.client)

    @property
    def clock(self) -> Clock:
        """The virtual clock; only on the time-skipping server."""
        assert self.env is not None
        return Clock(self.env, self.defects)

    @property
    def ledger(self) -> DatabaseLedger:
        """Every delivery that was tried."""
        return DatabaseLedger(self.outside.engine)

    @property
    def page(self) -> DatabaseStatusPage:
        """The embedded status page."""
        return DatabaseStatusPage(self.outside.engine)

    def handle(self, number: str) -> WorkflowHandle[Any, Any]:
        """The workflow of a number."""
        return self.client.get_workflow_handle(number)

    async def case(self, number: str = "CASE-1", **fields: Any) -> str:
        """Open a case with nothing missing."""
        await self.defects.start("CaseWorkflow", number, case_start(**fields))
        self.numbers.append(number)
        return number

    async def defect(
        self, number: str = "DEF-1", severity: str = "S1", *cases: dict[str, Any], **fields: Any
    ) -> str:
        """Confirm a defect directly, as a service would."""
        await self.defects.start("DefectWorkflow", number, defect_start(severity, *cases, **fields))
        self.numbers.append(number)
        return number

    async def release(self, number: str = "REL-1", *, days: float = 20, **fields: Any) -> str:
        """Plan a release so many days ahead."""
        deploy_at = await self.clock.now() + timedelta(days=days)
        await self.defects.start(
            "ReleaseWorkflow", number, release_start(deploy_at=deploy_at.isoformat()) | fields
        )
        self.numbers.append(number)
        return number

    async def tell(self, number: str, command: str, **payload: Any) -> dict[str, Any]:
        """Send an update as an agent."""
        answer = await self.defects.update(number, command, {"actor": "agent-1"} | payload)
        if command == "confirm_defect":
            self.numbers.append(answer["defect"])
        return answer

    async def status(self, number: str) -> dict[str, Any]:
        """Ask how it stands."""
        answer: dict[str, Any] = await self.defects.query(number, "status")
        return answer

    async def after(self, **time: float) -> None:
        """Let virtual time pass and a minute more, and what it brings be delivered.

        What is due after whole days is then over, and not just about to happen.
        """
        await self.clock.until(await self.clock.now() + timedelta(**time) + timedelta(minutes=1))
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is on its way."""
        await Clock(self.env, self.defects).settle(dict.fromkeys(self.numbers))  # type: ignore[arg-type]

    async def begin(self) -> None:
        """Go to a quiet Monday; in one stride, since nothing runs yet."""
        assert self.env is not None
        now = await self.clock.now()
        await self.env.sleep(a_quiet_monday(now) - now)

    async def assert_replays(self) -> int:
        """Replay every history this test has made; answers how many."""
        replayer = Replayer(workflows=WORKFLOWS, plugins=[DefectsPlugin()])
        count = 0
        for number in dict.fromkeys(self.numbers):
            await replayer.replay_workflow(await self.handle(number).fetch_history())
            count += 1
        return count

    def assert_nobody_told_twice(self) -> None:
        """No two letters share a Message-ID, and every ledger row that was sent was sent once."""
        ids = [letter.message_id for letter in self.mailbox.letters]
        assert len(ids) == len(set(ids))
        sent = [d for d in self.ledger.deliveries() if d.state is DeliveryState.SENT]
        assert [d for d in sent if d.attempts < 1] == []


def a_quiet_monday(now: datetime) -> datetime:
    """The first Monday of the next May, 10:00 in the calendar's zone.

    No holiday and no change of clocks for three weeks: a test must not depend on today's date.
    """
    day = datetime(now.year + 1, 5, 1, 10, tzinfo=CHICAGO)
    return day + timedelta(days=(7 - day.weekday()) % 7)


def asking_policy(folder: Path, **rules: Any) -> PolicyFiles:
    """The published policy, with urgent notices to be acknowledged."""
    path = folder / "asking.toml"
    asking = f"[acknowledge]\n{as_text(rules)}\n" if rules else "[acknowledge]\n"
    path.write_text(BUILT_IN.read_text(encoding="utf-8") + asking, encoding="utf-8")
    return PolicyFiles(path)


def an_outside(folder: Path, mailbox: RecordingMailbox) -> Adapters:
    """A fresh SQLite database, the embedded status page, the published policy."""
    engine = empty_database(folder / "test.db")
    webhooks = WebhookHttp(tls=certificates())
    return Adapters(engine, mailbox, DatabaseStatusPage(engine), _policies(), webhooks)


_policies = cache(PolicyFiles)


def settings_of_tests() -> Settings:
    """Settings that do not look at the environment of whoever runs the tests."""
    return Settings.model_construct(
        **{
            **{
                name: info.get_default(call_default_factory=True)
                for name, info in Settings.model_fields.items()
            },
            "log": "console",
            "database_url": SecretStr("sqlite://"),
            "outbound_per_second": 10_000.0,
            "letters_shown": True,
            "graceful_shutdown_seconds": 5.0,
        }
    )


@asynccontextmanager
async def time_skipping_world(
    folder: Path, policies: PolicyFiles | None = None, **worker: Any
) -> AsyncIterator[World]:
    """A world on the server with the virtual clock."""
    mailbox = RecordingMailbox()
    outside, settings = an_outside(folder, mailbox), settings_of_tests()
    if policies is not None:
        outside = replace(outside, policies=policies)
    async with (
        time_skipping_server(DefectsPlugin()) as env,
        workers(env.client, outside, settings, **worker),
    ):
        world = World(env.client, outside, mailbox, settings, env)
        await world.begin()
        yield world
        await world.assert_replays()
        world.assert_nobody_told_twice()
    outside.engine.dispose()


@asynccontextmanager
async def real_world(
    folder: Path, dynamic_config: Mapping[str, str] | None = None, **worker: Any
) -> AsyncIterator[World]:
    """A world on the real server, in real time."""
    mailbox = RecordingMailbox()
    outside, settings = an_outside(folder, mailbox), settings_of_tests()
    async with (
        dev_server(DefectsPlugin(), dynamic_config=dynamic_config) as server,
        workers(server.client, outside, settings, **worker),
    ):
        world = World(server.client, outside, mailbox, settings)
        yield world
        await world.assert_replays()
        world.assert_nobody_told_twice()
    outside.engine.dispose()
