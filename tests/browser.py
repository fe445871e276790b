"""A real browser and what looks for obstacles; their tests are skipped, aloud, without them."""

import importlib.util
import shutil
import subprocess
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests import npm
from tests.portal.pages import browser_scripts

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium

_skipped: set[str] = set()
"""What was not tried and why, for the last words of the run."""


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncIterator["Chromium"]:
    """A real browser; skipped where there is none."""
    if importlib.util.find_spec("playwright") is None:
        _skip("The pages were not tried in a browser: playwright is not installed")
    from tests.portal.pages import screen

    if not screen.CHROMIUM.exists():
        _skip(f"The pages were not tried in a browser: there is no {screen.CHROMIUM}")
    async with screen.chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def axe_script() -> str:
    """What looks for obstacles on a page; skipped where it cannot be had."""
    if shutil.which("npm") is None:
        _skip("Accessibility was not checked by axe: npm is not installed")
    try:
        return browser_scripts.script(browser_scripts.AXE).read_text(encoding="utf-8")
    except subprocess.CalledProcessError as error:
        if npm.unreachable(error.stderr):
            _skip("Accessibility was not checked by axe: the npm registry cannot be reached")
        raise AssertionError(error.stderr) from None


def _skip(reason: str) -> None:
    _skipped.add(reason)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was not tried."""
    for reason in sorted(_skipped):
        terminalreporter.write_line(reason, yellow=True)
