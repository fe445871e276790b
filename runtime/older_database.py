"""Finds that a database is empty or older than what runs, before a worker leans on it.

Histories say what the database has confirmed: a projection that was written once and is not there
any more is proof, however long workers or the database were away. The newest of each kind are
looked at, since these are what an older copy lacks.
"""

import asyncio
from collections.abc import Mapping

import structlog
from temporalio.client import WorkflowExecution
from temporalio.service import RPCError, RPCStatusCode

from runtime.client import DefectsClient
from runtime.client_records import OpenNumbers
from runtime.codec import Unreadable
from runtime.histories import PROJECT, backwards, projection
from runtime.stray_numbers import AT_ONCE, WORKFLOWS, running

log = structlog.get_logger(__name__)

LISTED = 100
"""Of each kind, the newest that run: none of them may be missing."""
COMPARED = 25
"""Those of them whose last projection is looked for in any case."""
EVENTS = 400
"""Of a history, from its end: what lies further back is not looked at."""
PATIENCE = 20.0
"""Seconds for all of it."""


class OlderDatabase(Exception):  # noqa: N818 - it is an answer
    """What runs was written into another database than this, or into this one before it went
    back."""


async def refuse_older(client: DefectsClient, numbers: OpenNumbers) -> None:
    """Compare what runs with what the database has of it, but for what cannot be decrypted.

    Raises:
        OlderDatabase: it lacks what it once confirmed.
        TimeoutError: Temporal takes too long to tell.
        RPCError: Temporal does not tell.
    """
    async with asyncio.timeout(PATIENCE):
        found = {kind: await _newest(client, kind) for kind in WORKFLOWS}
        behind = [
            n for kind, runs in found.items() for n in await _behind(client, numbers, kind, runs)
        ]
    if behind:
        counted = sum(map(len, found.values()))
        raise OlderDatabase(
            "DEFECTS_DATABASE_URL: the database is empty or older than what runs: it lacks "
            f"{behind[0]}, which was written into it before, and {len(behind) - 1} more like it of "
            f"{counted} that were looked at. Put the right database back, or go on with this one: "
            "`worker.py --go-on`, then `starter.py reconcile`"
        )


async def _newest(client: DefectsClient, kind: str) -> list[WorkflowExecution]:
    return [run async for run in client.temporal.list_workflows(running(kind), limit=LISTED)]


async def _behind(
    client: DefectsClient, numbers: OpenNumbers, kind: str, runs: list[WorkflowExecution]
) -> list[str]:
    """Those that the database lacks, or has as they were before."""
    known = await asyncio.to_thread(numbers.rows, kind, [run.id for run in runs])
    doubtful = [run for place, run in enumerate(runs) if run.id not in known or place < COMPARED]
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(run: WorkflowExecution) -> tuple[str, int | None]:
        async with limit:
            try:
                return run.id, await last_written(client, run.id, run.run_id)
            except Unreadable as error:
                log.warning("database.not_compared", number=run.id, error=str(error))
                return run.id, None

    written: Mapping[str, int | None] = dict(await asyncio.gather(*map(one, doubtful)))
    # Read again, after the histories: another worker may have written meanwhile.
    rows = await asyncio.to_thread(numbers.rows, kind, list(written))
    return [
        number
        for number, sequence in written.items()
        if sequence is not None and (number not in rows or rows[number].sequence < sequence)
    ]


async def last_written(client: DefectsClient, number: str, run_id: str) -> int | None:
    """The sequence of the last projection in a run that the database has confirmed.

    None where it has confirmed none, as far as was looked back.
    """
    completed, seen = set[int](), 0
    try:
        async for event in backwards(client.temporal, number, run_id):
            seen += 1
            done = event.activity_task_completed_event_attributes
            asked = event.activity_task_scheduled_event_attributes
            if event.HasField("activity_task_completed_event_attributes"):
                completed.add(done.scheduled_event_id)
            elif event.event_id in completed and asked.activity_type.name == PROJECT:
                return (await projection(client.temporal, event)).sequence
            if seen >= EVENTS:
                break
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return None
