"""The Temporal server stops and starts again on its file, under the hands of a running worker."""

import threading
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import attachment, case_start, defect_start
from tests.installation import an_installation, assert_sound, settled
from tests.programs import PATIENCE, eventually, free_port

CLIENT = "client-1@example.org"
DAN = "dan@example.org"
RELEASE_IN = timedelta(days=2, seconds=4)
"""Clients are reminded two days before a release: the timer is due in four seconds."""


async def test_a_server_started_again_on_its_file_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """A case, a defect with a timer that falls due meanwhile, and a mail under way: all go on."""
    under_way, may_go_on = threading.Event(), threading.Event()

    def dawdle(letter: EmailMessage) -> None:
        if DAN in str(letter["To"]):
            under_way.set()
            may_go_on.wait(PATIENCE)

    file, port = tmp_path / "temporal.db", free_port()
    async with AsyncExitStack() as working:
        here = working.enter_context(an_installation(tmp_path))
        async with dev_server(DefectsPlugin(), database=file, port=port) as server:
            here.use(server)
            defects = DefectsClient(server.client)
            worker = await working.enter_async_context(here.worker())
            await defects.start("CaseWorkflow", "CASE-1", case_start())
            confirm = {"severity": "S2", "title": "Login fails", "functional_area": "login"}
            await defects.update(
                "CASE-1", "confirm_defect", {"actor": "a", "defect": "DEF-1"} | confirm
            )
            deploy_at = datetime.now(UTC) + RELEASE_IN
            plan = {"actor": "a", "release": "REL-1", "deploy_at": deploy_at.isoformat()}
            await defects.update("DEF-1", "schedule_release", plan)
            await settled(server.client, "CASE-1", "DEF-1")

            here.before_answer = dawdle
            start = defect_start("S2", attachment("CASE-2", "dan"))
            await defects.start("DefectWorkflow", "DEF-2", start)
            await eventually("a mail is being sent", under_way.is_set)

        may_go_on.set()
        due_at = deploy_at - timedelta(days=2)
        await eventually("the timer is due", lambda: datetime.now(UTC) > due_at)
        assert here.mails("DEF-1")["defect.release_reminder", CLIENT] == 0
        assert worker.alive

        async with dev_server(DefectsPlugin(), database=file, port=port) as server:
            defects = DefectsClient(server.client)
            await settled(server.client, "CASE-1", "DEF-1", "DEF-2")
            resolution = {"actor": "a", "resolution": "repaired", "public_text": "It works again."}
            await defects.update("DEF-1", "resolve", resolution)
            await settled(server.client, "DEF-1", "CASE-1")
            await assert_sound(server.client, "CASE-1", "DEF-1", "DEF-2")
            await working.aclose()

    assert here.mails() == {
        ("case.opened", CLIENT): 1,
        ("defect.confirmed", CLIENT): 1,
        ("defect.release_scheduled", CLIENT): 1,
        ("defect.release_reminder", CLIENT): 1,
        ("defect.resolved", CLIENT): 1,
        ("defect.confirmed", DAN): 1,
    }
    assert set(here.message_ids().values()) == {1}
    assert {d.attempts for n in ("DEF-1", "DEF-2") for d in here.deliveries(n)} == {1}
