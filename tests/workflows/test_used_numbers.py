"""Numbers that only the database still knows: nothing begins under one by accident."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import ResetReapplyType
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    ResetWorkflowExecutionRequest,
)
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from activities.adapters.database import DatabaseRecords
from domain.contract.identity import DEFECTS_QUEUE
from runtime.client import DefectsClient, NumberUsed
from tests.domain.builders import attachment, case_start, defect_start, release_start
from tests.installation import settled
from tests.programs import eventually
from tests.workflows.world import World, real_world

FORGETS_AT_ONCE = {
    "history.transferProcessorUpdateAckInterval": '"200ms"',
    "history.visibilityProcessorUpdateAckInterval": '"200ms"',
}
PLAN = release_start(deploy_at=(datetime.now(UTC) + timedelta(days=20)).isoformat())
LATER = PLAN | {"deploy_at": (datetime.now(UTC) + timedelta(days=30)).isoformat()}


@pytest_asyncio.fixture
async def real(tmp_path: Path) -> AsyncIterator[World]:
    """A world on the real server, which deletes histories."""
    async with real_world(tmp_path, FORGETS_AT_ONCE) as world:
        yield world


def asking(world: World) -> DefectsClient:
    """A client that asks the database first."""
    return replace(world.defects, records=DatabaseRecords(world.outside.engine))


async def forget(world: World, number: str) -> None:
    """What retention does, at once."""
    await world.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=world.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=number),
        )
    )

    async def is_gone() -> bool:
        return not await world.defects.exists(number)

    await eventually(f"{number} is gone", is_gone)


async def a_cancelled_release(world: World) -> None:
    """DEF-1 was in REL-1, which is cancelled and forgotten."""
    await world.defect("DEF-1", "S3", attachment("CASE-1", "client-1"))
    await world.defects.start("ReleaseWorkflow", "REL-1", PLAN)
    await world.tell("REL-1", "attach_defect", defect="DEF-1")
    await settled(world.client, "REL-1", "DEF-1")
    await world.tell("REL-1", "cancel", reason="not now")
    await world.handle("REL-1").result()
    await settled(world.client, "DEF-1")
    await forget(world, "REL-1")


async def test_a_closed_release_begins_again_on_purpose_only(real: World) -> None:
    """Its defects would take what the new one says for old; going on above, they hear of it."""
    await a_cancelled_release(real)
    client = asking(real)

    with pytest.raises(NumberUsed, match=r"REL-1 was used before.*cancelled.*--again"):
        await client.start("ReleaseWorkflow", "REL-1", LATER)
    assert not await client.start_if_absent("ReleaseWorkflow", "REL-1", LATER)
    assert not await client.exists("REL-1")
    known = DatabaseRecords(real.outside.engine).last("REL-1")
    assert known is not None
    below = LATER | {"again": {**known.again, "sequence": known.sequence - 1}}
    with pytest.raises(NumberUsed, match="again: must be at least"):
        await client.start("ReleaseWorkflow", "REL-1", below)

    await client.start("ReleaseWorkflow", "REL-1", LATER | {"again": known.again})
    real.numbers.append("REL-1")
    await real.tell("REL-1", "attach_defect", defect="DEF-1")
    await settled(real.client, "REL-1", "DEF-1")

    answer = await real.status("REL-1")
    assert answer["plan_version"] == known.plan_version + 1
    assert answer["fan_outs"][-1]["told"] == 1
    assert (await real.status("DEF-1"))["release"]["id"] == "REL-1"
    assert (await real.status("DEF-1"))["release"]["deploy_at"] == answer["deploy_at"]
    shown = client.records.last("REL-1") if client.records else None
    assert shown is not None
    assert (shown.state, shown.plan_version) == ("planned", known.plan_version + 1)


@pytest.mark.parametrize(
    ("workflow", "number", "start"),
    [
        ("CaseWorkflow", "CASE-7", case_start()),
        ("DefectWorkflow", "DEF-7", defect_start("S3", attachment("CASE-8", "client-8"))),
    ],
)
async def test_a_start_that_asks_nobody_is_refused_by_the_worker(
    real: World, workflow: str, number: str, start: dict[str, object]
) -> None:
    """A program of the vendor's starts workflows itself: its start fails, and says why."""
    await real.defects.start(workflow, number, start)
    await settled(real.client, number)
    await real.handle(number).terminate()
    await forget(real, number)
    told = len(real.mailbox.letters)

    again = await real.client.start_workflow(workflow, start, id=number, task_queue=DEFECTS_QUEUE)
    with pytest.raises(WorkflowFailureError) as failed:
        await again.result()

    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    assert (cause.type, cause.details[0]["field"]) == ("InvalidCommand", "number")
    assert len(real.mailbox.letters) == told


async def test_a_reset_to_the_beginning_is_no_new_start(real: World) -> None:
    """The policy is pinned once more, and the database knows the number."""
    await real.defect("DEF-1", "S3", attachment("CASE-1", "client-1"))
    await settled(real.client, "DEF-1")
    await real.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=real.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id="DEF-1"),
            reason="a test",
            request_id="reset-1",
            workflow_task_finish_event_id=4,
            reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_ALL_ELIGIBLE,
        )
    )
    await settled(real.client, "DEF-1")

    assert (await real.status("DEF-1"))["state"] == "open"
    assert real.mailbox.events() == ["defect.confirmed"]


async def test_a_policy_is_adopted_by_a_number_that_is_known(real: World) -> None:
    """The same activity pins it, long after the beginning."""
    await real.defect("DEF-1", "S3", attachment("CASE-1", "client-1"))
    await settled(real.client, "DEF-1")

    assert (await real.tell("DEF-1", "adopt_policy", policy="eto"))["state"] == "open"


async def test_a_number_that_runs_is_not_given_again_by_a_counter_that_was_lost(
    real: World,
) -> None:
    """The database is another one: Temporal is asked, and the next number is taken."""
    start, numbers = defect_start("S3", attachment("CASE-8", "client-8")), Counting()
    for number in ("DEF-000001", "DEF-000002"):
        await real.defect(number, "S3", attachment("CASE-1", "client-1"))

    taken = await asking(real).start_numbered("DefectWorkflow", "DEF", start, numbers, "a")
    again = await asking(real).start_numbered("DefectWorkflow", "DEF", start, numbers, "a")
    real.numbers.append("DEF-000003")

    assert (taken, again) == (("DEF-000003", True), ("DEF-000003", False))


class Counting:
    """A counter that begins anew, and knows nothing but what it has issued."""

    def __init__(self) -> None:
        self._issued: dict[str, str] = {}

    def issue(self, prefix: str, key: str) -> str:
        """The next one."""
        return self._issued.setdefault(key, f"{prefix}-{len(self._issued) + 1:06d}")
