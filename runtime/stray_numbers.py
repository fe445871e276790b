"""Compares the numbers that are open in the database with the workflows that run.

Counts first, and numbers only where the counts differ. Both sides are read at different moments, a
beginning reaches the database a moment late, and Temporal's lists lag behind its histories: so each
number that seems to be missing is looked up by itself before anybody hears of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.workflow.v1 import WorkflowExecutionInfo

from runtime.client import DefectsClient
from runtime.client_records import OpenNumbers

WORKFLOWS: Mapping[str, str] = {
    "case": "CaseWorkflow",
    "defect": "DefectWorkflow",
    "release": "ReleaseWorkflow",
    "area_work": "AreaWorkWorkflow",
}
_RUNS_ON: Mapping[str, str] = {
    "case": " AND (CaseState != 'closed' OR CaseState IS NULL)",
    "defect": " AND (DefectState != 'closed' OR DefectState IS NULL)",
}
"""What is closed may run on: a case that may be opened again, and whatever has messages waiting.
Nothing has a state in its first moment."""
CONFIRMED = 100
"""Numbers of a kind that are looked up one by one; what is more is counted if all these differ."""
AT_ONCE = 20
BEGINNING = timedelta(minutes=5)
"""How long something may run before the database has it."""
ENDING = timedelta(hours=1)
"""How long something may run on that is closed in the database: its last messages leave."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A number that the database and Temporal disagree about."""

    number: str
    kind: str
    problem: str

    def __str__(self) -> str:
        return f"{self.number} {self.problem}"


@dataclass(frozen=True, slots=True)
class Strays:
    """Numbers of one kind that stray in one direction: the first of them, and how many."""

    shown: Sequence[Stray] = ()
    count: int = 0


@dataclass(frozen=True)
class Comparison:
    """What came of comparing, by kind."""

    at: datetime
    without_workflow: Mapping[str, Strays] = field(default_factory=dict)
    """Open in the database, and nothing runs."""
    without_row: Mapping[str, Strays] = field(default_factory=dict)
    """Something runs, and the database has it closed or not at all."""

    @property
    def strays(self) -> list[Stray]:
        """The first of them all."""
        both = (self.without_workflow, self.without_row)
        return [stray for found in both for strays in found.values() for stray in strays.shown]

    @property
    def count(self) -> int:
        """How many there are."""
        both = (self.without_workflow, self.without_row)
        return sum(strays.count for found in both for strays in found.values())


def running(kind: str) -> str:
    """The query for what runs of a kind."""
    return f"WorkflowType = '{WORKFLOWS[kind]}' AND ExecutionStatus = 'Running'"


async def compare(client: DefectsClient, numbers: OpenNumbers, now: datetime) -> Comparison:
    """Compare all kinds.

    Raises:
        RPCError: Temporal does not answer, or the search attributes are missing.
    """
    without_workflow, without_row = {}, {}
    for kind in WORKFLOWS:
        missing, extra = await _differing(client, numbers, kind)
        without_workflow[kind] = await _looked_up(
            missing, partial(_unless_it_runs, client, numbers, kind)
        )
        without_row[kind] = await _looked_up(
            extra, partial(_unless_it_is_known, client, numbers, now, kind)
        )
    return Comparison(now, without_workflow, without_row)


async def _differing(
    client: DefectsClient, numbers: OpenNumbers, kind: str
) -> tuple[list[str], list[str]]:
    """What is open and was not seen to run, and the other way round; nothing of equal counts."""
    query = running(kind) + _RUNS_ON.get(kind, "")
    counted = (await client.temporal.count_workflows(query)).count
    if counted == await asyncio.to_thread(numbers.count, kind):
        return [], []
    left = {found.id async for found in client.temporal.list_workflows(query, page_size=1_000)}
    missing: list[str] = []
    pages = numbers.pages(kind)
    while (page := await asyncio.to_thread(next, pages, None)) is not None:
        missing += [number for number in page if number not in left]
        left.difference_update(page)
    return missing, sorted(left)


async def _looked_up(
    candidates: Sequence[str], look: Callable[[str], Awaitable[Stray | None]]
) -> Strays:
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(number: str) -> Stray | None:
        async with limit:
            return await look(number)

    first = candidates[:CONFIRMED]
    found = [stray for stray in await asyncio.gather(*map(one, first)) if stray is not None]
    # Lists lag by seconds, and all of a hundred at once do not.
    all_differ = len(found) == len(first)
    return Strays(found, len(candidates) if all_differ else len(found))


async def _unless_it_runs(
    client: DefectsClient, numbers: OpenNumbers, kind: str, number: str
) -> Stray | None:
    here = await client.describe(number)
    if here is not None and here.status == _RUNNING and here.type.name == WORKFLOWS[kind]:
        return None
    # Read again, after the workflow: it may have ended well between the two looks.
    row = (await asyncio.to_thread(numbers.rows, kind, [number])).get(number)
    if row is None or not row.is_open:
        return None
    return Stray(number, kind, f"is {row.state} in the database, but {how_it_ended(here)}")


async def _unless_it_is_known(
    client: DefectsClient, numbers: OpenNumbers, now: datetime, kind: str, number: str
) -> Stray | None:
    here = await client.describe(number)
    if here is None or here.status != _RUNNING:
        return None
    row = (await asyncio.to_thread(numbers.rows, kind, [number])).get(number)
    if row is None:
        began = here.start_time.ToDatetime(tzinfo=UTC)
        late = now - began > BEGINNING
        return Stray(number, kind, "runs, but the database does not have it") if late else None
    if row.is_open or now - row.written_at <= ENDING or _waits_for_messages(here):
        return None
    return Stray(number, kind, f"runs, but is {row.state} in the database")


def _waits_for_messages(here: WorkflowExecutionInfo) -> bool:
    found = here.search_attributes.indexed_fields.get("NeedsAttention")
    return found is not None and found.data == b"true"


def how_it_ended(here: WorkflowExecutionInfo | None) -> str:
    """What became of the last run of a number, in words."""
    if here is None:
        return "Temporal does not know it"
    name = WorkflowExecutionStatus.Name(here.status)
    word = name.removeprefix("WORKFLOW_EXECUTION_STATUS_").lower().replace("_", " ")
    return f"its workflow is {word}"


_RUNNING = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
