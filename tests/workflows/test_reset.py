"""What was said before a reset and is said again after it, on the real server."""

from pathlib import Path

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from tests.domain.builders import attachment
from tests.installation import settled
from tests.workflows.world import World, real_world


async def take_back_the_last_update(world: World, number: str) -> None:
    """Reset to before it, and do not apply it again."""
    events = (await world.handle(number).fetch_history()).events
    accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    completed = max(event.event_id for event in events if event.event_type == accepted) - 1
    await world.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=world.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=number),
            reason="a test",
            request_id="reset-1",
            workflow_task_finish_event_id=completed,
            reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
        )
    )


@pytest.mark.parametrize(
    ("words", "failed"),
    [("It works again.", 0), ("Please log in anew.", 1)],
    ids=["the same", "something else"],
)
async def test_what_is_said_again_after_a_reset(tmp_path: Path, words: str, failed: int) -> None:
    """The same is a repeat; something else is refused, and support hears that it was not sent."""
    async with real_world(tmp_path) as world:
        await world.defect("DEF-1", "S3", attachment("CASE-1", "client-1"))
        resolved = {"resolution": "fixed", "public_text": "It works again."}
        await world.tell("DEF-1", "resolve", **resolved)
        await settled(world.client, "DEF-1")
        await take_back_the_last_update(world, "DEF-1")
        await settled(world.client, "DEF-1")
        assert (await world.status("DEF-1"))["state"] == "open"

        await world.tell("DEF-1", "resolve", **resolved | {"public_text": words})
        await settled(world.client, "DEF-1")

        status = await world.status("DEF-1")
        assert (status["state"], status["failed_deliveries"]) == ("resolved", failed)
        assert status["needs_attention"] == bool(failed)
        assert world.mailbox.events("client-1@example.org") == [
            "defect.confirmed",
            "defect.resolved",
        ]
        told = [x for x in world.mailbox.letters if x.headers["X-Event"] == "delivery.failing"]
        assert ["told something else" in " ".join(letter.text.split()) for letter in told] == (
            [True] * failed
        )
