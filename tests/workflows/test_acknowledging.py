"""An urgent notice that nobody acknowledges, on a real server: repeated, sent up, acknowledged."""

from pathlib import Path

import pytest

from runtime.client import CommandRefused
from tests.workflows.world import asking_policy, time_skipping_world

ENGINEERING = "engineering@vendor.example"
MANAGER = "engineering-manager@vendor.example"


async def test_an_s1_is_repeated_and_goes_up_until_somebody_acknowledges_it(tmp_path: Path) -> None:
    """T7: each a mail of its own; then nobody is sent it any more, and it is on record."""
    up = {"engineering": "engineering_manager"}
    policies = asking_policy(tmp_path, repeat={"every_minutes": 20, "at_most": 2}, goes_up=up)
    async with time_skipping_world(tmp_path, policies) as world:
        await world.defect("DEF-1", "S1")
        await world.after(minutes=60)
        (waiting,) = (await world.status("DEF-1"))["to_acknowledge"]

        assert world.mailbox.events(to=ENGINEERING) == ["defect.urgent"] * 3
        assert world.mailbox.events(to=MANAGER) == ["defect.urgent"]
        assert (waiting["role"], waiting["times"]) == ("engineering_manager", 4)

        status = await world.tell("DEF-1", "acknowledge", notice=waiting["notice"])
        assert "to_acknowledge" not in status
        with pytest.raises(CommandRefused, match="notice: is none that is still to be"):
            await world.tell("DEF-1", "acknowledge", notice=waiting["notice"])
        await world.after(hours=6)

        assert world.mailbox.events(to=MANAGER) == ["defect.urgent"]
        repeats = [letter for letter in world.mailbox.letters if letter.to == ENGINEERING][1:]
        assert ["Repeated, " in letter.text for letter in repeats] == [True, True]
        assert await world.assert_replays() == 1
