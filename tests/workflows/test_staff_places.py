"""Staff at several places, through a whole workflow: nobody waits for one that is down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from activities.adapters.policy_files import PolicyFiles
from activities.ports import DeliveryState
from runtime.plugin import DefectsPlugin
from runtime.servers import time_skipping_server
from tests.domain.builders import attachment
from tests.domain.policy_texts import changed
from tests.fakes import RecordingMailbox, RecordingPlaces
from tests.workflows.world import World, an_outside, settings_of_tests
from worker import workers

ENGINEERING, COO = "engineering@vendor.example", "coo@vendor.example"
SUPPORT = "support-team@vendor.example"


@asynccontextmanager
async def world_with(folder: Path, places: RecordingPlaces) -> AsyncIterator[World]:
    """One whose engineering has a pager beside the mail."""
    policy = folder / "policy.toml"
    policy.write_text(
        changed(
            (f'engineering = "{ENGINEERING}"', f'engineering = ["place:pager", "{ENGINEERING}"]')
        )
    )
    mailbox, settings = RecordingMailbox(), settings_of_tests()
    outside = replace(an_outside(folder, mailbox), policies=PolicyFiles(policy), places=places)
    async with (
        time_skipping_server(DefectsPlugin()) as env,
        workers(env.client, outside, settings),
    ):
        world = World(env.client, outside, mailbox, settings, env)
        await world.begin()
        yield world
        await world.assert_replays()
        world.assert_nobody_told_twice()
    outside.engine.dispose()


async def passes(world: World, **time: float) -> None:
    """Let time pass, though something is on its way without end."""
    await world.clock.until(await world.clock.now() + timedelta(**time))


async def test_a_pager_that_is_down_for_days_holds_up_nobody(tmp_path: Path) -> None:
    """Mail is told at once, the COO on time, support of the pager; and once it is back, it too."""
    pager = RecordingPlaces()
    pager.down = {"pager": None}
    async with world_with(tmp_path, pager) as world:
        await world.defect("DEF-1", "S1", attachment("CASE-1"))
        await passes(world, minutes=2)
        assert world.mailbox.events(ENGINEERING) == ["defect.urgent"]
        assert world.mailbox.events(SUPPORT) == []

        await passes(world, hours=1)
        assert world.mailbox.events(SUPPORT) == ["delivery.failing"]
        assert (await world.status("DEF-1"))["needs_attention"]

        await passes(world, days=3)
        assert world.mailbox.events(COO) == ["defect.escalated"]
        assert world.mailbox.events(ENGINEERING).count("defect.urgent") == 1

        pager.down = {}
        await world.tell("DEF-1", "retry_deliveries")
        await world.after(minutes=1)
        status = await world.status("DEF-1")
        assert pager.events("pager").count("defect.urgent") == 1
        assert (status["failed_deliveries"], status["pending_deliveries"]) == (0, 0)
        paged = [row for row in world.ledger.deliveries("DEF-1") if row.recipient == "pager"]
        assert {(row.channel, row.state) for row in paged} == {("apprise", DeliveryState.SENT)}
