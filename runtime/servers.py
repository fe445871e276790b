"""Embedded Temporal servers, from the binaries that were installed beside the interpreter."""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from runtime.plugin import DefectsPlugin
from runtime.search_attributes import ensure

LOOPBACK = "127.0.0.1"
STARTUP = timedelta(seconds=30)

PROMPT_TIMERS = {"history.timerProcessorMaxTimeShift": '"1ms"'}
"""Without it a development server fires timers up to a second late."""


class NoBinary(FileNotFoundError):  # noqa: N818 - what the reader sees
    """A server's binary is not installed where it should be."""


@dataclass(frozen=True)
class DevServer:
    """A running development server."""

    client: Client
    address: str
    ui_url: str | None


def binary(name: str) -> str:
    """The path of a binary installed beside the interpreter.

    Raises:
        NoBinary: saying what to install.
    """
    path = Path(sys.executable).parent / name
    if not path.exists():
        raise NoBinary(f"{path} is missing: install requirements.lock, or run make")
    return str(path)


@asynccontextmanager
async def dev_server(
    plugin: DefectsPlugin,
    *,
    database: Path | None = None,
    port: int | None = None,
    ui_port: int | None = None,
    dynamic_config: Mapping[str, str] = PROMPT_TIMERS,
) -> AsyncIterator[DevServer]:
    """The real server, in memory or on a file; with the UI where `ui_port` is given."""
    extra = [
        argument
        for name, value in dynamic_config.items()
        for argument in ("--dynamic-config-value", f"{name}={value}")
    ]
    async with await WorkflowEnvironment.start_local(
        plugins=[plugin],
        ip=LOOPBACK,
        port=port,
        ui=ui_port is not None,
        ui_port=ui_port,
        dev_server_existing_path=binary("temporal"),
        dev_server_database_filename=str(database) if database else None,
        dev_server_extra_args=extra,
        dev_server_startup_timeout=STARTUP,
    ) as env:
        await ensure(env.client)
        address = env.client.service_client.config.target_host
        yield DevServer(env.client, address, f"http://{LOOPBACK}:{ui_port}" if ui_port else None)


@asynccontextmanager
async def time_skipping_server(plugin: DefectsPlugin) -> AsyncIterator[WorkflowEnvironment]:
    """The server with the virtual clock."""
    async with await WorkflowEnvironment.start_time_skipping(
        plugins=[plugin],
        test_server_existing_path=binary("temporal-test-server"),
        test_server_startup_timeout=STARTUP,
    ) as env:
        await ensure(env.client)
        yield env
