"""What several files share: an installation that runs, its pages, a client in another language."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import node
from tests.installation import up  # noqa: F401 - a fixture
from tests.portal.pages.conftest import pages, story  # noqa: F401 - fixtures

_skipped: set[str] = set()
"""Why the client in another language was skipped, for the last words of the run."""


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
