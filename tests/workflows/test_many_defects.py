"""A release of many defects on the real server: pages, rounds, and a newer date in the middle."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.worker import Worker

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseImpact,
    DatabaseJointMessages,
    DatabaseLedger,
    DatabaseMembers,
    DatabasePreferences,
    DatabaseReadModel,
)
from activities.fan_out import FanOut
from activities.notifications import Notifications
from activities.pin_policy import PinPolicy
from activities.ports import Member
from activities.read_model import ReadModelWriter
from activities.signals import Signals
from domain.contract.defect import ScheduleRelease
from domain.contract.identity import DEFECTS_QUEUE, OUTBOUND_QUEUE
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import attachment, defect_start, release_start
from tests.fakes import RecordingMailbox, RecordingPlaces
from tests.programs import PATIENCE, eventually
from tests.workflows.world import World, an_outside, settings_of_tests
from worker import WORKFLOWS

PAGE, ROUND = 30, 90
DEFECTS = [f"DEF-{n:03}" for n in range(1, 301)]
AT_WORK = DEFECTS[9::20]
"""The others are on a queue where nobody listens: their histories keep what they were told."""
NOBODYS_QUEUE = "nobody"
FIRST, SECOND = (datetime.now(UTC).replace(microsecond=0) + timedelta(days=d) for d in (20, 50))
PAUSED_AT = 5
"""The page, counted from the first, that waits until the test lets it go."""
TOLD_BEFORE = PAUSED_AT * PAGE


class PausingMembers(DatabaseMembers):
    """Waits before it hands out one page, until the test lets it go on."""

    def __init__(self, engine: Engine, page: int) -> None:
        super().__init__(engine)
        self.waits, self.may_go_on = threading.Event(), threading.Event()
        self._page = page

    def pending(
        self, release: str, plan_sequence: int, after: str | None, limit: int
    ) -> Sequence[Member]:
        """A page, as it stood before the wait."""
        found = super().pending(release, plan_sequence, after, limit)
        self._page -= 1
        if self._page == 0:
            self.waits.set()
            self.may_go_on.wait(PATIENCE)
        return found


@asynccontextmanager
async def world_of_small_rounds(folder: Path) -> AsyncIterator[tuple[World, PausingMembers]]:
    """The real server and our workers, with few defects in a page and few pages in a round."""
    mailbox = RecordingMailbox()
    outside, settings = an_outside(folder, mailbox), settings_of_tests()
    engine, preferences = outside.engine, DatabasePreferences(outside.engine)
    members = PausingMembers(engine, PAUSED_AT)
    tell = Notifications(
        mailbox,
        DatabaseLedger(engine),
        DatabaseAudience(engine),
        outside.policies,
        settings.mail_from,
        preferences,
        RecordingPlaces(),
        DatabaseJointMessages(engine),
    )
    async with dev_server(DefectsPlugin()) as server:
        client = server.client
        fan_out = FanOut(
            Signals(client), members, DatabaseImpact(engine), page=PAGE, per_round=ROUND
        )
        with ThreadPoolExecutor(20) as threads:
            async with (
                Worker(
                    client,
                    task_queue=DEFECTS_QUEUE,
                    workflows=WORKFLOWS,
                    activities=[
                        PinPolicy(outside.policies).load_policy,
                        ReadModelWriter(DatabaseReadModel(engine), preferences).project,
                        fan_out.align_defects,
                    ],
                    activity_executor=threads,
                    max_concurrent_activities=20,
                ),
                Worker(
                    client,
                    task_queue=OUTBOUND_QUEUE,
                    activities=[tell.tell_clients],
                    activity_executor=threads,
                    max_concurrent_activities=20,
                ),
            ):
                world = World(client, outside, mailbox, settings)
                yield world, members
                await world.assert_replays()
                world.assert_nobody_told_twice()
    engine.dispose()


async def test_a_newer_date_in_the_middle_is_the_last_that_everybody_hears(tmp_path: Path) -> None:
    """R3: rounds report how far they came; the older date is given up, and never comes after."""
    async with world_of_small_rounds(tmp_path) as (world, members):
        await _confirmed(world)
        await world.defects.start(
            "ReleaseWorkflow", "REL-1", release_start(deploy_at=FIRST.isoformat())
        )
        world.numbers.append("REL-1")
        await world.tell("REL-1", "attach_defects", defects=DEFECTS)
        assert await asyncio.to_thread(members.waits.wait, PATIENCE)

        under_way = (await world.status("REL-1"))["fan_outs"][-1]
        assert (under_way["told"], under_way["left"]) == (ROUND, len(DEFECTS) - ROUND)
        assert under_way["ended_at"] is None

        await world.tell("REL-1", "reschedule", deploy_at=SECOND.isoformat(), reason="tests")
        await eventually("the portal knows the newer date", lambda: _superseded(members))
        members.may_go_on.set()
        await world.settle()
        await eventually("those at work have told their clients", lambda: _all_mailed(world))
        await world.settle()

        older, newer = (await world.status("REL-1"))["fan_outs"]
        assert (older["told"], older["superseded"]) == (TOLD_BEFORE, True)
        assert (newer["told"], newer["superseded"], newer["left"]) == (len(DEFECTS), False, 0)
        for number in DEFECTS:
            twice = number <= DEFECTS[TOLD_BEFORE - 1]
            dates = [(1, FIRST), (2, SECOND)] if twice else [(2, SECOND)]
            assert await _told(world.client, number) == dates, number
        for number in AT_WORK:
            planned = (await world.status(number))["release"]
            assert datetime.fromisoformat(planned["deploy_at"]) == SECOND
            assert world.mailbox.events(f"{number}@example.org".lower()) == _mails(number)


async def _confirmed(world: World) -> None:
    """All the defects, a few of them at work, with a client each."""

    async def one(number: str) -> None:
        queue = DEFECTS_QUEUE if number in AT_WORK else NOBODYS_QUEUE
        start = defect_start("S3", attachment(f"CASE-{number}", number.lower()))
        await world.client.start_workflow("DefectWorkflow", start, id=number, task_queue=queue)

    await asyncio.gather(*(one(number) for number in DEFECTS))
    world.numbers += AT_WORK
    await world.settle()


def _superseded(members: DatabaseMembers) -> bool:
    return members.is_superseded("REL-1", 1)


def _all_mailed(world: World) -> bool:
    return len(world.mailbox.letters) == sum(len(_mails(number)) for number in AT_WORK)


def _mails(number: str) -> list[str]:
    """What the client of a defect at work gets."""
    if number <= DEFECTS[TOLD_BEFORE - 1]:
        return [
            "defect.confirmed",
            "defect.release_scheduled",
            "defect.release_rescheduled",
        ]
    return ["defect.confirmed", "defect.release_scheduled"]


async def _told(client: Client, number: str) -> list[tuple[int, datetime]]:
    """Plan version and date of each signal in a defect's history, in order."""
    history = await client.get_workflow_handle(number).fetch_history()
    said: list[dict[str, Any]] = []
    for event in history.events:
        signal = event.workflow_execution_signaled_event_attributes
        if signal.signal_name == ScheduleRelease.name:
            said += await client.data_converter.decode(signal.input.payloads)
    return [(each["plan_version"], datetime.fromisoformat(each["deploy_at"])) for each in said]
