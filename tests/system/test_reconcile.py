"""After the database went back, or away, `starter.py reconcile` gives it what it lacks."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.adapters.database import DatabaseMembers, DatabaseReadModel, make_engine
from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import attachment, case_start, defect_start, release_start
from tests.installation import Installation, Running, an_installation, settled
from tests.programs import eventually
from tests.workflows.test_used_numbers import FORGETS_AT_ONCE

RESOLUTION = {"actor": "a", "resolution": "repaired", "public_text": "It works again."}


@asynccontextmanager
async def installed(folder: Path) -> AsyncIterator[Running]:
    """Everything but a worker."""
    with an_installation(folder) as here:
        async with dev_server(DefectsPlugin(), dynamic_config=FORGETS_AT_ONCE) as server:
            here.use(server)
            yield Running(here, server.client)


async def told(own: Running, number: str, command: str, **payload: object) -> None:
    """Say something, and wait until all of it is done."""
    await DefectsClient(own.client).update(number, command, {"actor": "a"} | payload)
    await settled(own.client, number)


def resolved(here: Installation) -> set[str]:
    """Whom the resolution reached."""
    return {address for event, address in here.mails() if event == "defect.resolved"}


async def forget_earlier_runs(client: Client, number: str) -> None:
    """What retention does once a run has continued as new."""
    handle = client.get_workflow_handle(number)
    before = (await handle.describe()).run_id
    await handle.signal("request_continue_as_new")

    async def has_left() -> bool:
        return (await handle.describe()).run_id != before

    await eventually("it continued as new", has_left)
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=number, run_id=before),
        )
    )

    async def is_gone() -> bool:
        try:
            await client.get_workflow_handle(number, run_id=before).describe()
        except RPCError:
            return True
        return False

    await eventually("its earlier run is gone", is_gone)


async def test_who_was_attached_after_the_copy_hears_of_the_resolution(tmp_path: Path) -> None:
    """A copy is put back after CASE-000888 was attached: all it lacks is in histories."""
    file, copy = tmp_path / "defects.db", tmp_path / "copy.db"
    async with installed(tmp_path) as own:
        here = own.here
        async with here.worker():
            start = defect_start("S2", attachment("CASE-1", "ada"), attachment("CASE-2", "ben"))
            await DefectsClient(own.client).start("DefectWorkflow", "DEF-1", start)
            await settled(own.client, "DEF-1")
        shutil.copy(file, copy)
        async with here.worker():
            fay = attachment("CASE-000888", "fay")
            await told(own, "DEF-1", "attach_case", **fay)
            await told(own, "DEF-1", "detach_case", case="CASE-2", reason="another fault")
            await told(own, "DEF-1", "post_progress", internal_note="a cache forgets")
        shutil.copy(copy, file)

        async with here.worker("--go-on"):
            shown = await here.starter("reconcile", "--json")
            done = await here.starter("reconcile", "--yes")
            again = await here.starter("reconcile")
            await told(own, "DEF-1", "resolve", **RESOLUTION)

        assert shown.answer["differences"] == {
            "older": 1, "facts": 3, "cases": 1, "detached": 1, "sequences": 1
        }  # fmt: skip
        assert (shown.code, shown.answer["left"]) == (1, [])
        assert (done.code, done.err) == (0, "")
        assert "1 cases that it does not have as attached" in done.out
        assert (again.code, again.out.splitlines()[-1]) == (0, "Nothing differs.")
        assert resolved(here) == {"ada@example.org", "fay@example.org"}
        engine = make_engine(here.settings["DEFECTS_DATABASE_URL"])
        facts = list(DatabaseReadModel(engine).timeline("DEF-1", public_only=False))
        engine.dispose()
        assert "a cache forgets" in [fact["internal_text"] for fact in facts]
        assert set(here.message_ids().values()) == {1}


async def test_what_histories_have_forgotten_is_asked_of_the_cases(tmp_path: Path) -> None:
    """A case says whom it writes to; of one that runs elsewhere nobody knows, and it is named."""
    file, copy = tmp_path / "defects.db", tmp_path / "copy.db"
    async with installed(tmp_path) as own:
        here, defects = own.here, DefectsClient(own.client)
        async with here.worker():
            await defects.start("CaseWorkflow", "CASE-000888", case_start())
            start = defect_start("S2", attachment("CASE-1", "ada"))
            await defects.start("DefectWorkflow", "DEF-1", start)
            await settled(own.client, "DEF-1", "CASE-000888")
        shutil.copy(file, copy)
        async with here.worker():
            await told(own, "CASE-000888", "confirm_defect", defect="DEF-1")
            await told(own, "DEF-1", "attach_case", **attachment("CASE-9", "zoe"))
            await forget_earlier_runs(own.client, "DEF-1")
            await settled(own.client, "DEF-1")
        shutil.copy(copy, file)

        async with here.worker("--go-on"):
            done = await here.starter("reconcile", "--yes", "--json")
            again = await here.starter("reconcile", "--json")
            await told(own, "DEF-1", "resolve", **RESOLUTION)

            status = await defects.query("DEF-1", "status")

        assert status["attention"] == [
            "3 cases are attached, but the database knew 2 of them when everyone was told: see "
            "`starter.py reconcile`"
        ]
        nobody = ["DEF-1: nobody knows the contact of CASE-9; detach and attach it again"]
        assert (done.code, done.answer["left"]) == (1, nobody)
        assert (again.code, again.answer["differences"]) == (1, {"cases": 1})
        assert resolved(here) == {"ada@example.org", "client-1@example.org"}


async def test_an_empty_database_is_filled_again(tmp_path: Path) -> None:
    """Cases, defects, releases with their members; and the next number was never used."""
    deploy_at = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    async with installed(tmp_path) as own:
        here, defects = own.here, DefectsClient(own.client)
        async with here.worker():
            await defects.start("CaseWorkflow", "CASE-000041", case_start())
            for number in ("DEF-000007", "DEF-000009"):
                await defects.start("DefectWorkflow", number, defect_start("S2", attachment()))
            await defects.start("ReleaseWorkflow", "REL-1", release_start(deploy_at=deploy_at))
            await told(own, "REL-1", "attach_defects", defects=["DEF-000007", "DEF-000009"])
            await settled(own.client, "CASE-000041", "DEF-000007", "DEF-000009", "REL-1")
        (tmp_path / "defects.db").unlink()

        async with here.worker("--go-on"):
            done = await here.starter("reconcile", "--yes", "--json")
            again = await here.starter("reconcile", "--json")
            opened = await here.starter(
                *("open-case", "--client", "oak", "--email", "oak@example.org"),
                *("--subject", "x", "--json"),
            )

        assert (done.code, done.answer["left"]) == (0, [])
        assert done.answer["differences"]["numbers"] == 4
        assert (again.code, again.answer["differences"]) == (0, {})
        assert opened.answer["number"] == "CASE-000042"
        engine = make_engine(here.settings["DEFECTS_DATABASE_URL"])
        assert DatabaseMembers(engine).attached("REL-1") == ["DEF-000007", "DEF-000009"]
        engine.dispose()
        assert set(here.message_ids().values()) == {1}
