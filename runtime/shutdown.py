"""Turns the wish to stop into an event, so that a process can finish what it has begun."""

import asyncio
import signal


def stop_on_signals(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    """An event that SIGTERM, Ctrl-C or closing the terminal sets.

    A second Ctrl-C does not wait for anything. Under `nohup` the terminal may be closed.
    """
    stop = asyncio.Event()

    def begin() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    signals = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, begin)
    return stop
