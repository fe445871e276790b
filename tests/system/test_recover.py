"""An operator sets right what was terminated, cancelled or lost, with one command."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowFailureError
from temporalio.worker import Worker

from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import attachment, case_start, defect_start, release_start
from tests.installation import Running, an_installation, settled
from tests.programs import eventually
from tests.system.counting import Counting
from tests.workflows.test_used_numbers import FORGETS_AT_ONCE

PAGES = 3
"""Of history, which is where Temporal's own command line goes astray."""


@pytest_asyncio.fixture
async def own(tmp_path: Path) -> AsyncIterator[Running]:
    """An installation of the test's own: it terminates and deletes."""
    with an_installation(tmp_path) as here:
        async with dev_server(DefectsPlugin(), dynamic_config=FORGETS_AT_ONCE) as server:
            here.use(server)
            async with here.worker():
                yield Running(here, server.client)


async def forget(own: Running, number: str) -> None:
    """Delete what Temporal has of a number."""
    await own.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=own.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=number),
        )
    )

    async def is_gone() -> bool:
        return not await DefectsClient(own.client).exists(number)

    await eventually(f"{number} is gone", is_gone)


async def test_what_was_terminated_goes_on_where_it_was(own: Running) -> None:
    """Health names it; a reset to the last task loses nothing and tells nobody twice."""
    client, here = DefectsClient(own.client), own.here
    await client.start("DefectWorkflow", "DEF-1", defect_start("S1", attachment()))
    await settled(own.client, "DEF-1")
    handle, mails = own.client.get_workflow_handle("DEF-1"), len(here.letters)
    well = await here.starter("recover", "DEF-1")
    await handle.terminate(reason="by mistake")

    async def is_named() -> bool:
        health = await here.starter("health")
        return "DEF-1 is open in the database, but its workflow is terminated" in health.err

    await eventually("health names it", is_named)
    shown = await here.starter("recover", "DEF-1", "--json")
    done = await here.starter("recover", "DEF-1", "--yes")
    await settled(own.client, "DEF-1")
    again = await here.starter("recover", "DEF-1", "--json")

    assert (well.code, well.out) == (0, "DEF-1: it runs\n")
    assert (shown.code, shown.answer["condition"], shown.answer["done"]) == (1, "terminated", False)
    assert "by mistake" in shown.answer["detail"]
    assert (done.code, done.err) == (0, "")
    assert f"reset to event {shown.answer['event_id']};" in done.out
    assert (again.code, again.answer["condition"]) == (0, "well")
    assert (await client.query("DEF-1", "status"))["state"] == "open"
    assert len(here.letters) == mails


async def test_what_temporal_has_lost_begins_anew_from_the_database(own: Running) -> None:
    """Silently; what the record does not hold is named, and the due instants are as they were."""
    client, here = DefectsClient(own.client), own.here
    deploy_at = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    numbers = ["CASE-1", "DEF-1", "REL-1"]
    await client.start("CaseWorkflow", "CASE-1", case_start())
    await client.start("DefectWorkflow", "DEF-1", defect_start("S2", attachment("CASE-1")))
    await client.start("ReleaseWorkflow", "REL-1", release_start(deploy_at=deploy_at))
    await client.update("REL-1", "attach_defect", {"actor": "a", "defect": "DEF-1"})
    feedback = {"client": "client-1", "severity": "S1", "comment": "We cannot work."}
    await client.update("DEF-1", "record_severity_feedback", {"actor": "a", **feedback})
    await settled(own.client, *numbers)
    before = {number: await client.query(number, "status") for number in numbers}
    mails = here.message_ids()
    for number in numbers:
        await own.client.get_workflow_handle(number).terminate()
        await forget(own, number)

    shown = await here.starter("recover", "DEF-1", "--json")
    done = [await here.starter("recover", number, "--yes") for number in numbers]
    await settled(own.client, *numbers)
    after = {number: await client.query(number, "status") for number in numbers}

    assert (shown.code, shown.answer["condition"]) == (1, "missing")
    assert "the keys of commands" in shown.answer["lost"]
    assert [ended.code for ended in done] == [0, 0, 0], [ended.err for ended in done]
    for number, names in {
        "CASE-1": ("state", "client", "channel", "opened_at"),
        "DEF-1": ("severity", "title", "cases", "confirmed_at", "release"),
        "REL-1": ("state", "title", "deploy_at", "kind"),
    }.items():
        assert [after[number][n] for n in names] == [before[number][n] for n in names]
    said = [(one["client"], one["severity"]) for one in after["DEF-1"]["feedback"]]
    assert said == [("client-1", "S1")]
    assert after["DEF-1"]["target"]["due_at"] == before["DEF-1"]["target"]["due_at"]
    assert after["REL-1"]["defects"]["attached"] == 1
    assert here.message_ids() == mails


async def test_what_nobody_knows_is_unknown_and_what_has_ended_is_well(own: Running) -> None:
    """Exit code 5, and 0."""
    client, here = DefectsClient(own.client), own.here
    await client.start("CaseWorkflow", "CASE-1", case_start())
    await client.update("CASE-1", "answer", {"actor": "a", "message": "Like this."})
    await own.client.get_workflow_handle("CASE-1").result()

    ended = await here.starter("recover", "CASE-1", "--json")
    unknown = await here.starter("recover", "DEF-404")

    assert (ended.code, ended.answer["condition"]) == (0, "ended")
    unknown.assert_words(5, "DEF-404", "neither Temporal nor the database knows it")


@pytest.mark.parametrize("ended_by", ["cancel", "terminate"])
async def test_a_long_history_is_reset_to_its_very_end(own: Running, ended_by: str) -> None:
    """What was cancelled is reset to before the request, which is not applied again."""
    number, queue = f"DEF-{uuid.uuid4()}", str(uuid.uuid4())
    async with Worker(
        own.client,
        task_queue=queue,
        workflows=[Counting],
    ):
        handle = await own.client.start_workflow(Counting.run, id=number, task_queue=queue)
        for _ in range(PAGES * 200 // 4):
            await handle.signal(Counting.count)
            await handle.query(Counting.how_many)
        heard = await handle.query(Counting.how_many)
        await getattr(handle, ended_by)()
        with pytest.raises(WorkflowFailureError):
            await handle.result()
        last = (await handle.fetch_history()).events[-1].event_id
        shown = await own.here.starter("recover", number, "--json")
        done = await own.here.starter("recover", number, "--yes")

        assert last > PAGES * 200
        assert shown.answer["event_id"] > last - 8
        assert done.code == 0
        assert await handle.query(Counting.how_many) == heard
        assert (await own.here.starter("recover", number)).code == 0
        await handle.signal(Counting.count)
        await eventually("it hears", lambda: _heard(handle, heard + 1))


@pytest.mark.parametrize(
    ("signal", "condition", "words"),
    [
        ("fail", "task_failing", ["nobody foresaw this", "correct the code"]),
        ("swell", "payload_too_large", ["PAYLOADS_TOO_LARGE", "limit.blobSize.error"]),
    ],
)
async def test_why_a_task_fails_is_said(
    own: Running, signal: str, condition: str, words: list[str]
) -> None:
    """With the cause, and what comes before a reset."""
    number, queue = f"DEF-{uuid.uuid4()}", str(uuid.uuid4())
    async with Worker(own.client, task_queue=queue, workflows=[Counting]):
        handle = await own.client.start_workflow(Counting.run, id=number, task_queue=queue)
        await handle.query(Counting.how_many)
        await handle.signal(signal)

        async def is_seen() -> dict[str, Any] | None:
            shown = await own.here.starter("recover", number, "--json")
            return shown.answer if shown.answer["condition"] != "well" else None

        found = await eventually("it fails for the third time", is_seen, 90)
        assert found["condition"] == condition
        assert [w for w in words if w not in found["detail"] + found["way"]] == []
        assert found["event_id"] == 4
        wanted = f"{number}: its workflow tasks fail (WorkflowWorkerUnhandledFailure"

        async def is_named() -> bool:
            return (wanted if signal == "fail" else number) in (
                await own.here.starter("health")
            ).err

        await eventually("health names it, once it has failed five times", is_named, 120)


async def _heard(handle: object, count: int) -> bool:
    answer: int = await handle.query(Counting.how_many)  # type: ignore[attr-defined]
    return answer == count
