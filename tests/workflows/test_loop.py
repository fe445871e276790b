"""The entity loop itself: continue-as-new, no cache, storms of signals, replays that bite."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, Worker, WorkflowReplayResult
from temporalio.workflow import NondeterminismError

from activities.adapters.database import DatabaseReadModel
from domain.contract.defect import PostProgress
from domain.contract.parsing import InvalidCommand
from domain.promise_guard import Promise, edge
from domain.promise_guard.edge import refuse_promises
from runtime.plugin import DefectsPlugin
from tests.domain.builders import FRIDAY, attachment, defect_start
from tests.workflows.broken import BrokenDefectWorkflow
from tests.workflows.world import World, real_world, time_skipping_world
from worker import UPKEEP, WORKFLOWS

CAN_SOON = {"limit.historyCount.suggestContinueAsNew": "60"}
HISTORIES = Path(__file__).parent / "histories"


async def _months(world: World) -> dict[str, Any]:
    """A defect that has everything happen to it."""
    await world.defect("DEF-1", "S1", attachment(), attachment("CASE-2", "client-2"))
    await world.after(days=3)
    await world.tell("DEF-1", "post_progress", public_text="Found.", stage="fixing", key="p-1")
    await world.tell("DEF-1", "hold", reason="logs")
    await world.after(days=2)
    await world.tell("DEF-1", "resume")
    await world.tell("DEF-1", "change_severity", severity="S2", reason="a way round")
    now = await world.clock.now()
    later = now.replace(month=now.month + 1)
    await world.tell("DEF-1", "schedule_release", release="REL-1", deploy_at=later.isoformat())
    await world.clock.until(later)
    await world.tell("DEF-1", "release_deployed", release="REL-1")
    await world.after(days=15)
    result: dict[str, Any] = await world.handle("DEF-1").result()
    return result


async def test_replaying_every_task_from_the_start_changes_nothing(tmp_path: Path) -> None:
    """With no cache every workflow task replays the whole history: the same life comes of it."""
    lives = []
    for cached in (1000, 0):
        folder = tmp_path / str(cached)
        folder.mkdir()
        async with time_skipping_world(folder, max_cached_workflows=cached) as world:
            result = await _months(world)
            lives.append((world.mailbox.events(), result["updates_missed"], result["state"]))

    assert lives[0][2] == "closed"
    assert sorted(lives[0][0]) == sorted(lives[1][0])
    assert lives[0][1:] == lives[1][1:]


async def test_continue_as_new_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    """Through many runs: every command counts once, state goes on, nobody hears anything twice."""
    async with real_world(tmp_path, CAN_SOON) as world:
        await world.defect("DEF-1", "S1", *[attachment(f"CASE-{n}", f"c-{n}") for n in (1, 2)])
        for n in range(30):
            await world.tell("DEF-1", "post_progress", public_text=f"Step {n} done.", key=f"k-{n}")
            await world.tell("DEF-1", "post_progress", public_text=f"Step {n} done.", key=f"k-{n}")
        await world.handle("DEF-1").signal("request_continue_as_new")
        await world.tell("DEF-1", "resolve", resolution="fixed")
        await world.settle()
        runs = await _runs(world, "DEF-1")
        status = await world.status("DEF-1")

        assert runs >= 4
        assert world.mailbox.events("c-1@example.org").count("defect.update") == 30
        assert world.mailbox.events("c-2@example.org").count("defect.resolved") == 1
        assert status["state"] == "resolved"


@pytest.mark.timeout(300)
async def test_a_thousand_signals_are_all_applied(tmp_path: Path) -> None:
    """1,000 concurrent signals into one defect through continue-as-new: none lost, none doubled."""
    async with real_world(tmp_path, CAN_SOON) as world:
        await world.defect("DEF-1", "S4", cases=[])
        handle = world.handle("DEF-1")
        limit = asyncio.Semaphore(50)

        async def send(n: int) -> None:
            payload = {
                "release": f"REL-{n}",
                "deploy_at": "2099-01-01T00:00:00Z",
                "actor": "release",
                "key": f"signal-{n}",
            }
            async with limit:
                await handle.signal("schedule_release", payload)

        await asyncio.gather(*(send(n) for n in range(1_000)))
        await world.settle()
        facts = DatabaseReadModel(world.outside.engine).timeline("DEF-1", public_only=False)
        planned = [fact for fact in facts if fact["event"].startswith("defect.release_")]

        assert len(planned) == 1_000
        assert {fact["details"]["release"] for fact in planned} == {
            f"REL-{n}" for n in range(1_000)
        }
        assert await _runs(world, "DEF-1") > 1


async def test_thirty_commands_at_once_are_all_taken(tmp_path: Path) -> None:
    """By Temporal's default the server drops tasks from the eleventh on, and most of them fail."""
    async with real_world(tmp_path) as world:
        await world.defect("DEF-1", "S2")
        limit = asyncio.Semaphore(30)

        async def attach(n: int) -> None:
            async with limit:
                await world.tell("DEF-1", "attach_case", **attachment(f"CASE-{n + 2}", f"c-{n}"))

        await asyncio.gather(*(attach(n) for n in range(150)))
        await world.settle()
        status = await world.status("DEF-1")

        assert status["case_count"] == 151
        assert world.mailbox.events().count("defect.confirmed") == 151


async def test_messages_that_come_before_the_policy_wait_for_it(tmp_path: Path) -> None:
    """Signals sent before any worker runs are applied, in order, once the policy is pinned."""
    async with real_world(tmp_path) as world:
        other = "not-polled-yet"
        await world.client.start_workflow(
            "DefectWorkflow", defect_start("S4"), id="DEF-2", task_queue=other
        )
        handle = world.handle("DEF-2")
        for severity in ("S3", "S2"):
            await handle.signal(
                "change_severity", {"severity": severity, "reason": "r", "actor": "a"}
            )
        await handle.signal("change_severity", {"severity": "S9"})
        world.numbers.append("DEF-2")

        async with Worker(world.client, task_queue=other, workflows=WORKFLOWS):
            status = await world.tell("DEF-2", "post_progress", internal_note="alive")

            assert (status["severity"], len(status["rejected"])) == ("S2", 1)
            await handle.terminate()


@pytest.mark.parametrize("path", sorted(HISTORIES.glob("*.json")), ids=lambda path: path.stem)
async def test_golden_histories_replay(path: Path) -> None:
    """Histories of every released version replay with today's code."""
    history = WorkflowHistory.from_json(path.stem, path.read_text())
    kinds = {event.WhichOneof("attributes") for event in history.events}
    result = await _replay(history, [*WORKFLOWS, *UPKEEP])

    assert result.replay_failure is None
    assert "activity_task_completed_event_attributes" in kinds


async def test_a_golden_history_of_each_kind_is_there() -> None:
    """The golden set holds what it is named for: timers, updates, signals, a continued run."""
    stems = {path.stem.split("-")[0] for path in HISTORIES.glob("*.json")}
    text = "".join(path.read_text() for path in HISTORIES.glob("*.json"))

    assert stems >= {
        *("case", "s1", "s2", "s3", "merged", "absorbed", "imported", "early", "continued"),
        *("release", "area", "review", "webhook", "retention", "acknowledged", "snoozed"),
    }
    for kind in ("TIMER_FIRED", "UPDATE_COMPLETED", "EXECUTION_SIGNALED", "CONTINUED_AS_NEW"):
        assert kind in text


async def test_a_broken_variant_does_not_replay() -> None:
    """The guard bites: a loop that sets one timer more than it did is found out."""
    path = HISTORIES / "s1-weekend-0.3.0.json"
    history = WorkflowHistory.from_json(path.stem, path.read_text())
    result = await _replay(history, [BrokenDefectWorkflow])

    assert isinstance(result.replay_failure, NondeterminismError)


async def test_a_phrase_added_later_does_not_judge_what_was_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """D7: an update that came before the policy was pinned replays, whatever the table says now."""
    everything = Promise("It is being tested.", "names a day", 0)
    monkeypatch.setattr(edge, "promises_in", lambda *_: iter([everything]))
    path = HISTORIES / "early-0.3.0.json"
    history = WorkflowHistory.from_json(path.stem, path.read_text())
    with pytest.raises(InvalidCommand, match="names a day"):
        refuse_promises(PostProgress(actor="a", public_text="It is being tested."), FRIDAY.date())

    assert (await _replay(history, WORKFLOWS)).replay_failure is None


async def _replay(history: WorkflowHistory, classes: Sequence[type]) -> WorkflowReplayResult:
    replayer = Replayer(workflows=classes, plugins=[DefectsPlugin()])
    return await replayer.replay_workflow(history, raise_on_replay_failure=False)


async def _runs(world: World, number: str) -> int:
    """How many runs a workflow has had, the present one included."""
    count, run_id = 0, None
    while True:
        history = await world.client.get_workflow_handle(number, run_id=run_id).fetch_history()
        count += 1
        started = history.events[0].workflow_execution_started_event_attributes
        run_id = started.continued_execution_run_id
        if not run_id:
            return count
