"""Waits a moment for the read model, so that a page shows what its reader has just done."""

import asyncio
import time
from collections.abc import Callable

from fastapi.concurrency import run_in_threadpool

PATIENCE = 2.0
"""Seconds; what takes longer is shown with the next look."""
_EVERY = 0.05


async def until(shown: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Whether the read model showed it in time. What was said is kept in any case."""
    give_up_at = time.monotonic() + patience
    while not await run_in_threadpool(shown):
        if time.monotonic() > give_up_at:
            return False
        await asyncio.sleep(_EVERY)
    return True
