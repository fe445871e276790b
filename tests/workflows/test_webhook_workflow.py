"""Webhooks end to end: from a defect to receivers on loopback sockets, over days."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from activities.adapters.webhook_http import WebhookHttp
from activities.webhooks import call_receiver
from domain.webhooks.events import EVERYTHING, secret_key
from domain.webhooks.receiver import workflow_id
from runtime.client import CommandRefused, IdTaken
from runtime.codec import NO_KEYS
from runtime.plugin import DefectsPlugin
from runtime.sealing import Sealer
from runtime.servers import dev_server, time_skipping_server
from tests.domain.builders import case_start, defect_start, release_start
from tests.fakes import RecordingMailbox
from tests.programs import eventually
from tests.webhook_server import SECRET, Receiver, receiver
from tests.workflows import world as worlds
from tests.workflows.hurried import HurriedWebhookWorkflow
from tests.workflows.world import World, an_outside
from worker import workers

SUPPORT = "support-team@vendor.example"
CAN_SOON = {"limit.historyCount.suggestContinueAsNew": "40"}


class Hooked(World):
    """A world whose webhooks reach receivers on loopback."""

    @property
    def receivers(self) -> DatabaseWebhookReceivers:
        """Who is sent what."""
        return DatabaseWebhookReceivers(self.outside.engine, Sealer(NO_KEYS))

    async def listen(self, to: Receiver, *events: str) -> str:
        """Add a receiver; answers the id of its workflow."""
        now = await self.clock.now() if self.env else datetime.now(UTC)
        added = self.receivers.add(to.url, secret_key(SECRET), now, events or EVERYTHING)
        assert added is not None
        return workflow_id(added)

    async def sent(self, *hooks: str) -> None:
        """Wait until what has happened is with the receivers, or they have refused it."""
        self.numbers += [hook for hook in hooks if hook not in self.numbers]
        await self.settle()


@asynccontextmanager
async def a_world(
    folder: Path, dynamic_config: dict[str, str] | None = None
) -> AsyncIterator[Hooked]:
    """On the virtual clock; on the real server where that is given a configuration."""
    mailbox, settings = RecordingMailbox(), worlds.settings_of_tests()
    outside = replace(an_outside(folder, mailbox), webhooks=WebhookHttp(allow_private=True))
    server: Any = (
        time_skipping_server(DefectsPlugin())
        if dynamic_config is None
        else dev_server(DefectsPlugin(), dynamic_config=dynamic_config)
    )
    async with server as env, workers(env.client, outside, settings):
        virtual = env if isinstance(env, WorkflowEnvironment) else None
        world = Hooked(env.client, outside, mailbox, settings, virtual)
        if virtual is not None:
            await world.begin()
        yield world
        await world.assert_replays()
        world.assert_nobody_told_twice()
    outside.engine.dispose()


async def test_one_receiver_is_down_for_three_days_while_another_gets_everything_at_once(
    tmp_path: Path,
) -> None:
    """Nothing is lost, nothing doubled, each entity's events in order, nobody held up."""
    async with a_world(tmp_path) as world, receiver() as up, receiver() as down:
        hooks = [await world.listen(up), await world.listen(down, "defect.*")]
        down.status = 503
        await world.defect("DEF-1", "S1")
        await world.sent(*hooks)
        for day in range(3):
            assert len(up.of("DEF-1")) > day
            assert world.mailbox.events("client-1@example.org").count("defect.update") == day
            await world.after(days=1)
        tries = len(down.posts)
        status = await world.status(hooks[1])
        down.status = 200
        await world.after(days=2)
        await world.tell("DEF-1", "resolve", resolution="fixed")
        await world.sent()

        assert down.ids() == [i for i in up.ids() if "/defect." in i]
        assert len(set(up.ids())) == len(up.ids())
        assert up.of("DEF-1")[0] == "defect.confirmed"
        assert up.of("DEF-1")[-1] == "defect.resolved"
        assert all(post.is_signed_with(SECRET) for post in up.taken + down.taken)
        assert 8 <= tries <= 10, "by the schedule, however much waits"
        assert (status["state"], status["needs_attention"]) == ("down", True)
        assert (await world.status(hooks[1]))["state"] == "up"
        assert "delivery.failing" not in world.mailbox.events(SUPPORT)


async def test_a_receiver_that_never_comes_back_costs_one_mail_and_can_be_replayed(
    tmp_path: Path,
) -> None:
    """Given up after more than five days; with a replay even that is not lost."""
    async with a_world(tmp_path) as world, receiver() as down:
        hook = await world.listen(down)
        down.status = 404
        for n in (1, 2, 3):
            await world.defect(f"DEF-{n}", "S4")
        await world.sent(hook)
        await world.after(days=5)
        before = world.mailbox.events(SUPPORT)
        await world.after(days=5)
        await world.defect("DEF-4", "S4")
        await world.after(days=2)
        told = [x for x in world.mailbox.letters if x.headers["X-Event"] == "delivery.failing"]
        (standing,) = world.receivers.all()
        down.status = 200
        count = world.receivers.replay_failed(standing.id, await world.clock.now())
        await call_receiver(world.defects, standing.id, "retry_deliveries", "agent-1")
        await world.after(minutes=1)

        assert "delivery.failing" not in before
        assert [x.to for x in told] == [SUPPORT]
        assert "webhook-" in told[0].text
        assert "http-404" in told[0].text
        assert (standing.failed, standing.waiting) == (3, 1)
        assert count == 3
        assert {down.of(f"DEF-{n}")[0] for n in (1, 2, 3, 4)} == {"defect.confirmed"}
        assert len(set(down.ids())) == len(down.ids()) == 4


async def test_one_that_says_it_is_gone_is_disabled_and_its_workflow_ends(
    tmp_path: Path,
) -> None:
    """410: support hears of it; who enables it again starts it again, from what waited."""
    async with a_world(tmp_path) as world, receiver() as gone:
        hook = await world.listen(gone)
        gone.status = 410
        await world.defect("DEF-1", "S4")
        await world.settle()
        last = await world.handle(hook).result()
        await world.defect("DEF-2", "S4")
        await world.settle()
        (standing,) = world.receivers.all()
        gone.status = 200
        world.receivers.enable(standing.id)
        await call_receiver(world.defects, standing.id, "retry_deliveries", "agent-1")
        await world.sent(hook)

        assert last["state"] == "stopped"
        assert world.mailbox.events(SUPPORT) == ["delivery.failing"]
        assert standing.disabled == "gone"
        assert gone.ids() == ["DEF-1/1/defect.confirmed"]
        assert len(gone.posts) == 2


async def test_a_message_it_does_not_take_holds_up_one_entity_for_days_and_no_other(
    tmp_path: Path,
) -> None:
    """Then the entity goes on without it."""
    async with a_world(tmp_path) as world, receiver() as picky:
        hook = await world.listen(picky, "defect.*")
        picky.of_id = {"DEF-1/1/defect.confirmed": 422}
        await world.defect("DEF-1", "S4")
        await world.defect("DEF-2", "S4")
        await world.tell("DEF-1", "hold", reason="logs")
        await world.sent(hook)
        first = list(picky.ids())
        await world.after(days=7)

        assert first == ["DEF-2/1/defect.confirmed"]
        assert picky.of("DEF-1") == ["defect.held"]
        assert world.mailbox.events(SUPPORT).count("delivery.failing") == 1
        assert (await world.status(hook))["state"] == "up"


async def test_replays_and_bursts_go_through_continue_as_new(tmp_path: Path) -> None:
    """Hundreds of facts through short runs: each arrives once, in order, with few signals."""
    async with a_world(tmp_path, CAN_SOON) as world, receiver() as to:
        hook = await world.listen(to, "defect.progress")
        numbers = [await world.defect(f"DEF-{n}", "S4") for n in range(5)]

        async def work(number: str) -> None:
            for step in range(12):
                await world.tell(number, "post_progress", public_text=f"Step {step} done.")

        await asyncio.gather(*(work(number) for number in numbers))
        await world.sent(hook)
        await world.handle(hook).signal("request_continue_as_new")
        await world.handle(hook).signal("no such signal")
        await world.tell("DEF-0", "post_progress", public_text="The last one.")
        await world.sent()
        described = await world.handle(hook).describe()

        assert len(to.ids()) == len(set(to.ids())) == 61
        for number in numbers:
            steps = [p.json["data"]["public_text"] for p in to.taken if f"{number}/" in p.id]
            assert steps[:12] == [f"Step {step} done." for step in range(12)]
        assert described.run_id != described.raw_info.first_run_id
        assert (await world.status(hook))["rejected"][0]["signal"] == "no such signal"


async def test_a_run_does_not_wait_for_ever_for_a_round_under_way(tmp_path: Path) -> None:
    """It leaves within its patience; the next one sends what was left behind."""
    async with a_world(tmp_path, {}) as world, receiver() as slow:
        slow.trick = "stall"
        hook = await world.listen(slow, "defect.*")
        about = {"receiver": hook.removeprefix("webhook-")}
        handle = await world.client.start_workflow(
            "WebhookWorkflow", about, id=hook, task_queue="hurried"
        )
        hurried = Worker(world.client, task_queue="hurried", workflows=[HurriedWebhookWorkflow])
        async with hurried:
            await world.defect("DEF-1", "S4")
            await eventually("a round is under way", lambda: slow.posts)
            first = (await handle.describe()).run_id
            slow.trick = None
            await handle.signal("request_continue_as_new")
            run = world.client.get_workflow_handle(hook, run_id=first)
            async for event in run.fetch_history_events(wait_new_event=True):
                last = event
            await eventually("the next round sends it", slow.ids)
            await world.sent(hook)

        assert last.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
        assert slow.ids() == ["DEF-1/1/defect.confirmed"]


async def test_a_wrong_start_is_refused(tmp_path: Path) -> None:
    """In the contract's words."""
    async with a_world(tmp_path) as world:
        await world.defects.start("WebhookWorkflow", "webhook-x", {})
        with pytest.raises(CommandRefused, match="receiver: is required"):
            await world.defects.query("webhook-x", "status")


@pytest.mark.parametrize("workflow", ["CaseWorkflow", "DefectWorkflow", "ReleaseWorkflow"])
async def test_no_number_takes_the_id_of_a_receivers_workflow(
    tmp_path: Path, workflow: str
) -> None:
    """A program with a plain client of Temporal is refused by the workflow, which ends."""
    async with a_world(tmp_path) as world, receiver() as to:
        hook = await world.listen(to)
        start = case_start() if workflow == "CaseWorkflow" else defect_start("S4")
        if workflow == "ReleaseWorkflow":
            start = release_start(
                deploy_at=(await world.clock.now() + timedelta(days=9)).isoformat()
            )
        await world.defects.start(workflow, hook, start)
        with pytest.raises(CommandRefused, match="workflow id: is kept"):
            await world.defects.query(hook, "status")
        await world.defect("DEF-1", "S4")
        await world.sent(hook)

        assert to.ids() == ["DEF-1/1/defect.confirmed"]


async def test_a_receiver_whose_id_is_taken_is_no_silent_one(tmp_path: Path) -> None:
    """Operators read it in the list, and it is sent everything once the other has ended."""
    async with a_world(tmp_path) as world, receiver() as to:
        hook = await world.listen(to)
        await world.client.start_workflow(
            "AnotherWorkflow", id=hook, task_queue="nobody-polls-this"
        )
        await world.defect("DEF-1", "S4")
        await world.settle()
        (standing,) = world.receivers.all()
        with pytest.raises(IdTaken, match=f"number: {hook} is taken by a AnotherWorkflow"):
            await call_receiver(world.defects, standing.id)
        await world.handle(hook).terminate()
        await call_receiver(world.defects, standing.id)
        await world.sent(hook)
        (after,) = world.receivers.all()

        assert (standing.problem, standing.down_since is None) == ("id-taken", False)
        assert to.ids() == ["DEF-1/1/defect.confirmed"]
        assert (after.problem, after.down_since) == (None, None)
