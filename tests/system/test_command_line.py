"""What people meet when something is wrong: exit codes, and words instead of tracebacks."""

import asyncio
import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

import starter
from runtime.client import Line
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import ETO, attachment, case_start, defect_start
from tests.installation import settled
from tests.programs import (
    STARTER,
    WORKER,
    Ended,
    environment,
    eventually,
    free_port,
    run,
    running,
)
from tests.system.conftest import Running

LINES = 300
COMMANDS = sorted(typer.main.get_group(starter.app).commands)


def _nobody() -> str:
    return f"127.0.0.1:{free_port()}"


def _assert_words(ended: Ended, code: int, *words: str) -> None:
    """It ended with this code, nothing on standard output, and an error that says these words."""
    assert (ended.code, ended.out) == (code, ""), ended.err
    assert "Traceback" not in ended.err
    assert [word for word in words if word not in ended.err] == [], ended.err


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {
                "DEFECTS_ENCRYPTION_KEY": "k1:secret",
                "DEFECTS_SMTP_URL": "mail.example.org",
                "DEFECTS_POLICY_FILE": "nowhere.toml",
            },
            ["DEFECTS_ENCRYPTION_KEYS", "DEFECTS_SMTP_URL", "smtp://", "DEFECTS_POLICY_FILE"],
        ),
        ({"DEFECTS_POLICY_FILE": "odd.toml"}, ["odd.toml", "calendar", "severities"]),
        ({"DEFECTS_SMTP_URL": "smtp://host:port"}, ["DEFECTS_SMTP_URL"]),
        ({"DEFECTS_DATABASE_URL": "postgresql://127.0.0.1:1/x"}, ["DEFECTS_DATABASE_URL"]),
        ({"TEMPORAL_NAMESPACE": "elsewhere"}, ["TEMPORAL_NAMESPACE", "elsewhere"]),
        ({"TEMPORAL_ADDRESS": ""}, ["No Temporal server answers", "TEMPORAL_ADDRESS"]),
    ],
    ids=["settings", "policy", "smtp", "database", "namespace", "server"],
)
async def test_a_worker_that_cannot_start_says_why(
    up: Running, tmp_path: Path, settings: dict[str, str], words: list[str]
) -> None:
    """Exit code 2, and what is wrong by the name of its variable."""
    (tmp_path / "odd.toml").write_text("name = 'odd'\n")
    given = {"TEMPORAL_ADDRESS": up.here.settings["TEMPORAL_ADDRESS"], **settings}
    given["TEMPORAL_ADDRESS"] = given["TEMPORAL_ADDRESS"] or _nobody()
    given.setdefault("DEFECTS_DATABASE_URL", f"sqlite:///{tmp_path / 'defects.db'}")
    ended = await run(*WORKER, folder=tmp_path, env=environment(tmp_path, **given))
    _assert_words(ended, 2, *words)


async def test_a_command_without_a_server_says_so(tmp_path: Path) -> None:
    """Exit code 3, and how to start a server."""
    env = environment(tmp_path, TEMPORAL_ADDRESS=_nobody())
    ended = await run(*STARTER, "status", "DEF-1", folder=tmp_path, env=env)
    _assert_words(ended, 3, "No Temporal server answers", "make dev")


async def test_a_number_nobody_knows_is_said_to_be_unknown(up: Running) -> None:
    """Exit code 5, for a question and for a command."""
    asked, told = await asyncio.gather(
        up.here.starter("status", "DEF-404"), up.here.starter("hold", "DEF-404", "--reason", "x")
    )
    _assert_words(asked, 5, "DEF-404")
    _assert_words(told, 5, "DEF-404")


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
    _assert_words(refused, 4, "severity", "is already S2")
    _assert_words(unknown, 4, "reason")


async def test_a_case_that_cannot_begin_is_refused(up: Running) -> None:
    """Exit code 4 for a policy that is not installed, naming it."""
    ended = await up.here.starter(
        *("open-case", "--number", "CASE-CL.2", "--client", "oak", "--email", "oak@example.org"),
        *("--subject", "x", "--policy", "none-such"),
    )
    _assert_words(ended, 4, "policy", "none-such")


async def _done(up: Running, *arguments: str) -> Any:
    """The answer of a command that must end well."""
    ended = await up.here.starter(*arguments, "--json")
    assert ended.code == 0, ended.err
    return ended.answer


async def test_a_release_is_planned_filled_moved_and_deployed(up: Running) -> None:
    """Under the next number of ours; its defects hear of what is said to it."""
    line, defects = Line(up.client), ("DEF-CL.2", "DEF-CL.3")
    for number in defects:
        start = defect_start("S3", attachment(f"{number}-C"))
        await line.start("DefectWorkflow", number, start)
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
        answers = await asyncio.gather(*(line.ask(number, "status") for number in defects))
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
    await Line(up.client).start("CaseWorkflow", "CASE-CL.3", case_start())
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
        await Line(up.client).start("DefectWorkflow", number, start)
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
        ended = await run(*STARTER, "review-impact", folder=tmp_path, env=env)
    _assert_words(ended, 5, "impact-review", "worker")


async def test_an_import_is_interrupted_and_goes_on(up: Running, tmp_path: Path) -> None:
    """Ctrl-C ends with 130 and says how far it came; the same again brings in the rest."""
    lines = (
        {"type": "case", "number": f"CASE-IMP.{n}", "past": {"opened_at": "2026-01-05T12:00:00Z"}}
        | case_start()
        for n in range(LINES)
    )
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines))
    command = (*STARTER, "import", str(file), "--json")
    async with running(*command, folder=tmp_path, env=up.here.env) as program:
        await eventually("the import began", lambda: Line(up.client).exists("CASE-IMP.0"))
        program.send(signal.SIGINT)
        assert await program.ended() == 130, program.err
        first = json.loads(program.out)
    assert 0 < first["started"] < LINES
    assert "goes on" in program.err

    second, third = await _done(up, "import", str(file)), await _done(up, "import", str(file))
    assert second["started"] == LINES - first["started"]
    assert (third["started"], third["there_already"]) == (0, LINES)


def _ahead(days: int) -> str:
    return _said(datetime.now(UTC) + timedelta(days=days))


def _said(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


async def test_the_command_line_explains_itself(tmp_path: Path) -> None:
    """`--help` ends well and names every command."""
    ended = await run(*STARTER, "--help", folder=tmp_path, env=environment(tmp_path))
    assert ended.code == 0, ended.err
    assert [command for command in COMMANDS if command not in ended.out] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    """`--help` of each command ends well."""
    answer = CliRunner().invoke(starter.app, [command, "--help"])
    assert answer.exit_code == 0, answer.output
    assert "Usage" in answer.output
