"""Turns SIGTERM and SIGINT into an event, so that a process can finish what it has begun."""

import asyncio
import signal


def stop_on_signals(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    """An event that the first SIGTERM or SIGINT sets."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
