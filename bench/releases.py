"""Releases with many defects: plans them, attaches, reschedules, and counts what it came to."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.history.v1 import HistoryEvent

from activities.adapters.database.engine import batches
from bench.billable_actions import kind
from bench.installation import Installation
from bench.scenarios import attachment
from domain.contract.release import AttachDefects

ATTACHED_AT_ONCE = 500
"""The most that one command names."""
_STARTED_AT_ONCE = 20
_UNSERVED_QUEUE = "unserved"
"""No worker polls it: a workflow started on it takes signals, and does nothing."""
_LOOK_AGAIN = 0.1
_MANAGER = "manager-1"


@dataclass(frozen=True)
class ReleaseRun:
    """One run of a release's workflow, as its history has it."""

    events: int
    stored: int
    """Bytes of history."""
    largest: int
    """Bytes of its largest event."""


@dataclass
class LargeRelease:
    """A release with many defects."""

    site: Installation
    number: str
    deploy_at: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(days=60))

    async def plan(self, defects: Sequence[str]) -> float:
        """Plan it, attach the defects; answers the seconds until all of them were notified."""
        begun = time.perf_counter()
        await self.site.begin(
            "ReleaseWorkflow",
            self.number,
            {
                "actor": _MANAGER,
                "kind": "major",
                "title": "Spring release",
                "deploy_at": self.deploy_at.isoformat(),
            },
        )
        for page in batches(defects, ATTACHED_AT_ONCE):
            await self._update(AttachDefects.name, defects=page)
        await self._fan_out()
        return time.perf_counter() - begun

    async def reschedule(self) -> float:
        """Move it by a day; answers the seconds until all of its defects were notified."""
        self.deploy_at += timedelta(days=1)
        await self._update("reschedule", deploy_at=self.deploy_at.isoformat(), reason="tests")
        return await self._fan_out()

    async def deploy(self) -> float:
        """Deploy it; answers the seconds until all of its defects were notified."""
        await self._update("deploy")
        return await self._fan_out()

    def next_plan(self) -> dict[str, Any]:
        """The signal of a date a day later, as a defect gets it, without a plan's version."""
        self.deploy_at += timedelta(days=1)
        return {
            "actor": _MANAGER,
            "key": f"baseline/{self.number}/{self.deploy_at.isoformat()}",
            "release": self.number,
            "deploy_at": self.deploy_at.isoformat(),
            "moved": True,
            "watched": True,
        }

    async def runs(self) -> list[ReleaseRun]:
        """What its history came to, the oldest run first."""
        found: list[ReleaseRun] = []
        run_id: str | None = None
        while True:
            handle = self.site.client.get_workflow_handle(self.number, run_id=run_id)
            events = [event async for event in handle.fetch_history_events()]
            sizes = [event.ByteSize() for event in events]
            found.insert(0, ReleaseRun(len(events), sum(sizes), max(sizes)))
            begun = events[0].workflow_execution_started_event_attributes
            run_id = begun.continued_execution_run_id
            if not run_id:
                return found

    async def _update(self, command: str, **fields: Any) -> None:
        await self.site.update(self.number, command, {"actor": _MANAGER} | fields)

    async def _fan_out(self) -> float:
        """Wait until no defect has to be notified; answers the seconds that took.

        From the command that began it to the end of its last round: when the release hears of that
        depends on what its defects keep the worker busy with.
        """
        while (await self.site.status(self.number))["pending_deliveries"]:  # noqa: ASYNC110 - no such event
            await asyncio.sleep(_LOOK_AGAIN)
        handle = self.site.client.get_workflow_handle(self.number)
        return _last_fan_out((await handle.fetch_history()).events)


def clients_of(numbers: Sequence[str], clients: int, people: int | None = None) -> list[list[str]]:
    """The clients of each defect: so many, each with defects of its own or shared by `people`."""
    if people is None:
        return [[f"client-CASE-{number}-{n}" for n in range(clients)] for number in numbers]
    places = range(len(numbers))
    return [
        [f"client-{(place * clients + n) % people}" for n in range(clients)] for place in places
    ]


async def start_open(
    site: Installation, numbers: Sequence[str], clients: int, people: int | None = None
) -> None:
    """Import open defects, of so many clients each; nobody is notified of them."""
    confirmed = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    of = dict(zip(numbers, clients_of(numbers, clients, people), strict=True))

    async def one(number: str) -> None:
        start = {
            "actor": "import-1",
            "severity": "S3",
            "title": "Login fails",
            "functional_area": "login",
            "cases": [attachment(f"CASE-{number}-{n}", c) for n, c in enumerate(of[number])],
            "past": {"confirmed_at": confirmed},
        }
        await site.begin("DefectWorkflow", number, start)

    await for_each(numbers, one, at_once=_STARTED_AT_ONCE)


async def start_unserved(site: Installation, numbers: Iterable[str]) -> None:
    """Start defects that no worker serves: they take signals, and cost nothing afterwards."""

    async def one(number: str) -> None:
        await site.client.start_workflow(
            "DefectWorkflow", {}, id=number, task_queue=_UNSERVED_QUEUE
        )

    await for_each(numbers, one, at_once=_STARTED_AT_ONCE)


async def for_each(
    numbers: Iterable[str], do: Callable[[str], Awaitable[None]], *, at_once: int
) -> None:
    """Do it for each of them, so many at the same time."""
    limit = asyncio.Semaphore(at_once)

    async def one(number: str) -> None:
        async with limit:
            await do(number)

    await asyncio.gather(*(one(number) for number in numbers))


def _last_fan_out(history: Sequence[HistoryEvent]) -> float:
    """Seconds from the last command to the end of the last round of signals."""
    rounds = {
        event.event_id
        for event in history
        if event.activity_task_scheduled_event_attributes.activity_type.name == "align_defects"
    }
    accepted = [event for event in history if kind(event) == "workflow_execution_update_accepted"]
    ended = [
        event
        for event in history
        if event.activity_task_completed_event_attributes.scheduled_event_id in rounds
    ]
    took = ended[-1].event_time.ToDatetime() - accepted[-1].event_time.ToDatetime()
    return took.total_seconds()
