"""What one worker process runs: `worker.py`, in a process forked from one that has loaded it.

Loading takes a second or two of a processor, and a thousand of them die.
"""

import asyncio
import os
import sys
from collections.abc import Mapping

import worker
from domain.promise_guard import find_promise

find_promise("ready")  # as `worker.workers` does, so that no fork has to


def work(environment: Mapping[str, str], log: str) -> None:
    """Be a worker with this environment, which writes to this file, until told to stop."""
    os.setsid()  # Ctrl-C is for whoever kills, who then stops it
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(file, sys.stdout.fileno())
    os.dup2(file, sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(environment)
    sys.exit(asyncio.run(worker.main()))
