"""A worker process that dies, or is told to stop, in the middle of telling somebody something."""

import os
import signal
import threading
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

from temporalio.client import Client

from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import attachment, defect_start
from tests.installation import Installation, an_installation, assert_sound, settled
from tests.programs import PATIENCE, eventually

ADA, BEN, CLEO = (f"{name}@example.org" for name in ("ada", "ben", "cleo"))
THREE_CLIENTS = [
    attachment(f"CASE-{number}", name) for number, name in enumerate(("ada", "ben", "cleo"), 1)
]


async def test_a_mail_whose_sender_was_killed_before_it_could_note_it_comes_again_as_the_same_mail(
    tmp_path: Path, database_url: str
) -> None:
    """SIGKILL between send and record: one mail repeats, under its Message-ID, and no other."""
    with an_installation(tmp_path, database_url) as here:
        async with dev_server(DefectsPlugin()) as server:
            here.use(server)
            defects = DefectsClient(server.client)
            async with here.worker() as doomed:

                def kill_at_bens(letter: EmailMessage) -> None:
                    if BEN in str(letter["To"]):
                        os.kill(doomed.process.pid, signal.SIGKILL)

                here.before_answer = kill_at_bens
                await defects.start("DefectWorkflow", "DEF-1", defect_start("S2", *THREE_CLIENTS))
                assert await doomed.ended() == -signal.SIGKILL

            assert here.mails() == {("defect.confirmed", ADA): 1, ("defect.confirmed", BEN): 1}
            assert _stands(here) == {ADA: ("sent", 1), BEN: ("sending", 1)}

            here.before_answer = lambda letter: None
            await _give_up_on_the_dead(here, server.client, "DEF-1")
            async with here.worker() as second:
                await settled(server.client, "DEF-1")
                assert "delivery.outcome_unknown" in second.logged
                assert _stands(here) == {ADA: ("sent", 1), BEN: ("sent", 2), CLEO: ("sent", 1)}

                change = {"actor": "agent-1", "severity": "S1", "reason": "all sites are down"}
                await defects.update("DEF-1", "change_severity", change)
                await settled(server.client, "DEF-1")
            await assert_sound(server.client, "DEF-1")

    assert here.mails() == {
        ("defect.confirmed", ADA): 1,
        ("defect.confirmed", BEN): 2,
        ("defect.confirmed", CLEO): 1,
        ("defect.severity_changed", ADA): 1,
        ("defect.severity_changed", BEN): 1,
        ("defect.severity_changed", CLEO): 1,
        ("defect.urgent", "engineering@vendor.example"): 1,
    }
    assert Counter(here.message_ids().values()) == {1: 6, 2: 1}


async def test_a_worker_told_to_stop_finishes_the_mail_it_is_sending(tmp_path: Path) -> None:
    """SIGTERM during a slow delivery: it is noted as sent, nothing is begun, the exit code is 0."""
    under_way, may_go_on = threading.Event(), threading.Event()

    def dawdle(letter: EmailMessage) -> None:
        under_way.set()
        may_go_on.wait(PATIENCE)

    with an_installation(tmp_path) as here:
        async with dev_server(DefectsPlugin()) as server:
            here.use(server)
            defects = DefectsClient(server.client)
            async with here.worker() as stopping:
                here.before_answer = dawdle
                await defects.start("DefectWorkflow", "DEF-1", defect_start("S2"))
                await eventually("a mail is being sent", under_way.is_set)
                stopping.send(signal.SIGTERM)
                await stopping.logs("worker.draining")
                assert stopping.alive
                may_go_on.set()
                assert await stopping.ended() == 0
                assert stopping.logged[-1] == "worker.stopped"

            (delivery,) = here.deliveries("DEF-1")
            assert (delivery.state, delivery.attempts) == ("sent", 1)
            description = await server.client.get_workflow_handle("DEF-1").describe()
            assert not description.raw_description.pending_activities

            async with here.worker():
                change = {"actor": "agent-1", "severity": "S3", "reason": "an easy workaround"}
                await defects.update("DEF-1", "change_severity", change)
                await settled(server.client, "DEF-1")
            await assert_sound(server.client, "DEF-1")

    client = "client-1@example.org"
    assert here.mails() == {("defect.confirmed", client): 1, ("defect.severity_changed", client): 1}


def _stands(here: Installation) -> dict[str, tuple[str, int]]:
    """State and attempts of each delivery, by recipient."""
    return {d.recipient: (d.state.value, d.attempts) for d in here.deliveries("DEF-1")}


async def _give_up_on_the_dead(here: Installation, client: Client, number: str) -> None:
    """Let the server notice within seconds, not in a minute, that nobody works on the activity.

    An operator could do the same: a sign of life of the one attempt under way is wanted earlier.
    """
    description = await client.get_workflow_handle(number).describe()
    (pending,) = description.raw_description.pending_activities
    arguments = ["--workflow-id", number, "--activity-id", pending.activity_id]
    told = await here.temporal("activity", "update-options", *arguments, "--heartbeat-timeout=3s")
    assert told.code == 0, told.err
