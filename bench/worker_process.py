"""One worker process of its own, so that its memory and processor time can be told apart.

It prints a line of JSON when it is ready, and one for each line it reads: what it has used so far.
It ends with its input.
"""

import asyncio
import ctypes
import gc
import json
import resource
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.installation import Installation, connected_to, installation
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from runtime.time_zones import use_pinned_zones

_PAGE = resource.getpagesize()
_STARTUP = 60
_SHUTDOWN = 30


AT_ONCE = 12
"""Defects under way at the same time: enough to keep one worker process busy. With many more, an
overloaded server loses tasks on their way to the worker, and hands them out again a minute later.
"""


@dataclass(frozen=True, slots=True)
class Used:
    """What the process has used."""

    memory: int
    """Resident bytes, garbage collected and free memory given back."""
    processor: float
    """Seconds of processor time since it began."""


class WorkerProcess:
    """The other end: starts it, and asks it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def used(self) -> Used:
        """What it has used so far."""
        if self._process.stdin is None:
            raise RuntimeError("a worker process is started with a pipe to it")
        self._process.stdin.write(b"\n")
        return Used(**json.loads(await self.line()))

    async def line(self) -> bytes:
        """The next line it prints.

        Raises:
            RuntimeError: it has ended instead.
        """
        if self._process.stdout is None:
            raise RuntimeError("a worker process is started with a pipe from it")
        async with asyncio.timeout(_STARTUP):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the worker process has ended; its error output says why")
        return line


@asynccontextmanager
async def busy_server(
    *, max_cached_workflows: int = 1000
) -> AsyncIterator[tuple[Installation, WorkerProcess]]:
    """The real server with one worker process, and a client in this one."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            dev_server(DefectsPlugin()) as server,
            _worker_process(server.address, Path(folder), max_cached_workflows) as worker,
        ):
            yield await connected_to(server.address), worker


@asynccontextmanager
async def _worker_process(
    address: str, folder: Path, max_cached_workflows: int
) -> AsyncIterator[WorkerProcess]:
    """Our workers in a process of their own, until the context ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.worker_process",
        address,
        str(folder),
        str(max_cached_workflows),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    worker = WorkerProcess(process)
    try:
        await worker.line()
        yield worker
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(_SHUTDOWN):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _memory() -> int:
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _answer(_site: Installation) -> None:
    _print({"ready": True})
    while await asyncio.to_thread(sys.stdin.readline):
        # Asked before the memory is: collecting garbage is no work of the worker.
        processor = _processor()
        _print({"memory": _memory(), "processor": processor})


def _print(answer: dict[str, float]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def _main() -> None:
    use_pinned_zones()
    address, folder, cached = sys.argv[1:]
    async with installation(address, Path(folder), max_cached_workflows=int(cached)) as site:
        await _answer(site)


if __name__ == "__main__":
    asyncio.run(_main())
