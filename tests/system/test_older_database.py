"""The database goes back, or away, while cases and defects run."""

import shutil
from pathlib import Path

from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import attachment, case_start, defect_start
from tests.installation import Installation, an_installation, settled
from tests.programs import WORKER, Ended, run

NOTE = {"actor": "agent-1", "internal_note": "seen again"}


async def a_worker(here: Installation) -> Ended:
    """A worker that ends by itself."""
    return await run(*WORKER, folder=here.folder, env=here.env)


async def test_a_worker_does_not_run_on_an_empty_database(tmp_path: Path) -> None:
    """The file was deleted under it: the next one says so on one line, unless told to go on."""
    with an_installation(tmp_path) as here:
        async with dev_server(DefectsPlugin()) as server:
            here.use(server)
            defects = DefectsClient(server.client)
            async with here.worker():
                await defects.start("DefectWorkflow", "DEF-1", defect_start("S1", attachment()))
                await settled(server.client, "DEF-1")
                (tmp_path / "defects.db").unlink()
            refused = await a_worker(here)

            refused.assert_words(2, "empty or older than what runs", "DEF-1", "--go-on")
            assert len(refused.err.splitlines()) == 1
            async with here.worker("--go-on") as going_on:
                assert "worker.started" in going_on.logged


async def test_a_worker_does_not_run_on_an_older_copy(tmp_path: Path) -> None:
    """Something was written after the copy was made; what never was, is no reason to refuse."""
    file, copy = tmp_path / "defects.db", tmp_path / "copy.db"
    with an_installation(tmp_path) as here:
        async with dev_server(DefectsPlugin()) as server:
            here.use(server)
            defects = DefectsClient(server.client)
            async with here.worker():
                await defects.start("DefectWorkflow", "DEF-1", defect_start("S2", attachment()))
                await settled(server.client, "DEF-1")
            shutil.copy(file, copy)
            # Nobody works meanwhile, so no database has ever heard of it.
            await defects.start("CaseWorkflow", "CASE-7", case_start())
            async with here.worker():
                await defects.update("DEF-1", "post_progress", NOTE)
                await settled(server.client, "DEF-1", "CASE-7")
            shutil.copy(copy, file)

            refused = await a_worker(here)
            refused.assert_words(2, "empty or older than what runs", "1 more like it of 2")
