"""Signals that ask a process to stop."""

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from runtime.shutdown import stop_on_signals

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """As in a terminal: under `nohup`, which may run the tests, a hangup stays ignored."""
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
async def test_stops(number: signal.Signals) -> None:
    """Each of the three sets the event, and nothing else happens."""
    stop = stop_on_signals(asyncio.get_running_loop())
    assert not stop.is_set()

    os.kill(os.getpid(), number)

    async with asyncio.timeout(5):
        await stop.wait()


async def test_second_ctrl_c() -> None:
    """A second Ctrl-C does not wait for what the first one began."""
    stop = stop_on_signals(asyncio.get_running_loop())
    os.kill(os.getpid(), signal.SIGINT)
    await stop.wait()

    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


async def test_nohup() -> None:
    """A hangup that the process was told to ignore stays ignored."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    stop_on_signals(asyncio.get_running_loop())

    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
