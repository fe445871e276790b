"""Tells defects of a plan and does nothing else: what a release's fan-out is compared with."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any

from temporalio.client import Client

from activities.signals import AT_ONCE
from domain.contract.defect import ScheduleRelease


async def tell_barely(client: Client, defects: Iterable[str], said: Mapping[str, Any]) -> float:
    """Signal a plan, as many defects at once as a fan-out does; answers the seconds it took.

    It remembers nobody, looks for nothing newer, and where it dies it begins anew.
    """
    limit = asyncio.Semaphore(AT_ONCE)

    async def tell(defect: str) -> None:
        async with limit:
            await client.get_workflow_handle(defect).signal(ScheduleRelease.name, said)

    begun = time.perf_counter()
    await asyncio.gather(*(tell(defect) for defect in defects))
    return time.perf_counter() - begun
