"""A policy that changes reaches every open defect by one command, on the real server (T8)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from activities.adapters.policy_files import BUILT_IN, PolicyFiles
from commands.adoption import Adoption, Asked, adopt
from commands.policy_preview import look
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.fakes import RecordingMailbox
from tests.programs import eventually
from tests.workflows.world import World, an_outside, settings_of_tests
from worker import workers

ASKED = Asked("eto", "agent-1", per_second=100)
TRIED = replace(ASKED, dry_run=True)


@asynccontextmanager
async def under_two_policies(folder: Path) -> AsyncIterator[tuple[World, PolicyFiles]]:
    """Three defects that began under the published policy, and workers that have another one."""
    mailbox = RecordingMailbox()
    outside, settings = an_outside(folder, mailbox), settings_of_tests()
    text = BUILT_IN.read_text(encoding="utf-8")
    path = folder / "longer.toml"
    path.write_text(text.replace("amount = 2, unit", "amount = 3, unit"), encoding="utf-8")
    longer = PolicyFiles(path)
    async with dev_server(DefectsPlugin()) as server:
        world = World(server.client, outside, mailbox, settings)
        async with workers(server.client, outside, settings):
            for number, severity in (("DEF-1", "S1"), ("DEF-2", "S2"), ("DEF-3", "S4")):
                await world.defect(number, severity)
            await world.settle()
        async with workers(server.client, replace(outside, policies=longer), settings):
            yield world, longer
            await world.assert_replays()
    outside.engine.dispose()


async def adopted(
    world: World, files: PolicyFiles, numbers: list[str] | None, asked: Asked
) -> dict[str, Adoption]:
    """What became of each defect."""
    pinned = files.load("eto", datetime.now(UTC).year).pinned()
    return {each.number: each async for each in adopt(world.defects, numbers, pinned, asked)}


async def test_a_policy_is_tried_then_adopted_by_all_open_defects(tmp_path: Path) -> None:
    """T8: trying changes nothing; a repeat finds that all have it."""
    async with under_two_policies(tmp_path) as (world, longer):
        await world.tell("DEF-3", "resolve", resolution="fixed")

        async def listed() -> bool:
            return (
                await world.client.count_workflows('WorkflowType = "DefectWorkflow"')
            ).count == 3

        await eventually("all are listed", listed)
        before = {number: await world.status(number) for number in ("DEF-1", "DEF-2", "DEF-3")}
        tried = await adopted(world, longer, None, TRIED)
        assert {n: each.outcome for n, each in tried.items()} == dict.fromkeys(
            before, "would adopt"
        )
        assert {n: (await world.status(n))["policy"] for n in before} == {
            n: status["policy"] for n, status in before.items()
        }

        pinned = longer.load("eto", datetime.now(UTC).year).pinned()
        said: list[Adoption] = []
        seen = await look(world.defects, pinned, 100, said.append)
        assert (seen.found, said) == ([*tried.values()], [*tried.values()])
        assert [(move.number, move.severity, move.what, move.to) for move in seen.moves] == [
            ("DEF-1", "S1", "target", None),
            ("DEF-1", "S1", "defect.escalated to coo", "coo"),
        ]
        assert seen.kept == {"cases": 0, "releases": 0}

        done = await adopted(world, longer, None, ASKED)
        assert {n: each.outcome for n, each in done.items()} == dict.fromkeys(before, "adopted")
        assert {n: each.moves for n, each in done.items()} == {
            n: each.moves for n, each in tried.items()
        }
        (target, step) = done["DEF-1"].moves
        assert (target["what"], step["what"]) == ("target", "defect.escalated to coo")
        assert target["before"] == before["DEF-1"]["target"]["due_at"]
        assert target["after"] == (await world.status("DEF-1"))["target"]["due_at"]
        assert target["before"] < target["after"]
        assert done["DEF-2"].moves == done["DEF-3"].moves == []

        again = await adopted(world, longer, None, ASKED)
        assert {n: each.outcome for n, each in again.items()} == dict.fromkeys(before, "has it")
        events = [fact["event"] for fact in await world.defects.query("DEF-1", "timeline")]
        assert events.count("policy.adopted") == 1


async def test_workers_with_another_policy_than_this_program_are_named(tmp_path: Path) -> None:
    """T8: what nobody has previewed is not adopted."""
    async with under_two_policies(tmp_path) as (world, longer):
        text = (tmp_path / "longer.toml").read_text(encoding="utf-8")
        path = tmp_path / "even-longer.toml"
        path.write_text(text.replace("amount = 3, unit", "amount = 4, unit"), encoding="utf-8")
        before = (await world.status("DEF-1"))["policy"]
        found = await adopted(world, PolicyFiles(path), ["DEF-1"], ASKED)
        version = longer.load("eto", 2027).version
        assert found["DEF-1"].outcome == "refused"
        assert found["DEF-1"].problem == f"version: must be {version}, which the workers have"
        assert (await world.status("DEF-1"))["policy"] == before
