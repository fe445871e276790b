"""What is kept no longer is removed by a schedule, which every worker makes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import ScheduleActionExecutionStartWorkflow, ScheduleOverlapPolicy
from temporalio.worker import Replayer

from activities.adapters.database import DatabaseSessions
from domain.retention import Kept
from runtime.plugin import DefectsPlugin
from runtime.schedules import RETENTION, ensure_retention, missing_schedules
from tests.programs import eventually
from tests.workflows.world import real_world
from worker import UPKEEP


async def test_the_schedule_removes_what_is_over_and_every_worker_keeps_it(tmp_path: Path) -> None:
    """A pause of an operator stays; what was started replays and answers what it removed."""
    async with real_world(tmp_path) as world:
        missing = await missing_schedules(world.client)
        await ensure_retention(world.client)
        handle = world.client.get_schedule_handle(RETENTION)
        await handle.pause(note="while we look")
        await ensure_retention(world.client)
        schedule = (await handle.describe()).schedule
        sessions = DatabaseSessions(world.outside.engine)
        sessions.begin("client", "ada@x.example", datetime.now(UTC) - timedelta(days=8))
        await handle.trigger()

        async def started() -> str | None:
            for action in (await handle.describe()).info.recent_actions:
                assert isinstance(action.action, ScheduleActionExecutionStartWorkflow)
                return action.action.workflow_id
            return None

        run = world.client.get_workflow_handle(await eventually("retention started", started))
        removed = await run.result()
        replayer = Replayer(workflows=UPKEEP, plugins=[DefectsPlugin()])
        await replayer.replay_workflow(await run.fetch_history())

    assert RETENTION in missing
    assert (schedule.state.paused, schedule.state.note) == (True, "while we look")
    assert schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert removed == dict.fromkeys(map(str, Kept), 0) | {"sessions": 1}
