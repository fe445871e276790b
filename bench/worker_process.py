"""One worker process of its own, so that its memory and processor time can be told apart.

It prints a line of JSON when it is ready, and one for each line of JSON it reads: what it has used
so far, or how long it took to signal what the line says. It ends with its input.
"""

import asyncio
import ctypes
import gc
import json
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import Client

from activities import signals
from bench.installation import Installation, connected_to, installation
from domain.contract.defect import ScheduleRelease
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from runtime.time_zones import use_pinned_zones

AT_ONCE = 12
"""Defects under way at the same time: enough to keep one worker process busy. With many more, an
overloaded server loses tasks on their way to the worker, and hands them out again a minute later.
"""
_PATIENCE = 120
"""Seconds until it is ready, or has signalled what it was asked to."""
_SHUTDOWN = 30


@dataclass(frozen=True, slots=True)
class Used:
    """What the process has used."""

    memory: int
    """Resident bytes, garbage collected and free memory given back."""
    processor: float
    """Seconds of processor time since it began."""
    peak: int
    """The most resident bytes it had since it was last asked."""
    letters: int
    """Letters its mailbox took since it began."""


class WorkerProcess:
    """The other end: starts it, and asks it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a worker process is started with pipes to it and from it")
        self._input, self._output = process.stdin, process.stdout

    async def used(self) -> Used:
        """What it has used so far."""
        return Used(**await self._asked({}))

    async def signal_only(self, defects: Sequence[str], plan: Mapping[str, Any]) -> float:
        """Let it signal a plan to defects and do nothing else; answers the seconds it took."""
        answer = await self._asked({"defects": list(defects), "plan": dict(plan)})
        return float(answer["seconds"])

    async def _asked(self, question: dict[str, Any]) -> dict[str, Any]:
        self._input.write(json.dumps(question).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await self.line())
        return answer

    async def line(self) -> bytes:
        """The next line it prints.

        Raises:
            RuntimeError: it has ended instead.
        """
        async with asyncio.timeout(_PATIENCE):
            line = await self._output.readline()
        if not line:
            raise RuntimeError("the worker process has ended; its error output says why")
        return line


@asynccontextmanager
async def busy_server(
    *, max_cached_workflows: int = 1000, folder: Path | None = None, on_file: bool = False
) -> AsyncIterator[tuple[Installation, WorkerProcess]]:
    """The real server, in memory or on a file, one worker process, and a client in this one.

    Our database is in the folder; without one it is in a folder that goes with the server.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = folder or Path(temporary)
        database = folder / "temporal.db" if on_file else None
        async with (
            dev_server(DefectsPlugin(), database=database) as server,
            _worker_process(server.address, folder, max_cached_workflows) as worker,
        ):
            yield await connected_to(server.address), worker


@asynccontextmanager
async def _worker_process(
    address: str, folder: Path, max_cached_workflows: int
) -> AsyncIterator[WorkerProcess]:
    """Our workers in a process of their own, until the context ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.worker_process"),
        *(address, str(folder), str(max_cached_workflows)),
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


# --- in the process -------------------------------------------------------------------------------


async def _signal_only(client: Client, defects: Sequence[str], plan: Mapping[str, Any]) -> float:
    """Signal as many defects at once as a fan-out does, and remember nothing; answers seconds."""
    limit = asyncio.Semaphore(signals.AT_ONCE)

    async def one(defect: str) -> None:
        async with limit:
            await client.get_workflow_handle(defect).signal(ScheduleRelease.name, plan)

    begun = time.perf_counter()
    await asyncio.gather(*(one(defect) for defect in defects))
    return time.perf_counter() - begun


def _used(site: Installation) -> dict[str, float]:
    # Processor first: collecting garbage is no work of the worker.
    usage = resource.getrusage(resource.RUSAGE_SELF)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "processor": usage.ru_utime + usage.ru_stime,
        "memory": pages * resource.getpagesize(),
        "peak": _peak(),
        "letters": site.mailbox.letters,
    }


def _peak() -> int:
    """Since it was last asked: the kernel is told to begin anew."""
    status = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def _print(answer: dict[str, float]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def _main() -> None:
    use_pinned_zones()
    address, folder, cached = sys.argv[1:]
    async with installation(address, Path(folder), max_cached_workflows=int(cached)) as site:
        _print({"ready": True})
        while line := await asyncio.to_thread(sys.stdin.readline):
            if asked := json.loads(line):
                _print({"seconds": await _signal_only(site.client, **asked)})
            else:
                _print(_used(site))


if __name__ == "__main__":
    asyncio.run(_main())
