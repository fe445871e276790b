"""A status page on loopback HTTP, and our adapter to it."""

from collections.abc import Iterator

import httpx
import pytest

from activities.ports import StatusPage
from tests.activities.statuspage.page import Refs, an_api
from tests.statuspage_server import StatuspageServer


@pytest.fixture
def server() -> Iterator[StatuspageServer]:
    """The status page."""
    with StatuspageServer() as server:
        yield server


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client that no proxy of this machine gets between."""
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.fixture
def refs() -> Refs:
    """The cache of references, empty."""
    return Refs()


@pytest.fixture
def page(server: StatuspageServer, client: httpx.Client, refs: Refs) -> StatusPage:
    """The adapter, set up for the status page."""
    return an_api(server, client, refs)
