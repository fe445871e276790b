"""Prometheus' own checker of rules; tests that need it are skipped, aloud, where it is missing."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_missing: set[str] = set()
"""Why its tests were skipped, for the last words of the run."""


@dataclass(frozen=True)
class Promtool:
    """The program."""

    path: str

    def __call__(self, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run it to its end, with its words in `stdout`."""
        return subprocess.run(
            [self.path, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture(scope="session")
def promtool() -> Promtool:
    """The program on PATH."""
    path = shutil.which("promtool")
    if path is None:
        _missing.add("promtool is not on PATH (Debian's package prometheus has it)")
        pytest.skip("promtool is not on PATH")
    return Promtool(path)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was not tried."""
    for reason in sorted(_missing):
        terminalreporter.write_line(f"Alert rules were not tried: {reason}", yellow=True)
