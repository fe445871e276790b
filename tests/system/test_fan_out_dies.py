"""A worker process that is killed while a release tells its defects that it moved."""

import asyncio
import signal
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.activity.v1 import ActivityOptions
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import UpdateActivityOptionsRequest
from temporalio.client import Client

from activities.adapters.database import DatabaseMembers, make_engine
from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import attachment, defect_start, release_start
from tests.installation import Installation, an_installation, assert_sound, settled
from tests.programs import Program, eventually

RELEASE = "REL-1"
DEFECTS = [f"DEF-{n:02}" for n in range(1, 61)]
LATE = "DEF-99"
"""Attached while the others are being told."""
NOW = datetime.now(UTC).replace(microsecond=0)
FIRST, SECOND = NOW + timedelta(days=20), NOW + timedelta(days=50)
MAILS_AT_ONCE = 20
"""At most so many were being sent when the worker was killed."""


async def test_a_fan_out_that_was_killed_goes_on_and_tells_everybody_once(tmp_path: Path) -> None:
    """SIGKILL with some told and none remembered: told again under one key, mailed once."""
    with an_installation(tmp_path) as here:
        async with dev_server(DefectsPlugin()) as server:
            here.use(server)
            client = server.client
            async with here.worker() as doomed:
                await _schedule(client)
                await _say(client, "reschedule", deploy_at=SECOND.isoformat(), reason="tests")
                told = await _stopped_in_the_middle(doomed, client)
                doomed.send(signal.SIGKILL)
                assert await doomed.ended() == -signal.SIGKILL
            assert 0 < told <= len(DEFECTS)
            assert _left(here, await _plan_sequence(client)) == len(DEFECTS)

            await asyncio.gather(*(_give_up_on_the_dead(client, number) for number in DEFECTS))
            async with here.worker():
                await _say(client, "attach_defect", defect=LATE)
                under_way = (await DefectsClient(client).query(RELEASE, "status"))["fan_outs"]
                assert [fan_out["ended_at"] is None for fan_out in under_way] == [False, True, True]
                await _give_up_on_the_dead(client, RELEASE)
                await eventually("all mails came", lambda: len(_mails(here)) == len(_expected()))
                await settled(client, RELEASE, *DEFECTS, LATE)
                await _assert_all_know(client)
            await assert_sound(client, RELEASE, *DEFECTS[::4], LATE)

    mails = _mails(here)
    assert set(mails) == _expected()
    assert {len(set(message_ids)) for message_ids in mails.values()} == {1}
    assert len(here.letters) - len(mails) <= MAILS_AT_ONCE


async def _schedule(client: Client) -> None:
    """Defects of two clients each, imported with their plan, all but one in the release."""
    defects, past = DefectsClient(client), {"confirmed_at": (NOW - timedelta(days=30)).isoformat()}
    plan = {"id": RELEASE, "deploy_at": FIRST.isoformat()}
    starts = {
        number: defect_start(
            "S3",
            *(attachment(f"{name}-CASE", name) for name in _clients(number)),
            past=past | ({} if number == LATE else {"release": plan}),
        )
        for number in (*DEFECTS, LATE)
    }
    await asyncio.gather(
        *(defects.start("DefectWorkflow", number, start) for number, start in starts.items())
    )
    await defects.start("ReleaseWorkflow", RELEASE, release_start(deploy_at=FIRST.isoformat()))
    await _say(client, "attach_defects", defects=DEFECTS)
    await settled(client, RELEASE, *DEFECTS)


async def _say(client: Client, command: str, **fields: Any) -> None:
    await DefectsClient(client).update(RELEASE, command, {"actor": "manager-1"} | fields)


def _clients(number: str) -> tuple[str, str]:
    """The clients of a defect, whose addresses are made of these."""
    return f"{number}-ada".lower(), f"{number}-ben".lower()


async def _stopped_in_the_middle(worker: Program, client: Client) -> int:
    """Let it run from look to look, until it has told some; answers how many.

    While it is looked at it stands still, so what is seen stays true.
    """

    async def begun() -> bool:
        worker.send(signal.SIGSTOP)
        if await _was_told(client, DEFECTS[0]):
            return True
        worker.send(signal.SIGCONT)
        return False

    while not await begun():
        pass
    return sum(await asyncio.gather(*(_was_told(client, number) for number in DEFECTS)))


async def _was_told(client: Client, number: str) -> bool:
    """Whether the second date has reached a defect: its second signal."""
    history = await client.get_workflow_handle(number).fetch_history()
    kinds = [event.WhichOneof("attributes") for event in history.events]
    return kinds.count("workflow_execution_signaled_event_attributes") > 1


async def _plan_sequence(client: Client) -> int:
    """The release's sequence at its last change of plan, as its effect has it."""
    history = await client.get_workflow_handle(RELEASE).fetch_history()
    effects: list[dict[str, Any]] = []
    for event in history.events:
        scheduled = event.activity_task_scheduled_event_attributes
        if scheduled.activity_type.name == "align_defects":
            effects += await client.data_converter.decode(scheduled.input.payloads)
    sequence: int = effects[-1]["plan_sequence"]
    return sequence


def _left(here: Installation, plan_sequence: int) -> int:
    """How many are not remembered as told."""
    engine = make_engine(here.settings["DEFECTS_DATABASE_URL"])
    try:
        return DatabaseMembers(engine).progress_of(RELEASE, plan_sequence).to_align
    finally:
        engine.dispose()


async def _give_up_on_the_dead(client: Client, number: str) -> None:
    """Let the server notice within seconds, not in a minute, what nobody works on any more."""
    description = await client.get_workflow_handle(number).describe()
    for pending in description.raw_description.pending_activities:
        if number != RELEASE or pending.activity_type.name == "align_defects":
            await client.workflow_service.update_activity_options(
                UpdateActivityOptionsRequest(
                    namespace=client.namespace,
                    execution=WorkflowExecution(workflow_id=number),
                    id=pending.activity_id,
                    activity_options=ActivityOptions(heartbeat_timeout=Duration(seconds=3)),
                    update_mask=FieldMask(paths=["heartbeat_timeout"]),
                )
            )


def _mails(here: Installation) -> dict[tuple[str, str], list[str]]:
    """The Message-IDs of each event that reached each address."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for letter in here.letters:
        address = str(letter["To"].addresses[0].addr_spec)
        found[str(letter["X-Event"]), address].append(str(letter["Message-ID"]))
    return found


def _expected() -> set[tuple[str, str]]:
    def to_clients(event: str, defects: Sequence[str]) -> set[tuple[str, str]]:
        return {(event, f"{who}@example.org") for number in defects for who in _clients(number)}

    return to_clients("defect.release_rescheduled", DEFECTS) | to_clients(
        "defect.release_scheduled", [LATE]
    )


async def _assert_all_know(client: Client) -> None:
    """The second date is the one of every defect, and the release counts nobody twice."""
    defects = DefectsClient(client)
    for number in (*DEFECTS, LATE):
        planned = (await defects.query(number, "status"))["release"]
        assert planned["id"] == RELEASE
        assert datetime.fromisoformat(planned["deploy_at"]) == SECOND
    status = await defects.query(RELEASE, "status")
    assert status["defects"] == {"attached": 61, "to_align": 0, "missing": []}
    first, *others = (fan_out["told"] for fan_out in status["fan_outs"])
    assert (first, sum(others)) == (len(DEFECTS), len(DEFECTS) + 1)
