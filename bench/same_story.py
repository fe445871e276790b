"""The same story twice: on the machines alone, and through real workflows on a server with a clock.

What the first counts is held against what the second wrote: the ledger's mails and the histories.
"""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.adapters.database import make_engine
from activities.adapters.database.tables import deliveries
from bench.alone import Alone, actions, events
from bench.bill import bill, messages, settled
from bench.installation import PATIENCE, Heartbeats, installation
from bench.lives import quiet_monday
from bench.population import VENDOR_ZONE, CasePart, Crowd, DefectPart
from bench.story import ACTOR, Stage, command_of, confirmation
from bench.week import SECONDS
from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import time_skipping_server

_LOOK_AGAIN = 0.02
_OLDEST = timedelta(days=400)
_LOOKED_AT_AT_ONCE = 10
_EMAIL = "email"


@dataclass
class Counted:
    """What came of a story."""

    entities: int = 0
    mails: Counter[str] = field(default_factory=Counter)
    """By event, one for each recipient."""
    effects: Counter[str] = field(default_factory=Counter)
    """By event."""
    actions: int = 0
    events: int = 0
    turns: int = 0
    """Workflow tasks."""
    stored: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Events and bytes of all histories of cases, and of defects; the server knows them."""

    def add(self, alone: Alone) -> None:
        """Count one entity on its machine."""
        self.entities += 1
        for note in alone.notes:
            if note.what == "effect":
                self.effects[note.about] += 1
            if note.mails:
                self.mails[note.about] += note.mails
            self.turns += note.what == "turn"
        self.actions += actions(alone.notes)
        self.events += events(alone.notes)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody does in the real story."""

    at: datetime
    number: str
    workflow: str | None
    """To start; None to tell."""
    command: str
    payload: dict[str, Any]


@dataclass
class Story:
    """All parts of a crowd that begin before the end of its week."""

    crowd: Crowd
    families: list[DefectPart]
    cases: list[CasePart]

    @classmethod
    def of(cls, crowd: Crowd) -> "Story":
        """Everybody."""
        return cls(crowd, [*crowd.defect_parts()], [*crowd.case_parts()])

    @property
    def until(self) -> datetime:
        """The end of the week."""
        return self.crowd.week + timedelta(seconds=SECONDS)

    def predicted(self) -> Counted:
        """What the machines alone make of it."""
        stage, counted = Stage(self.until), Counted()
        for family in self.families:
            for alone in stage.family(family):
                counted.add(alone)
        for case in self.cases:
            if case.at <= self.until:
                counted.add(stage.case(case))
        return counted

    def acts(self) -> list[Act]:
        """What people do, in order."""
        stage = Stage(self.until)
        found: list[Act] = []
        for family in self.families:
            for case in family.cases:
                found.append(Act(case.at, case.number, "CaseWorkflow", "", case.start))
                if case.attached_at is not None:
                    told = confirmation(family)
                    found.append(Act(case.attached_at, case.number, None, "confirm_defect", told))
            for say in family.says:
                told = {"actor": ACTOR} | say.payload
                found.append(Act(stage.when(say), family.number, None, say.name, told))
        for case in self.cases:
            found.append(Act(case.at, case.number, "CaseWorkflow", "", case.start))
            for say in case.says:
                command_of(say)
                told = {"actor": ACTOR} | say.payload
                found.append(Act(say.at, case.number, None, say.name, told))
        return sorted((act for act in found if act.at <= self.until), key=lambda act: act.at)

    def numbers(self) -> Iterator[str]:
        """Of all workflows that begin; a defect does when its first case is put on it."""
        yield from sorted(act.number for act in self.acts() if act.workflow)
        for family in self.families:
            if any(case.attached_at and case.attached_at <= self.until for case in family.cases):
                yield family.number


@dataclass
class Stand:
    """A server with a clock, and our workers in this process."""

    env: WorkflowEnvironment
    client: Client
    heartbeats: Heartbeats

    async def play(self, story: Story) -> None:
        """Let it happen, each act at its instant."""
        for act in story.acts():
            await self._until(act.at)
            if act.workflow:
                await DefectsClient(self.client).start(act.workflow, act.number, act.payload)
            else:
                await DefectsClient(self.client).update(act.number, act.command, act.payload)
            await self._settle(act.number)
            _ = self.heartbeats.count  # They pile up until they are read.
        await self._until(story.until)

    async def count(self, numbers: Sequence[str], engine: Engine) -> Counted:
        """What histories and the ledger say."""
        counted = Counted()
        limit = asyncio.Semaphore(_LOOKED_AT_AT_ONCE)

        async def one(number: str) -> None:
            async with limit:
                history = await self._settle(number)
            found = bill(history, heartbeats=0)
            counted.entities += 1
            counted.actions += found.action_count
            counted.events += found.event_count
            counted.turns += found.events["workflow_task_completed"]
            counted.effects += messages(history)
            what = "case" if "Case" in _workflow(history) else "defect"
            before = counted.stored.get(what, (0, 0))
            counted.stored[what] = before[0] + found.event_count, before[1] + found.stored

        await asyncio.gather(*(one(number) for number in numbers))
        query = (
            select(deliveries.c.event, func.count())
            .where(deliveries.c.state == "sent", deliveries.c.channel == _EMAIL)
            .group_by(deliveries.c.event)
        )
        with engine.connect() as connection:
            counted.mails = Counter(dict(connection.execute(query).tuples().all()))
        return counted

    async def _until(self, at: datetime) -> None:
        left = at - await self.env.get_current_time()
        if left > timedelta(0):
            await self.env.sleep(left)

    async def _settle(self, number: str) -> Sequence[Any]:
        """Its history, once it waits for time or people only."""
        handle = self.client.get_workflow_handle(number)
        async with asyncio.timeout(PATIENCE):
            while not settled(history := (await handle.fetch_history()).events):  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_AGAIN)
        return history


async def compared(defects: int) -> dict[str, Any]:
    """Both counts of a crowd of so many, and the processor time of workers, client and machines."""
    heartbeats = Heartbeats()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            time_skipping_server(DefectsPlugin()) as env,
            installation(
                env.client.service_client.config.target_host,
                Path(folder),
                heartbeats=heartbeats,
                max_cached_workflows=100_000,
            ) as site,
        ):
            monday = quiet_monday(await env.get_current_time() + _OLDEST)
            week = monday.astimezone(VENDOR_ZONE).replace(hour=0, minute=0).astimezone(UTC)
            story = Story.of(Crowd(defects, week))
            begun = time.process_time()
            predicted = story.predicted()
            machines = time.process_time() - begun
            stand = Stand(env, site.client, heartbeats)
            begun, clock = time.process_time(), time.perf_counter()
            await stand.play(story)
            used, took = time.process_time() - begun, time.perf_counter() - clock
            engine = make_engine(f"sqlite:///{Path(folder) / 'bench.db'}")
            try:
                seen = await stand.count([*story.numbers()], engine)
            finally:
                engine.dispose()
            seen.actions += heartbeats.count
    return {
        "defects": defects,
        "predicted": _shown(predicted),
        "seen": _shown(seen),
        "machines_seconds": round(machines, 2),
        "processor_seconds": round(used, 2),
        "seconds": round(took, 2),
    }


def _workflow(history: Sequence[Any]) -> str:
    begun = history[0].workflow_execution_started_event_attributes
    return str(begun.workflow_type.name)


def _shown(counted: Counted) -> dict[str, Any]:
    return {
        "entities": counted.entities,
        "mails": dict(sorted(counted.mails.items())),
        "effects": dict(sorted(counted.effects.items())),
        "actions": counted.actions,
        "events": counted.events,
        "turns": counted.turns,
        "stored": counted.stored,
    }
