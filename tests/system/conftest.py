"""One installation that tests share where they neither stop nor break anything of it."""

import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests import node
from tests.installation import Installation, an_installation
from tests.portal.pages.conftest import pages, story  # noqa: F401 - fixtures

_skipped: set[str] = set()
"""Why the client in another language was skipped, for the last words of the run."""


@dataclass(frozen=True)
class Running:
    """An installation whose server and worker are up."""

    here: Installation
    client: Client


@pytest_asyncio.fixture(scope="session")
async def up(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Server, worker, mail server and database; every test uses numbers of its own."""
    async with AsyncExitStack() as stack:
        here = stack.enter_context(an_installation(tmp_path_factory.mktemp("up")))
        server = await stack.enter_async_context(dev_server(DefectsPlugin()))
        here.use(server)
        await stack.enter_async_context(here.worker())
        yield Running(here, server.client)


@pytest.fixture(scope="session")
def node_program() -> Path:
    """The client in another language with what it needs; skipped where it cannot be had."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            _skip(f"{program} is not installed")
    try:
        return node.installed()
    except subprocess.CalledProcessError as error:
        if node.unreachable(error.stderr):
            _skip("the npm registry cannot be reached")
        raise AssertionError(error.stderr) from None


def _skip(reason: str) -> None:
    _skipped.add(reason)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was not tried."""
    for reason in sorted(_skipped):
        line = f"The client in another language was not tried: {reason}"
        terminalreporter.write_line(line, yellow=True)
