"""A run ends when it should, whatever is under way, and nothing is lost or said twice by that."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus
from temporalio.worker import Worker

from activities.ports import Delivery, DeliveryState, Letter
from simulation.virtual_clock import POLL
from tests.domain.builders import case_start, defect_start, release_start
from tests.workflows.hurried import HurriedDefectWorkflow
from tests.workflows.world import World, real_world
from worker import WORKFLOWS

CLIENT = "client-1@example.org"
SUPPORT = "support-team@vendor.example"


@asynccontextmanager
async def hurried(folder: Path) -> AsyncIterator[World]:
    """A defect whose first letter is under way until the end."""
    may_go = threading.Event()

    def hold(letter: Letter) -> None:
        if letter.to == CLIENT:
            assert may_go.wait(30)

    async with real_world(folder) as world:
        world.mailbox.before_send = hold
        await world.client.start_workflow(
            "DefectWorkflow", defect_start("S2"), id="DEF-1", task_queue="hurried"
        )
        async with Worker(world.client, task_queue="hurried", workflows=[HurriedDefectWorkflow]):
            try:
                yield world
            finally:
                may_go.set()
            while not any(  # noqa: ASYNC110 - the database cannot notify us
                row.state is DeliveryState.SENT for row in _to_client(world)
            ):
                await asyncio.sleep(POLL)
            world.numbers.append("DEF-1")
            await world.tell("DEF-1", "retry_deliveries")
            await world.settle()


def _to_client(world: World) -> list[Delivery]:
    return [row for row in world.ledger.deliveries() if row.recipient == CLIENT]


async def _later_run(world: World) -> None:
    """Wait until the first run is over."""
    await _met(world, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW)


async def _met(world: World, kind: "EventType.ValueType") -> None:
    """Wait until something is in the history of the present run."""
    first = (await world.handle("DEF-1").describe()).run_id
    history = world.client.get_workflow_handle("DEF-1", run_id=first)
    async for event in history.fetch_history_events(wait_new_event=True):
        if event.event_type == kind:
            return
    raise AssertionError("the run ended otherwise")


async def test_a_run_does_not_wait_for_ever_for_what_is_in_flight(tmp_path: Path) -> None:
    """Left behind, the letter arrives once: the next run asks the ledger."""
    async with hurried(tmp_path) as world:
        await world.handle("DEF-1").signal("request_continue_as_new")
        await _later_run(world)
        await world.tell("DEF-1", "post_progress", internal_note="a new run")

    assert world.mailbox.events(CLIENT) == ["defect.confirmed"]


async def test_a_run_that_is_asked_to_leave_begins_to_wait_at_once(tmp_path: Path) -> None:
    """Though a letter is under way and nothing else happens: the request itself wakes it."""
    async with hurried(tmp_path) as world:
        await _only_the_letter_is_under_way(world)
        await world.handle("DEF-1").signal("request_continue_as_new")
        await _later_run(world)

    assert world.mailbox.events(CLIENT) == ["defect.confirmed"]


async def _only_the_letter_is_under_way(world: World) -> None:
    """Wait until the read model has the defect, and its task is over."""
    open_ones, was = dict[int, str](), ""
    async for event in world.handle("DEF-1").fetch_history_events(wait_new_event=True):
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled = event.activity_task_scheduled_event_attributes
            open_ones[event.event_id] = scheduled.activity_type.name
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            done = event.activity_task_completed_event_attributes.scheduled_event_id
            was = open_ones.pop(done)
        task_over = event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
        if task_over and list(open_ones.values()) == ["tell_clients"] and was == "project":
            return


async def test_no_command_is_refused_however_many_come_while_a_letter_is_under_way(
    tmp_path: Path,
) -> None:
    """The server takes 2,000 updates a run, so the run leaves before."""
    async with hurried(tmp_path) as world:
        for n in range(45):
            await world.tell("DEF-1", "post_progress", internal_note=f"note {n}", key=f"key-{n}")
        timeline = await world.handle("DEF-1").query("timeline")

    assert [fact["event"] for fact in timeline].count("defect.progress") == 45
    assert world.mailbox.events(CLIENT) == ["defect.confirmed"]


STARTS = {
    "CaseWorkflow": case_start(),
    "DefectWorkflow": defect_start("S2"),
    "ReleaseWorkflow": release_start(),
}


@pytest.mark.parametrize("workflow", STARTS)
async def test_cancelling_a_workflow_is_refused_on_record(workflow: str, tmp_path: Path) -> None:
    """One click in the UI: support hears of it, and the entity takes commands as before."""
    async with real_world(tmp_path) as world:
        await world.defects.start(workflow, "NO-1", STARTS[workflow])
        world.numbers.append("NO-1")
        await world.settle()
        await world.handle("NO-1").cancel()
        await world.tell("NO-1", "retry_deliveries")
        await world.settle()
        status = await world.status("NO-1")

        assert [said["signal"] for said in status["rejected"]] == ["cancel"]
        assert world.mailbox.events(SUPPORT).count("cancel.refused") == 1
        here = await world.handle("NO-1").describe()
        assert here.status is WorkflowExecutionStatus.RUNNING


async def test_a_defect_that_was_cancelled_before_it_began_begins(tmp_path: Path) -> None:
    """A request that comes before any worker runs."""
    async with real_world(tmp_path) as world:
        await world.client.start_workflow(
            "DefectWorkflow", defect_start("S2"), id="DEF-1", task_queue="late"
        )
        await world.handle("DEF-1").cancel()
        async with Worker(world.client, task_queue="late", workflows=WORKFLOWS):
            world.numbers.append("DEF-1")
            status = await world.tell("DEF-1", "resolve", resolution="fixed")
            await world.settle()

    assert status["state"] == "resolved"
    assert world.mailbox.events(CLIENT) == ["defect.confirmed", "defect.resolved"]


async def test_a_run_whose_handler_waits_for_long_does_not_go_round_in_circles(
    tmp_path: Path,
) -> None:
    """It should leave, has been patient, and somebody still waits to hear of a merge: the other
    defect has no worker, so its answer does not come."""
    async with hurried(tmp_path) as world:
        await world.client.start_workflow(
            "DefectWorkflow", defect_start("S2"), id="DEF-2", task_queue="nobody"
        )
        handle = world.handle("DEF-1")
        await handle.signal("request_continue_as_new")
        await world.tell("DEF-1", "post_progress", internal_note="from now on it starts nothing")
        merge = {"actor": "agent-1", "defect": "DEF-2", "reason": "the same"}
        merging = asyncio.create_task(handle.execute_update("merge_into", merge))
        await _met(world, EventType.EVENT_TYPE_TIMER_FIRED)
        status = await handle.query("status", rpc_timeout=timedelta(seconds=10))
        async with Worker(world.client, task_queue="nobody", workflows=WORKFLOWS):
            await merging

    assert status["state"] == "open"
