"""Runs embedded Temporal servers, from the binaries that were installed beside the interpreter."""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, cast

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from runtime.connection import NoServer, connect_to
from runtime.plugin import DefectsPlugin
from runtime.search_attributes import ensure
from runtime.temporal_runtime import core

LOOPBACK = "127.0.0.1"
STARTUP = timedelta(seconds=30)
_SHUTDOWN_SECONDS = 10
_READY = b"Temporal Server:"
_ON_A_LEASH = (
    'stop=$1; shift; "$@" </dev/null & exec >/dev/null 2>&1; read -r _; kill -s $stop $!; wait'
)
"""Runs a command until standard input ends: when we let go of it, or die of whatever cause."""

DYNAMIC_CONFIG = {
    # A development server fires timers up to a second late without it.
    "history.timerProcessorMaxTimeShift": '"1ms"',
    # From the eleventh update at once on the server drops tasks, and a storm comes to nothing.
    "history.maxInFlightUpdates": "100",
}
"""How our servers differ from Temporal's defaults, as JSON."""


@dataclass(frozen=True)
class DevServer:
    """A running development server and a client of it."""

    client: Client
    address: str
    ui_url: str | None


def binary(name: str) -> str:
    """The path of a binary installed beside the interpreter.

    Raises:
        NoServer: saying what to install.
    """
    path = Path(sys.executable).parent / name
    if not path.exists():
        raise NoServer(f"{path} is missing: run make, or install requirements.lock")
    return str(path)


@asynccontextmanager
async def dev_server(
    plugin: DefectsPlugin,
    *,
    database: Path | None = None,
    port: int | None = None,
    ui_port: int | None = None,
    codec_url: str | None = None,
    dynamic_config: Mapping[str, str] | None = None,
) -> AsyncIterator[DevServer]:
    """The real server on loopback: in memory or on a file, with the UI where `ui_port` is given.

    At `codec_url` the UI has payloads decoded, unless its user names another codec server.
    Started again on its file it goes on where it was. `dynamic_config` has values in JSON. Ctrl-C
    does not reach the server, which is a session of its own: it stops when this context ends, after
    the workers inside, and also where this process is killed.

    Raises:
        NoServer: its binary is missing, a port is taken, or it does not start for another reason.
    """
    port = port or _free_port()
    # One in memory has nothing to save, and need not take leave of anybody.
    stop = "KILL" if database is None else "TERM"
    command = [binary("temporal"), *_arguments(database, port, ui_port, codec_url)]
    for name, value in {**DYNAMIC_CONFIG, **(dynamic_config or {})}.items():
        command += ["--dynamic-config-value", f"{name}={value}"]
    with tempfile.TemporaryFile() as errors:
        process = await asyncio.create_subprocess_exec(
            *["/bin/sh", "-c", _ON_A_LEASH, "sh", stop, *command],
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
            env=_environment(),
            start_new_session=True,
        )
        try:
            await _ready(process, errors)
            address = f"{LOOPBACK}:{port}"
            client = await connect_to(address, plugin)
            await ensure(client)
            yield DevServer(client, address, f"http://{LOOPBACK}:{ui_port}" if ui_port else None)
        finally:
            await _stop(process)


@asynccontextmanager
async def time_skipping_server(plugin: DefectsPlugin) -> AsyncIterator[WorkflowEnvironment]:
    """The server with one virtual clock for all, moved by `env.sleep`.

    It keeps everything in memory, and it cannot list workflows. Its binary knows no way to listen
    on loopback only: while it runs, its port is open to the network.

    Raises:
        NoServer: its binary is missing or does not start.
    """
    path = binary("temporal-test-server")
    try:
        env = await WorkflowEnvironment.start_time_skipping(
            plugins=[plugin],
            # It warns about this server being old, in every worker.
            runtime=core(level="ERROR"),
            test_server_existing_path=path,
            test_server_startup_timeout=STARTUP,
        )
    except RuntimeError as error:
        raise NoServer(f"the time-skipping server did not start: {error}") from error
    async with env:
        await ensure(env.client)
        yield env


def _arguments(
    database: Path | None, port: int, ui_port: int | None, codec_url: str | None
) -> list[str]:
    arguments = ["server", "start-dev", "--ip", LOOPBACK, "--port", str(port)]
    arguments += ["--log-level", "error", "--disable-config-file"]
    if ui_port is None:
        arguments += ["--headless"]
    else:
        arguments += ["--ui-port", str(ui_port), "--ui-disable-news-fetch"]
        if codec_url is not None:
            arguments += ["--ui-codec-endpoint", codec_url]
    if database is not None:
        database.parent.mkdir(parents=True, exist_ok=True)
        arguments += ["--db-filename", str(database)]
    return arguments


def _environment() -> dict[str, str]:
    """Ours without what is meant for clients, and without the server's look for new versions."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith("TEMPORAL_")}
    return ours | {"TEMPORAL_VERSION_CHECK_DISABLED": "1"}


async def _ready(process: Process, errors: IO[bytes]) -> None:
    """Wait for the line the server prints once it answers."""
    lines = cast(asyncio.StreamReader, process.stdout)  # it is a PIPE
    try:
        async with asyncio.timeout(STARTUP.total_seconds()):
            async for line in lines:
                if line.startswith(_READY):
                    return
    except TimeoutError:
        reason = f"it was not ready after {STARTUP.seconds} seconds"
    else:
        errors.seek(0)
        reason = errors.read().decode(errors="replace").strip().rpartition("\n")[2]
    raise NoServer(f"the embedded Temporal server did not start: {reason}")


async def _stop(process: Process) -> None:
    cast(asyncio.StreamWriter, process.stdin).close()
    try:
        async with asyncio.timeout(_SHUTDOWN_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
