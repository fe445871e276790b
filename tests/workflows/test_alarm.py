"""The one timer of an entity: moved, it is cancelled, unless it may fire at any moment."""

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.worker import Worker

from runtime.plugin import DefectsPlugin
from runtime.servers import time_skipping_server
from tests.workflows.ringing import RingingWorkflow


@pytest.mark.parametrize(
    ("first", "second", "rings", "cancelled"),
    [
        pytest.param(10, 20, [20], 1, id="far: moved"),
        pytest.param(20, 10, [10], 1, id="far: moved nearer"),
        pytest.param(1, 20, [1, 20], 0, id="imminent: left to fire"),
        pytest.param(5, 20, [20], 1, id="near: moved"),
        pytest.param(10, 10, [10], 0, id="the same instant: not touched"),
    ],
)
async def test_an_alarm_that_is_moved(
    first: float, second: float, rings: list[int], cancelled: int
) -> None:
    """A timer that fires while its cancelling is under way would stop the time-skipping server."""
    async with (
        time_skipping_server(DefectsPlugin()) as env,
        Worker(env.client, task_queue="ringing", workflows=[RingingWorkflow]),
    ):
        handle = await env.client.start_workflow(
            RingingWorkflow.run, args=[first, second], id="ringing", task_queue="ringing"
        )
        assert await handle.result() == rings
        history = await handle.fetch_history()
    kinds = [event.event_type for event in history.events]
    assert kinds.count(EventType.EVENT_TYPE_TIMER_CANCELED) == cancelled
