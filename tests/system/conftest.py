"""What several files share: an installation that runs, its pages, a client in another language."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import node, npm, provider
from tests.installation import up  # noqa: F401 - a fixture
from tests.portal.pages.conftest import pages, story  # noqa: F401 - fixtures

_skipped: set[str] = set()
"""What was not tried and why, for the last words of the run."""


@pytest.fixture(scope="session")
def node_program() -> Path:
    """The client in another language with what it needs; skipped where it cannot be had."""
    return _had("The client in another language", node.installed)


@pytest.fixture(scope="session")
def provider_program() -> Path:
    """A certified identity provider with what it needs; skipped where it cannot be had."""
    return _had("Signing in at a certified provider", provider.installed)


def _had(what: str, installed: Callable[[], Path]) -> Path:
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            _skip(f"{what} was not tried: {program} is not installed")
    try:
        return installed()
    except subprocess.CalledProcessError as error:
        if npm.unreachable(error.stderr):
            _skip(f"{what} was not tried: the npm registry cannot be reached")
        raise AssertionError(error.stderr) from None


def _skip(reason: str) -> None:
    _skipped.add(reason)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was not tried."""
    for reason in sorted(_skipped):
        terminalreporter.write_line(reason, yellow=True)
