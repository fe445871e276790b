"""Releases with many defects: plans them, attaches, moves, and says what it came to."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.history.v1 import HistoryEvent

from activities.adapters.database.engine import batches
from bench.bill import kind
from bench.installation import Installation
from domain.contract.release import AttachDefects
from runtime.client import DefectsClient

AT_ONCE = 20
"""Defects begun at the same time."""
ATTACHED_AT_ONCE = 500
"""The most that one command names."""
NOBODYS_QUEUE = "nobody"
"""No worker listens there: what is begun on it takes signals, and does nothing."""
_LOOK_AGAIN = 0.1
_MANAGER = "manager-1"


@dataclass(frozen=True)
class Ran:
    """One run of a release, as its history has it."""

    events: int
    stored: int
    """Bytes of history."""
    largest: int
    """Bytes of its largest event."""


@dataclass
class BigRelease:
    """A release with many defects."""

    site: Installation
    number: str
    deploy_at: datetime

    @classmethod
    async def planned(cls, site: Installation, number: str, defects: Sequence[str]) -> "BigRelease":
        """Plan it, attach the defects, and wait until all of them were told.

        A command names as many as it may.
        """
        release = cls(site, number, datetime.now(UTC) + timedelta(days=60))
        plan = {
            "actor": _MANAGER,
            "kind": "major",
            "title": "Spring release",
            "deploy_at": release.deploy_at.isoformat(),
        }
        await DefectsClient(site.client).start("ReleaseWorkflow", number, plan)
        for page in batches(defects, ATTACHED_AT_ONCE):
            await release._say(AttachDefects.name, defects=page)
        await release.told()
        return release

    async def move(self) -> float:
        """Another date, a day later; answers the seconds until all of its defects were told."""
        self.deploy_at += timedelta(days=1)
        await self._say("reschedule", deploy_at=self.deploy_at.isoformat(), reason="tests")
        return await self.told()

    async def deploy(self) -> float:
        """It is out; answers the seconds until all of its defects were told."""
        await self._say("deploy")
        return await self.told()

    async def told(self) -> float:
        """Wait until no defect has to be told; answers the seconds the last telling took.

        From the command that began it to the end of its last round: when the release hears of that
        depends on what its defects keep the worker busy with.
        """
        while (await self.status())["pending_deliveries"]:  # noqa: ASYNC110 - no such event
            await asyncio.sleep(_LOOK_AGAIN)
        handle = self.site.client.get_workflow_handle(self.number)
        return _last_telling((await handle.fetch_history()).events)

    def plan(self) -> dict[str, Any]:
        """A date a day later, as a defect is told of it, from nobody who counts plans."""
        self.deploy_at += timedelta(days=1)
        return {
            "actor": _MANAGER,
            "key": f"bare/{self.number}/{self.deploy_at.isoformat()}",
            "release": self.number,
            "deploy_at": self.deploy_at.isoformat(),
            "moved": True,
            "watched": True,
        }

    async def status(self) -> dict[str, Any]:
        """How it stands."""
        answer: dict[str, Any] = await DefectsClient(self.site.client).query(self.number, "status")
        return answer

    async def runs(self) -> list[Ran]:
        """What its history came to, the oldest run first."""
        found: list[Ran] = []
        run_id: str | None = None
        while True:
            handle = self.site.client.get_workflow_handle(self.number, run_id=run_id)
            events = [event async for event in handle.fetch_history_events()]
            sizes = [event.ByteSize() for event in events]
            found.insert(0, Ran(len(events), sum(sizes), max(sizes)))
            begun = events[0].workflow_execution_started_event_attributes
            run_id = begun.continued_execution_run_id
            if not run_id:
                return found

    async def _say(self, command: str, **fields: Any) -> None:
        await DefectsClient(self.site.client).update(
            self.number, command, {"actor": _MANAGER} | fields
        )


async def begin(site: Installation, numbers: Sequence[str], clients: int) -> None:
    """Import open defects, of so many clients each; nobody is told of them."""
    confirmed = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(number: str) -> None:
        async with limit:
            await DefectsClient(site.client).start(
                "DefectWorkflow",
                number,
                {
                    "actor": "import-1",
                    "severity": "S3",
                    "title": "Login fails",
                    "functional_area": "login",
                    "cases": [_attachment(number, n) for n in range(clients)],
                    "past": {"confirmed_at": confirmed},
                },
            )

    await asyncio.gather(*(one(number) for number in numbers))


async def begin_mute(site: Installation, numbers: Sequence[str]) -> None:
    """Begin defects that nobody works on: they take signals, and cost nothing afterwards."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(number: str) -> None:
        async with limit:
            await site.client.start_workflow(
                "DefectWorkflow", {}, id=number, task_queue=NOBODYS_QUEUE
            )

    await asyncio.gather(*(one(number) for number in numbers))


def _attachment(number: str, n: int) -> dict[str, Any]:
    client = f"client-{number}-{n}"
    return {
        "case": f"CASE-{number}-{n}",
        "client": client,
        "contact": {"email": f"{client}@client.example", "name": "Ada"},
    }


def _last_telling(history: Sequence[HistoryEvent]) -> float:
    """Seconds from the last command to the end of the last round of signals."""
    rounds = {
        event.event_id
        for event in history
        if event.activity_task_scheduled_event_attributes.activity_type.name == "align_defects"
    }
    said = [event for event in history if kind(event) == "workflow_execution_update_accepted"]
    ended = [
        event
        for event in history
        if event.activity_task_completed_event_attributes.scheduled_event_id in rounds
    ]
    return (ended[-1].event_time.ToDatetime() - said[-1].event_time.ToDatetime()).total_seconds()
