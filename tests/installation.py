"""An installation as its operator has it: worker processes, a mail server, a database, settings."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.worker import Replayer

from activities.adapters.database import DatabaseLedger, make_engine
from activities.ports import Delivery
from runtime.client import DefectsClient
from runtime.mail_receiver import mail_receiver
from runtime.plugin import DefectsPlugin
from runtime.servers import DevServer, binary, dev_server
from tests.programs import (
    STARTER,
    WORKER,
    Ended,
    Program,
    environment,
    eventually,
    in_process,
    run,
    running,
)
from worker import WORKFLOWS


@dataclass
class Installation:
    """Everything of it but the Temporal server, which a test starts and stops as it likes."""

    folder: Path
    settings: dict[str, str]
    """Variables of the contract, as every process of the installation gets them."""
    letters: list[EmailMessage] = field(default_factory=list)
    """What the mail server was handed, in order; a sender may not have heard that it was taken."""
    before_answer: Callable[[EmailMessage], None] = lambda letter: None
    """Runs in the mail server when a letter was handed over, before it says so."""

    def take(self, letter: EmailMessage) -> None:
        """The mail server's listener."""
        self.letters.append(letter)
        self.before_answer(letter)

    def use(self, server: DevServer) -> None:
        """Let every process started from now on talk to this server."""
        self.settings["TEMPORAL_ADDRESS"] = server.address

    @property
    def env(self) -> dict[str, str]:
        """The environment of its processes."""
        return environment(self.folder, **self.settings)

    @asynccontextmanager
    async def worker(self, *arguments: str) -> AsyncIterator[Program]:
        """A worker process; unless a test has ended it, SIGTERM does, and it must end well."""
        async with running(*WORKER, *arguments, folder=self.folder, env=self.env) as program:
            await program.logs("worker.started")
            yield program
            if program.alive:
                program.send(signal.SIGTERM)
                assert await program.ended() == 0, program.err

    async def starter(self, *arguments: str) -> Ended:
        """Run `starter.py` with these arguments in this process."""
        return await in_process(*arguments, env=self.env)

    async def started(self, *arguments: str) -> Ended:
        """Run `starter.py` with these arguments as a process."""
        return await run(*STARTER, *arguments, folder=self.folder, env=self.env)

    async def temporal(self, *arguments: str) -> Ended:
        """Run Temporal's own command line with these arguments."""
        return await run(binary("temporal"), *arguments, folder=self.folder, env=self.env)

    # --- looking ---------------------------------------------------------------------------------

    def mails(self, number: str | None = None) -> Counter[tuple[str, str]]:
        """How often each event reached each address: of one case or defect, or of all."""
        return Counter(
            (str(letter["X-Event"]), str(letter["To"].addresses[0].addr_spec))
            for letter in self.letters
            if number in (None, letter["X-Defect"], letter["X-Case"])
        )

    def message_ids(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(str(letter["Message-ID"]) for letter in self.letters)

    def deliveries(self, number: str) -> list[Delivery]:
        """The ledger's rows of a case or defect."""
        engine = make_engine(self.settings["DEFECTS_DATABASE_URL"])
        try:
            return list(DatabaseLedger(engine).deliveries(number))
        finally:
            engine.dispose()


@contextmanager
def an_installation(
    folder: Path, database_url: str | None = None, **settings: str
) -> Iterator[Installation]:
    """A mail server on loopback and a database, SQLite unless a URL is given; no process yet."""
    database = database_url or f"sqlite:///{folder / 'defects.db'}"
    here = Installation(folder, {"DEFECTS_DATABASE_URL": database, **settings})
    with mail_receiver(folder / "mails", here.take) as smtp_url:
        here.settings["DEFECTS_SMTP_URL"] = smtp_url
        yield here


@dataclass(frozen=True)
class Running:
    """An installation that is up; those who share it stop and break nothing of it."""

    here: Installation
    client: Client


@pytest_asyncio.fixture(scope="package")
async def up(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Server, worker, mail server and database; every test uses numbers of its own."""
    async with AsyncExitStack() as stack:
        here = stack.enter_context(an_installation(tmp_path_factory.mktemp("up")))
        server = await stack.enter_async_context(dev_server(DefectsPlugin()))
        here.use(server)
        await stack.enter_async_context(here.worker())
        yield Running(here, server.client)


async def settled(client: Client, *numbers: str) -> None:
    """Wait until nothing of these cases and defects is on its way to anybody."""

    async def nothing_pending() -> bool:
        answers = await asyncio.gather(*(DefectsClient(client).query(n, "status") for n in numbers))
        return not any(answer["pending_deliveries"] for answer in answers)

    await eventually(f"{', '.join(numbers)} settled", nothing_pending)


async def assert_sound(client: Client, *numbers: str, **plugin: Any) -> None:
    """No task of these workflows has failed, and their histories replay."""
    replayer = Replayer(workflows=WORKFLOWS, plugins=[DefectsPlugin(**plugin)])
    for number in numbers:
        history = await client.get_workflow_handle(number).fetch_history()
        kinds = {event.WhichOneof("attributes") for event in history.events}
        assert "workflow_task_failed_event_attributes" not in kinds
        await replayer.replay_workflow(history)
