"""Heartbeats of a delivery: one that is silent for a minute counts as dead, and begins anew."""

import contextvars
import dataclasses
import threading
from types import TracebackType
from typing import Self

from temporalio import activity

from activities.delivery import Tally

BEAT_EVERY = 50
"""Recipients after which one that dies has to look up no more of them again."""
BEAT_SECONDS = 10.0
"""A mail system may take longer than a minute over one letter, and is still at it."""


class Heartbeater:
    """Says how far a delivery has come: every fifty recipients, and every ten seconds anyhow.

    A short one needs none, and each costs an action.
    """

    def __init__(self, seconds: float = BEAT_SECONDS) -> None:
        self._seconds = seconds
        self._reached = _resumed()
        self._count = 0
        self._over = threading.Event()
        # The thread is the same activity.
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._go_on,), daemon=True)

    def resumed(self) -> tuple[str | None, Tally]:
        """How far the attempts before this one had come: to whom, and with what success."""
        after, tally = self._reached
        return after, dataclasses.replace(tally)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def beat(self, after: str, tally: Tally) -> None:
        """One more recipient is done."""
        self._count += 1
        # In one piece: the thread may look at any time.
        self._reached = after, dataclasses.replace(tally)
        if self._count % BEAT_EVERY == 0:
            self._say()

    def _go_on(self) -> None:
        while not self._over.wait(self._seconds):
            self._say()

    def _say(self) -> None:
        activity.heartbeat(*self._reached)


def _resumed() -> tuple[str | None, Tally]:
    """Where an earlier attempt of this activity had got to."""
    details = activity.info().heartbeat_details
    if not details:
        return None, Tally()
    address, tally = details
    return address, Tally(**tally)
