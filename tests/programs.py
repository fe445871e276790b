"""Runs programs of ours as real processes, and waits for conditions instead of for time to pass."""

import asyncio
import inspect
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tests.quick_logs import logs_as_before

ROOT = Path(__file__).parents[1]
WORKER = (sys.executable, str(ROOT / "worker.py"))
STARTER = (sys.executable, str(ROOT / "starter.py"))
NOT_HANDED_ON = ("DEFECTS_", "TEMPORAL_", "OTEL_", "PYTHONDONTWRITEBYTECODE")
"""With the last one every program would compile all its modules anew."""
PATIENCE = 90.0
"""Seconds, for a slow machine; nothing here takes as long on a common one."""
_POLL = 0.05
_numbers = count(1)
_one_at_a_time = asyncio.Lock()


async def eventually(what: str, condition: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """The first true answer of `condition`, which may be asynchronous.

    Raises:
        AssertionError: saying `what` did not come about in time.
    """
    give_up_at = time.monotonic() + patience
    while True:
        answer = condition()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        if time.monotonic() > give_up_at:
            raise AssertionError(f"not within {patience} seconds: {what}")
        await asyncio.sleep(_POLL)


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """Ours without any setting of whoever runs the tests, and with `variables`."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(NOT_HANDED_ON)}
    # Where Temporal's SDK and command line look for a temporal.toml.
    return ours | {"XDG_CONFIG_HOME": str(folder), "DEFECTS_LOG": "json", **variables}


@dataclass(frozen=True)
class Ended:
    """What a program left behind."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        """Its standard output, one JSON document."""
        return json.loads(self.out)

    def assert_words(self, code: int, *words: str) -> None:
        """It ended with this code, nothing on standard output, and an error with these words."""
        assert (self.code, self.out) == (code, ""), self.err
        assert "Traceback" not in self.err
        assert [word for word in words if word not in self.err] == [], self.err


async def run(
    *command: str, folder: Path, env: Mapping[str, str], cwd: Path | None = None
) -> Ended:
    """Run a program to its end."""
    async with running(*command, folder=folder, env=env, cwd=cwd) as program:
        code = await program.ended()
        return Ended(code, program.out, program.err)


async def in_process(*arguments: str, env: Mapping[str, str]) -> Ended:
    """Run `starter.py` with these arguments and this environment here, which spares its start.

    One at a time, since the environment and the standard streams are the process's; beside the
    event loop, since a command has one of its own. What a command would log is written nowhere.
    """
    async with _one_at_a_time:
        return await asyncio.to_thread(_invoked, arguments, env)


def _invoked(arguments: Sequence[str], env: Mapping[str, str]) -> Ended:
    from starter import app  # as its process would: not before there is something to do

    others: dict[str, str | None] = dict.fromkeys(os.environ.keys() - env.keys())
    with logs_as_before():
        result = CliRunner().invoke(app, arguments, env=others | {**env})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


@dataclass(frozen=True)
class Program:
    """A process of ours; what it writes is kept in files."""

    process: subprocess.Popen[bytes]
    stdout: Path
    stderr: Path

    @property
    def out(self) -> str:
        """What it has written to standard output so far."""
        return self.stdout.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """What it has written to standard error so far."""
        return self.stderr.read_text(encoding="utf-8")

    @property
    def logged(self) -> list[str]:
        """The events of its log so far; a line that is half written does not count yet."""
        whole = self.err[: self.err.rfind("\n") + 1]
        return [json.loads(line)["event"] for line in whole.splitlines() if line.startswith("{")]

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    async def ended(self, patience: float = PATIENCE) -> int:
        """Its exit code, once it has one."""
        await eventually("the program ends", lambda: not self.alive, patience)
        code: int = self.process.wait()
        return code

    async def logs(self, event: str) -> None:
        """Wait until it has logged `event`."""

        def logged() -> bool:
            if event in self.logged:
                return True
            assert self.alive, f"ended with {self.process.returncode}:\n{self.err}"
            return False

        await eventually(f"the program logs {event}", logged)


@asynccontextmanager
async def running(
    *command: str, folder: Path, env: Mapping[str, str], cwd: Path | None = None
) -> AsyncIterator[Program]:
    """A program that runs while the context lasts, and does not outlive it.

    What it writes is kept in `folder`, which is also where it runs unless `cwd` says otherwise.
    """
    name = f"{Path(command[1]).stem if len(command) > 1 else 'program'}-{next(_numbers)}"
    stdout, stderr = folder / f"{name}.out", folder / f"{name}.err"
    with stdout.open("wb") as out, stderr.open("wb") as err:
        program = Program(_started(command, cwd or folder, env, out, err), stdout, stderr)
    try:
        yield program
    finally:
        if program.alive:
            program.process.kill()
            program.process.wait()


def _started(
    command: tuple[str, ...], folder: Path, env: Mapping[str, str], out: Any, err: Any
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        start_new_session=True,  # Ctrl-C is for the tests, which then stop it
    )
