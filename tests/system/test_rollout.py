"""A second version of the worker under open defects: moved to it, and back, losing nothing."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from commands.versions import route, unserved
from runtime.client import CommandRefused, DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import attachment, case_start, defect_start, release_start
from tests.installation import Installation, an_installation, settled
from tests.programs import ROOT, Program, running
from tests.soak import SOAKING
from tests.system.second_version import WHILE_HELD, SecondVersion
from worker import WORKFLOWS

DEFECTS = [f"DEF-{n:03}" for n in range(1, 201 if SOAKING else 41)]
URGENT = DEFECTS[:10]
"""Of severity S1: their updates are due within a day, whatever is rolled out."""
TOUCHED = DEFECTS[-20:]
"""Those that are held again under each version, to see which one they run on."""
OTHERS = ["CASE-1", "CASE-2", "REL-1"]
EVERYTHING = [*DEFECTS, *OTHERS]
AT_ONCE = 20
UNDECIDED = "version: 2.0 is ramping; first decide for one of the two"
MEANWHILE = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
"""Something was said while it was about to continue as new: the server lets it hear that first."""
FIRST = str(ROOT / "worker.py")
SECOND = str(Path(__file__).with_name("second_version.py"))


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_a_second_version_takes_over_and_gives_back(tmp_path: Path) -> None:
    """Each keeps what it was told, its instants and its mails, on either version and on the way."""
    with an_installation(tmp_path) as here:
        async with dev_server(DefectsPlugin()) as server, AsyncExitStack() as stack:
            here.use(server)
            client, defects = server.client, DefectsClient(server.client)
            first_worker = await stack.enter_async_context(_worker(here, FIRST, "1.0"))
            await _rollout(here, "to", "1.0")
            await _open_all(defects)
            await _each(DEFECTS, lambda number: defects.update(number, "hold", _why("hold-1")))
            await settled(client, *EVERYTHING)
            before = await _statuses(defects)
            assert await _where(here) == {("1.0", number) for number in EVERYTHING}
            assert not await _replays_in_second(await _history(client, DEFECTS[-1]))

            # --- there, while everybody goes on talking ---
            second_worker = await stack.enter_async_context(_worker(here, SECOND, "2.0"))
            ramping = await _rollout(here, "to", "2.0", "--percent", "50")
            assert "ramping, 50 %" in ramping
            undecided = await here.started("rollout", "nudge")
            assert (undecided.code, undecided.err.strip()) == (4, UNDECIDED)
            assert "ramping" not in await _rollout(here, "to", "2.0", "--percent", "0")
            await _rollout(here, "to", "2.0", "--percent", "10")
            assert "ramping" not in await _rollout(here, "to", "1.0")
            await _rollout(here, "to", "2.0")
            moved, _ = await asyncio.gather(
                _rollout(here, "nudge", "--json"),
                _each(
                    DEFECTS,
                    lambda number: defects.update(
                        number, "offer_workaround", _said("way") | WAY_ROUND
                    ),
                ),
            )
            assert (moved["target"], moved["left"]) == ("2.0", [])
            assert await _where(here) == {("2.0", number) for number in EVERYTHING}
            assert await _may_stop(here) == {"1.0": True, "2.0": False}
            await _end(first_worker)

            assert await unserved(client) == []
            in_a_while = datetime.now(UTC) + timedelta(minutes=5)
            assert await unserved(client, in_a_while) == [
                "what begins now waits for workers of version 2.0"
            ]
            await settled(client, *EVERYTHING)
            there = await _statuses(defects)
            await _each(TOUCHED, lambda number: _hold_again(defects, number, "2"))
            assert {
                (await defects.query(number, "status"))["holds_begun"] for number in TOUCHED
            } == {1}

            # --- and back ---
            with pytest.raises(CommandRefused, match="no worker of it has been seen lately"):
                await route(client, "0.9", patience=0)
            await stack.enter_async_context(_worker(here, FIRST, "1.0"))
            await _rollout(here, "to", "1.0")
            back = await _rollout(here, "nudge", "--json")
            assert (back["target"], back["moved"], back["left"]) == ("1.0", len(EVERYTHING), [])
            await _end(second_worker)

            await _each(TOUCHED, lambda number: _hold_again(defects, number, "1"))
            await settled(client, *EVERYTHING)
            after = await _statuses(defects)
            await _assert_timers_stand(client, after)
            await _assert_sound(client)

    for number in DEFECTS:
        assert there[number].pop("holds_begun") == 0
        assert there[number]["workaround"].items() >= WAY_ROUND.items()
        assert there[number] | _changed_by_it(before[number]) == before[number]
        last_offer = WHILE_HELD if number in TOUCHED else WAY_ROUND
        assert after[number]["workaround"].items() >= last_offer.items()
        assert _but_for_the_second(after[number]) == _but_for_the_second(there[number])
    assert [after[n] for n in OTHERS] == [there[n] for n in OTHERS] == [before[n] for n in OTHERS]
    assert _mails_to_clients(here) == _expected_mails()
    assert set(here.message_ids().values()) == {1}


# --- two versions ------------------------------------------------------------------------------


@asynccontextmanager
async def _worker(here: Installation, program: str, build_id: str) -> AsyncIterator[Program]:
    env = here.env | {"DEFECTS_BUILD_ID": build_id, "PYTHONPATH": str(ROOT)}
    async with running(sys.executable, program, folder=here.folder, env=env) as worker:
        await worker.logs("worker.started")
        yield worker
        if worker.alive:
            await _end(worker)


async def _end(worker: Program) -> None:
    worker.send(signal.SIGTERM)
    assert await worker.ended() == 0, worker.err


async def _replays_in_second(history: WorkflowHistory) -> bool:
    """Whether the second version could go on with what the first one has written."""
    replayer = Replayer(
        workflows=WORKFLOWS, interceptors=[SecondVersion()], plugins=[DefectsPlugin()]
    )
    try:
        await replayer.replay_workflow(history)
    except NondeterminismError:
        return False
    return True


# --- what people do -----------------------------------------------------------------------------


WAY_ROUND = {"description": "Use the other door.", "effort": "easy"}


def _said(key: str) -> dict[str, Any]:
    """Who, and what makes a repeat harmless."""
    return {"actor": "agent-1", "key": key}


def _why(key: str) -> dict[str, Any]:
    return _said(key) | {"reason": "a test"}


async def _open_all(defects: DefectsClient) -> None:
    async def opened(number: str) -> None:
        severity = "S1" if number in URGENT else "S3"
        case = attachment(f"{number}-CASE", number.lower())
        await defects.start("DefectWorkflow", number, defect_start(severity, case))

    await _each(DEFECTS, opened)
    await defects.start("CaseWorkflow", "CASE-1", case_start())
    await defects.start("CaseWorkflow", "CASE-2", case_start())
    deploy_at = datetime.now(UTC) + timedelta(days=30)
    await defects.start("ReleaseWorkflow", "REL-1", release_start(deploy_at=deploy_at.isoformat()))


async def _hold_again(defects: DefectsClient, number: str, version: str) -> None:
    await defects.update(number, "resume", _why(f"resume-{version}"))
    await defects.update(number, "hold", _why(f"hold-{version}-again"))


async def _each(numbers: list[str], act: Any) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: str) -> None:
        async with room:
            await act(number)

    await asyncio.gather(*(one(number) for number in numbers))


# --- what is seen -------------------------------------------------------------------------------


async def _rollout(here: Installation, *arguments: str) -> Any:
    ended = await here.starter("rollout", *arguments)
    assert ended.code == 0, ended.err
    return ended.answer if "--json" in arguments else ended.out


async def _where(here: Installation) -> set[tuple[str, str]]:
    """Version and number of everything that is open."""
    lines = (await _rollout(here, "--numbers")).splitlines()
    return {(version, number) for version, _, number in (line.split("\t") for line in lines)}


async def _may_stop(here: Installation) -> dict[str, bool]:
    return {v["build_id"]: v["may_stop"] for v in (await _rollout(here, "--json"))["versions"]}


async def _statuses(defects: DefectsClient) -> dict[str, dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = {}

    async def ask(number: str) -> None:
        answers[number] = await defects.query(number, "status")

    await _each(EVERYTHING, ask)
    return answers


def _changed_by_it(status: dict[str, Any]) -> dict[str, Any]:
    """What a way round changes: it counts as an update too."""
    return {name: status[name] for name in ("workaround", "next_update_due_at")}


def _but_for_the_second(status: dict[str, Any]) -> dict[str, Any]:
    """What was resumed for a moment has spent that moment, and has another way round."""
    changed = {"target": None, "workaround": None}
    return status | changed if status["number"] in TOUCHED else status


async def _history(client: Client, number: str) -> WorkflowHistory:
    return await client.get_workflow_handle(number).fetch_history()


async def _assert_timers_stand(client: Client, statuses: dict[str, dict[str, Any]]) -> None:
    """The last run of each urgent one has a timer, before its update is due."""
    for number in URGENT:
        assert statuses[number]["next_update_due_at"] is not None
        events = (await _history(client, number)).events
        assert any(event.HasField("timer_started_event_attributes") for event in events)


async def _assert_sound(client: Client) -> None:
    """No task of any run has failed, and the runs of the first version replay."""
    replayer = Replayer(workflows=WORKFLOWS, plugins=[DefectsPlugin()])
    runs, replayed = Counter[str](), 0
    async for found in client.list_workflows('TaskQueue = "defects"'):
        history = await client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
        assert {_why_a_task_failed(event) for event in history.events} <= {None, MEANWHILE}
        runs[found.id] += 1
        version = found.search_attributes["TemporalWorkerDeploymentVersion"]
        if found.id in DEFECTS[:: len(DEFECTS) // 10] and version == ["defects:1.0"]:
            await replayer.replay_workflow(history)
            replayed += 1
    assert set(runs) == set(EVERYTHING)
    assert min(runs.values()) >= 3
    assert replayed >= 20


def _why_a_task_failed(event: HistoryEvent) -> "WorkflowTaskFailedCause.ValueType | None":
    if not event.HasField("workflow_task_failed_event_attributes"):
        return None
    return event.workflow_task_failed_event_attributes.cause


def _mails_to_clients(here: Installation) -> Counter[tuple[str, str]]:
    return Counter(
        {
            (event, address): count
            for (event, address), count in here.mails().items()
            if address.startswith("def-")
        }
    )


def _expected_mails() -> Counter[tuple[str, str]]:
    """Once each: confirmed, the way round, and from the second version another one."""
    told = {"defect.confirmed": DEFECTS, "defect.workaround": [*DEFECTS, *TOUCHED]}
    return Counter(
        (event, f"{number.lower()}@example.org") for event in told for number in told[event]
    )
