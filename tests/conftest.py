"""What every test shares: pinned zones, no way out of this machine, and the order."""

import gc
import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.time_zones import use_pinned_zones
from tests import soak  # noqa: F401 - chooses how many random lives are played
from tests.quick_logs import use_plain_logs

pytest_plugins = ["tests.browser", "tests.hanging", "tests.postgres", "tests.promtool", "tests.s3"]

use_pinned_zones()
use_plain_logs()

LONG_FIRST = ("workflows", "commands", "portal", "runtime", "activities")
"""Folders whose modules take long begin first, so that no process has nothing to do at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the folders in order; within one nothing moves."""
    tests = Path(__file__).parent
    ranks = {tests / folder: rank for rank, folder in enumerate(LONG_FIRST)}

    def rank(item: pytest.Item) -> int:
        return min((ranks.get(folder, len(ranks)) for folder in item.path.parents), default=0)

    items.sort(key=rank)


def pytest_collection_finish() -> None:
    """Spare the garbage collector the thousands of tests, which live to the end anyway."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """A connection to anywhere but loopback fails the test that makes it."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = ipaddress.ip_address(socket.gethostbyname(address[0]))
            if not host.is_loopback:
                raise AssertionError(f"a test connects to {host}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield
