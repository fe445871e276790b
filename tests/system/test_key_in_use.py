"""Whether an old key is still in use: the runbook's loop over the runs, and webhook secrets."""

import asyncio
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from runtime.plugin import DefectsPlugin
from runtime.servers import binary, dev_server
from tests.installation import Installation, an_installation, settled
from tests.programs import ROOT, WORKER, run
from tests.system.test_encryption import NEW, OLD, READS, a_defect, codec_server, under


async def _said(here: Installation, endpoint: str, token: str) -> tuple[int, list[str]]:
    """What the loop answers on its standard output, with this codec server and token."""
    runbook = (ROOT / "docs" / "operations.md").read_text("utf-8")
    section = re.split("^### ", runbook.partition("### Rotating a key\n")[2], flags=re.MULTILINE)[0]
    (loop,) = [
        code for code in re.findall(r"```sh\n(.*?)```", section, re.DOTALL) if "done" in code
    ]
    assert loop.count("http://127.0.0.1:8083") == 1
    programs = f"{Path(binary('temporal')).parent}{os.pathsep}{os.environ['PATH']}"
    ended = await asyncio.to_thread(
        subprocess.run,
        ["sh", "-c", loop.replace("http://127.0.0.1:8083", f"{endpoint} --command-timeout 3s")],
        cwd=here.folder,
        env={**here.env, "TOKEN": token, "PATH": programs},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout.splitlines()


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not on PATH")
async def test_the_runbook_says_which_runs_need_the_old_key(tmp_path: Path) -> None:
    """Silence means none: a run that could not be looked at is named, a server away told."""
    with an_installation(tmp_path, DEFECTS_PORTAL_URL="http://127.0.0.1:8080") as here:
        async with dev_server(DefectsPlugin()) as server:
            here.use(server)
            runs = {}
            for number, keys in (("DEF-OLD", OLD), ("DEF-NEW", f"{NEW},{OLD}")):
                async with under(here, keys) as defects, here.worker():
                    await defects.start("DefectWorkflow", number, a_defect("Login fails"))
                    await settled(defects.temporal, number)
                    runs[number] = (
                        await defects.temporal.get_workflow_handle(number).describe()
                    ).run_id
            made = await here.starter("token", "create", "lead-1", *READS, "--days", "1", "--json")
            async with under(here, NEW), codec_server(here) as ((_, endpoint, _), _):
                looked = await _said(here, endpoint, made.answer["token"])
                refused = await _said(here, endpoint, "dft_nobody")
        away = await _said(here, endpoint, made.answer["token"])

    assert looked == (0, [f"DEF-OLD {runs['DEF-OLD']}: needs the old key"])
    assert refused == (
        0,
        [f"{number} {runs[number]}: could not be looked at" for number in ("DEF-NEW", "DEF-OLD")],
    )
    assert away == (1, [])


async def test_a_key_that_a_webhook_secret_needs_cannot_be_dropped(tmp_path: Path) -> None:
    """A worker without it does not start, and says what to do; once done, it may go."""
    with an_installation(tmp_path, DEFECTS_ENCRYPTION_KEYS=OLD) as here:
        await here.starter("webhooks", "add", "https://hooks.example/defects")
        async with dev_server(DefectsPlugin()) as server:
            here.use(server)
            here.settings["DEFECTS_ENCRYPTION_KEYS"] = NEW
            refused = await run(*WORKER, folder=here.folder, env=here.env)
            asked = await here.starter("health")
            here.settings["DEFECTS_ENCRYPTION_KEYS"] = f"{NEW},{OLD}"
            rekeyed = await here.starter("rekey")
            here.settings["DEFECTS_ENCRYPTION_KEYS"] = NEW
            async with here.worker():
                well = await here.starter("health")

    lacks = "a secret in the database is encrypted under the key 'old': add it to DEFECTS_ENCRY"
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"Webhooks cannot be signed: {lacks}")
    assert f"webhooks cannot be signed: {lacks}" in asked.err
    assert "encrypted under new: 1 secrets of webhooks, 1 of them newly\n" in rekeyed.out
    assert (well.code, well.err) == (0, "")
