"""Plays one night after the other in one process, until the time is up or something is wrong."""

import itertools
import logging
import time
from dataclasses import dataclass

import structlog

from simulation.nights.draw import draw
from simulation.nights.shrink import verdict


def keep_quiet() -> None:
    """What goes wrong on a night would fill pages of logs."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@dataclass
class Tally:
    """What came of the nights of one process."""

    nights: int = 0
    letters: int = 0
    twice: int = 0
    failed: int | None = None
    """The first seed on which something was wrong."""


def play_for(minutes: float, first: int, every: int) -> Tally:
    """Play every so manieth seed until the time is up or something is wrong."""
    keep_quiet()
    tally, end = Tally(), time.monotonic() + 60 * minutes
    for seed in itertools.count(first, every):
        if time.monotonic() > end:
            return tally
        found = verdict(draw(seed))
        tally.nights += 1
        tally.letters += found.letters
        tally.twice += found.twice_unavoidably
        if found.wrong:
            tally.failed = seed
            return tally
    raise AssertionError("unreachable: seeds do not end")
