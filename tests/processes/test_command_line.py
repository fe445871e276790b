"""What people meet when something is wrong: exit codes, and words instead of tracebacks."""

import asyncio
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

import starter
from tests.processes.conftest import Running
from tests.processes.installation import settled
from tests.processes.programs import STARTER, WORKER, Ended, environment, free_port, run

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
