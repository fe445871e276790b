"""Moves sleepers to the current version of the worker's code, page by page, and watches them go."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.client import Client
from temporalio.service import RPCError

from commands.versions import OPEN, routing
from domain.contract.identity import REQUEST_CONTINUE_AS_NEW
from runtime.client import CommandRefused, DefectsClient
from runtime.pollers import UNVERSIONED, serving
from runtime.versioning import DEPLOYMENT

PAGE = 200
"""Woken at the same time: each replays its history, and so does whoever waits behind it."""
AT_ONCE = 20
LOOK_AGAIN = 0.5
NUDGE_AGAIN = 5.0
"""Seconds; what was busy when it was nudged moves when it is done, without another nudge."""
PATIENCE = timedelta(seconds=60)
"""How long nothing of a page may move until the rest of it is given up."""


@dataclass(frozen=True, slots=True)
class Nudged:
    """What came of a nudge."""

    target: str
    moved: int
    left: list[str]
    """Numbers that did not move, in order."""
    gave_up: bool
    """A whole page did not move, so the pages after it were not tried."""


async def nudge(
    client: Client,
    *,
    limit: int | None = None,
    patience: timedelta = PATIENCE,
    on_moved: Callable[[int], None] | None = None,
) -> Nudged:
    """Wake what runs on another version than the current one, until it has moved.

    Raises:
        CommandRefused: a version is ramping, so that some would move to it and back; or no worker
            would serve what has moved.
    """
    _, target, ramping, _ = await routing(client)
    if ramping is not None:
        raise CommandRefused(f"version: {ramping} is ramping; first decide for one of the two")
    if target not in await serving(client):
        raise CommandRefused(f"version: no worker of {target}, the current one, was seen lately")
    count, left = 0, list[str]()
    async for page in _pages(client, target, limit):
        stuck = await _move(client, page, target, patience)
        count += len(page) - len(stuck)
        if on_moved is not None:
            on_moved(count)
        left += sorted(stuck)
        if len(stuck) == len(page):
            return Nudged(target, count, left, gave_up=True)
    return Nudged(target, count, left, gave_up=False)


async def _pages(client: Client, target: str, limit: int | None) -> AsyncIterator[set[str]]:
    if target == UNVERSIONED:
        elsewhere = "TemporalWorkerDeploymentVersion IS NOT NULL"
    else:
        elsewhere = (
            "(TemporalWorkerDeploymentVersion IS NULL"
            f' OR TemporalWorkerDeploymentVersion != "{DEPLOYMENT}:{target}")'
        )
    page = set[str]()
    async for found in client.list_workflows(f"{OPEN} AND {elsewhere}", limit=limit):
        page.add(found.id)
        if len(page) == PAGE:
            yield page
            page = set()
    if page:
        yield page


async def _move(client: Client, page: set[str], target: str, patience: timedelta) -> set[str]:
    """Nudge until all have moved; answers those that would not."""
    left, nudged_at, moved_at = page, -NUDGE_AGAIN, time.monotonic()
    while left and time.monotonic() - moved_at < patience.total_seconds():
        if time.monotonic() - nudged_at >= NUDGE_AGAIN:
            await _each(left, lambda number: _wake(client, number))
            nudged_at = time.monotonic()
        await asyncio.sleep(LOOK_AGAIN)
        there = await _each(left, lambda number: _is_there(client, number, target))
        if there:
            moved_at = time.monotonic()
        left = left - there
    return left


async def _wake(client: Client, number: str) -> bool:
    """By number, never by run: a run that ended meanwhile is no reason to miss the next."""
    # Nobody waits for an answer: whether it moved is asked of the server.
    with suppress(RPCError):
        await client.get_workflow_handle(number).signal(REQUEST_CONTINUE_AS_NEW)
    return True


async def _is_there(client: Client, number: str, target: str) -> bool:
    """Whether it runs on the version, or not at all any more; lists are a little behind."""
    try:
        here = await DefectsClient(client).describe(number)
    except RPCError:
        return False
    running = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
    if here is None or here.status != running:
        return True
    return (here.versioning_info.deployment_version.build_id or UNVERSIONED) == target


async def _each(numbers: Iterable[str], act: Callable[[str], Awaitable[bool]]) -> set[str]:
    """Those of the numbers for which it came true, a few at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: str) -> str | None:
        async with room:
            return number if await act(number) else None

    return {number for number in await asyncio.gather(*map(one, numbers)) if number}
