"""What every test shares: pinned zones, and no way out of this machine."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from runtime.time_zones import use_pinned_zones

pytest_plugins = ["tests.postgres"]

use_pinned_zones()


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
