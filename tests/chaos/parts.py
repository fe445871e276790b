"""The parts that go wrong: worker processes, the Temporal server, the database, the status page."""

import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from runtime.plugin import DefectsPlugin
from runtime.servers import DevServer, dev_server
from tests.chaos.worker_process import work
from tests.postgres import CannotRun, PostgresServer, postgres_cluster
from tests.programs import environment, free_port

LOOK = 0.2
"""Seconds between two looks whether a worker has ended."""
DRAIN = 45.0
"""Seconds that a worker may take to end when it is asked to."""
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.chaos.worker_process"])
_CRASH_SAFE = {"listen_addresses": "", "max_connections": "300", "shared_buffers": "32MB"}
"""What was committed is there after a crash, as PostgreSQL has it unless told otherwise."""


@dataclass
class Workers:
    """So many worker processes; one that ends for whatever reason is followed by another."""

    folder: Path
    settings: Mapping[str, str]
    count: int
    killed_at: list[float] = field(default_factory=list)
    """Seconds since the epoch."""
    ended: Counter[int] = field(default_factory=Counter)
    """Exit codes of those that ended by themselves, for want of a server or a database."""
    _running: list[ForkServerProcess] = field(default_factory=list)

    @property
    def begun(self) -> int:
        """How many came so far as to ask for work."""
        return self._log.read_text(encoding="utf-8").count('"worker.started"')

    @property
    def _log(self) -> Path:
        return self.folder / "workers.log"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Workers"]:
        """Run them while the context lasts; in the end they are asked to drain."""
        self._running = [self._begin() for _ in range(self.count)]
        watch = asyncio.create_task(self._replace())
        try:
            yield self
        finally:
            watch.cancel()
            for process in self._running:
                process.terminate()
            for process in self._running:
                await asyncio.to_thread(process.join, DRAIN)
                process.kill()
                process.join()

    def kill(self, choice: float) -> None:
        """SIGKILL one, another takes its place at once."""
        place = min(int(choice * self.count), self.count - 1)
        process = self._running[place]
        process.kill()
        self.killed_at.append(time.time())
        process.join()
        self._running[place] = self._begin()

    async def _replace(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            for place, process in enumerate(self._running):
                if process.exitcode is not None:
                    self.ended[process.exitcode] += 1
                    self._running[place] = self._begin()

    def _begin(self) -> ForkServerProcess:
        settings = environment(self.folder, **self.settings)
        process = _FORKS.Process(target=work, args=(settings, str(self._log)))
        process.start()
        return process


@dataclass
class Server:
    """The Temporal server on a database file, stopped and started again on it."""

    file: Path
    port: int = field(default_factory=free_port)
    restarts: int = 0
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[DevServer]:
        """The server as it first began; a client of it finds every later one."""
        try:
            yield await self._begin()
        finally:
            await self._stack.aclose()

    async def restart(self) -> None:
        """Stop it, and start it on its file and port."""
        await self._stack.aclose()
        self.restarts += 1
        await self._begin()

    async def _begin(self) -> DevServer:
        started = dev_server(DefectsPlugin(), database=self.file, port=self.port)
        return await self._stack.enter_async_context(started)


@dataclass
class Database:
    """A PostgreSQL that crashes and recovers, or a SQLite file, which nothing can take away."""

    kind: str
    url: str
    postgres: PostgresServer | None = None
    restarts: int = 0
    _stack: ExitStack = field(default_factory=ExitStack)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run it while the context lasts."""
        with self._stack:
            self._begin()
            yield

    def restart(self) -> None:
        """Stop it without notice to anybody, and have it recover."""
        if self.postgres is None:
            return
        self._stack.close()
        self.restarts += 1
        self._begin()

    def _begin(self) -> None:
        if self.postgres is not None:
            self._stack.enter_context(self.postgres.started())


@contextmanager
def database(folder: Path, kind: str | None) -> Iterator[Database]:
    """`postgresql` or `sqlite`; where None is asked for, PostgreSQL if it can be had.

    Raises:
        CannotRun: where the programs of PostgreSQL are missing or refuse to work.
    """
    with ExitStack() as stack:
        if kind != "sqlite":
            try:
                server = stack.enter_context(postgres_cluster(_CRASH_SAFE))
            except CannotRun:
                if kind is not None:
                    raise
            else:
                yield Database("postgresql", server.url("postgres"), server)
                return
        yield Database("sqlite", f"sqlite:///{folder / 'defects.db'}")
