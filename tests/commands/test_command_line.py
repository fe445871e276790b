"""Commands against a running installation: what they answer, and what they are refused."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

import starter
from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import ETO, attachment, case_start, defect_start
from tests.installation import Running, settled
from tests.programs import environment, eventually, in_process

COMMANDS = sorted(typer.main.get_group(starter.app).commands)


async def test_commands_answer_in_json_and_refusals_name_the_field(up: Running) -> None:
    """Every answer is one JSON document; what is refused ends with 4 and names the field."""
    opened = await up.here.starter(
        *("open-case", "--number", "CASE-CL.1", "--client", "oak", "--email", "oak@example.org"),
        *("--subject", "Nobody can log in", "--json"),
    )
    assert opened.code == 0, opened.err
    assert opened.answer["number"] == "CASE-CL.1"
    confirmed = await up.here.starter(
        *("confirm", "CASE-CL.1", "--defect", "DEF-CL.1", "--severity", "S2"),
        *("--title", "Login fails", "--area", "login", "--json"),
    )
    assert confirmed.code == 0, confirmed.err
    assert confirmed.answer["defect"] == "DEF-CL.1"
    await settled(up.client, "DEF-CL.1")

    timeline, refused, unknown = await asyncio.gather(
        up.here.starter("timeline", "DEF-CL.1", "--json"),
        up.here.starter("change-severity", "DEF-CL.1", "S2", "--reason", "again"),
        up.here.starter("tell", "DEF-CL.1", "hold", "{}"),
    )
    assert timeline.answer[0]["event"] == "defect.confirmed"
    refused.assert_words(4, "severity", "is already S2")
    unknown.assert_words(4, "reason")


async def _done(up: Running, *arguments: str) -> Any:
    """The answer of a command that must end well."""
    ended = await up.here.starter(*arguments, "--json")
    assert ended.code == 0, ended.err
    return ended.answer


async def test_a_release_is_planned_filled_moved_and_deployed(up: Running) -> None:
    """Under the next number of ours; its defects hear of what is said to it."""
    client, defects = DefectsClient(up.client), ("DEF-CL.2", "DEF-CL.3")
    for number in defects:
        start = defect_start("S3", attachment(f"{number}-C"))
        await client.start("DefectWorkflow", number, start)
    plan = ["--kind", "hotfix", "--title", "Login again", "--area", "login", "--area", "reports"]
    planned = await _done(up, "plan-release", *plan, "--deploy-at", _ahead(1))
    release = planned["number"]
    assert release.startswith("REL-")
    assert (planned["state"], planned["functional_areas"]) == ("planned", ["login", "reports"])
    await _done(up, "attach-defect", release, *defects)
    moved = await _done(up, "reschedule", release, _ahead(2), "--reason", "tests fail")
    assert moved["plan_version"] == 2
    await settled(up.client, release)
    shown = await up.here.starter("status", release)
    assert "2 attached" in shown.out, shown.err
    await _done(up, "deploy", release)

    async def resolved() -> bool:
        answers = await asyncio.gather(*(client.query(number, "status") for number in defects))
        return {answer["state"] for answer in answers} == {"resolved"}

    await eventually("its defects are resolved", resolved)


async def test_a_release_that_is_called_off_says_so(up: Running) -> None:
    """Under a number of one's own; a repeat of the plan is harmless."""
    plan = ["--number", "REL-CL.1", "--kind", "major", "--title", "x", "--deploy-at", _ahead(3)]
    await asyncio.gather(*(_done(up, "plan-release", *plan) for _ in range(2)))
    cancelled = await _done(up, "cancel-release", "REL-CL.1", "--reason", "not needed")
    assert cancelled["state"] == "cancelled"


async def test_a_call_is_booked_through_a_case(up: Running) -> None:
    """Inside support hours; and what its contact chooses is taken."""
    await DefectsClient(up.client).start("CaseWorkflow", "CASE-CL.3", case_start())
    at = ETO.calendar.next_opening(datetime.now(UTC) + timedelta(days=7))
    booked, _ = await asyncio.gather(
        _done(up, "book-call", "CASE-CL.3", "--at", _said(at), "--minutes", "30"),
        _done(up, "set-preferences", "CASE-CL.3", "--no-progress", "--language", "de"),
    )
    assert booked["call"] == {"at": _said(at), "minutes": 30}
    timeline = await _done(up, "timeline", "CASE-CL.3")
    chosen = [fact["chosen"] for fact in timeline if fact["event"] == "preferences.chosen"]
    assert chosen == [["language", "progress"]]


async def test_work_in_an_area_begins_and_defects_are_merged(up: Running) -> None:
    """Both are said in one command each."""
    for number in ("DEF-CL.4", "DEF-CL.5"):
        start = defect_start("S3", attachment(f"{number}-C"), functional_area="merging")
        await DefectsClient(up.client).start("DefectWorkflow", number, start)
        await settled(up.client, number)
    area, _ = await asyncio.gather(
        _done(up, "begin-area-work", "merging", "--note", "the rework"),
        _done(up, "merge", "DEF-CL.4", "--into", "DEF-CL.5", "--reason", "the same"),
    )
    assert area["number"].startswith("AREA-")


async def test_the_review_begins_now(up: Running) -> None:
    """Through the schedule that the worker made."""
    ended = await up.here.starter("review-impact")
    assert ended.code == 0, ended.err


async def test_a_review_nobody_scheduled_is_said_to_be_missing(tmp_path: Path) -> None:
    """Exit code 5, and who makes the schedule."""
    async with dev_server(DefectsPlugin()) as server:
        env = environment(tmp_path, TEMPORAL_ADDRESS=server.address)
        ended = await in_process("review-impact", env=env)
    ended.assert_words(5, "impact-review", "worker")


def _ahead(days: int) -> str:
    return _said(datetime.now(UTC) + timedelta(days=days))


def _said(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    """`--help` of each command ends well."""
    answer = CliRunner().invoke(starter.app, [command, "--help"])
    assert answer.exit_code == 0, answer.output
    assert "Usage" in answer.output
