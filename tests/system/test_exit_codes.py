"""What people meet when something is wrong: exit codes of processes, and words, not tracebacks."""

import json
import signal
from pathlib import Path

import pytest
import typer.main

import starter
from runtime.client import DefectsClient
from tests.domain.builders import case_start
from tests.domain.policy_texts import changed
from tests.installation import Running
from tests.programs import (
    STARTER,
    WORKER,
    environment,
    eventually,
    free_port,
    run,
    running,
)

LINES = 300
WITH_PAGER = ('coo = "coo@vendor.example"', 'coo = ["coo@vendor.example", "place:pager"]')
COMMANDS = sorted(typer.main.get_group(starter.app).commands)


def _nobody() -> str:
    return f"127.0.0.1:{free_port()}"


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
        ({"DEFECTS_POLICY_FILE": "places.toml"}, ["DEFECTS_PLACE_PAGER: is not set"]),
        ({"DEFECTS_SMTP_URL": "smtp://host:port"}, ["DEFECTS_SMTP_URL"]),
        ({"DEFECTS_DATABASE_URL": "postgresql://127.0.0.1:1/x"}, ["DEFECTS_DATABASE_URL"]),
        ({"TEMPORAL_NAMESPACE": "elsewhere"}, ["TEMPORAL_NAMESPACE", "elsewhere"]),
        ({"TEMPORAL_ADDRESS": ""}, ["No Temporal server answers", "TEMPORAL_ADDRESS"]),
    ],
    ids=["settings", "policy", "places", "smtp", "database", "namespace", "server"],
)
async def test_a_worker_that_cannot_start_says_why(
    up: Running, tmp_path: Path, settings: dict[str, str], words: list[str]
) -> None:
    """Exit code 2, and what is wrong by the name of its variable."""
    (tmp_path / "odd.toml").write_text("name = 'odd'\n")
    (tmp_path / "places.toml").write_text(changed(WITH_PAGER))
    given = {"TEMPORAL_ADDRESS": up.here.settings["TEMPORAL_ADDRESS"], **settings}
    given["TEMPORAL_ADDRESS"] = given["TEMPORAL_ADDRESS"] or _nobody()
    given.setdefault("DEFECTS_DATABASE_URL", f"sqlite:///{tmp_path / 'defects.db'}")
    ended = await run(*WORKER, folder=tmp_path, env=environment(tmp_path, **given))
    ended.assert_words(2, *words)


async def test_a_command_without_a_server_says_so(tmp_path: Path) -> None:
    """Exit code 3, and how to start a server."""
    env = environment(tmp_path, TEMPORAL_ADDRESS=_nobody())
    ended = await run(*STARTER, "status", "DEF-1", folder=tmp_path, env=env)
    ended.assert_words(3, "No Temporal server answers", "make dev")


async def test_a_number_nobody_knows_is_said_to_be_unknown(up: Running) -> None:
    """Exit code 5, for a question and for a command."""
    asked = await up.here.started("status", "DEF-404")
    told = await up.here.starter("hold", "DEF-404", "--reason", "x")
    asked.assert_words(5, "DEF-404")
    told.assert_words(5, "DEF-404")


async def test_a_case_that_cannot_begin_is_refused(up: Running) -> None:
    """Exit code 4 for a policy that is not installed, naming it; its number stays free."""
    ended = await up.here.started(
        *("open-case", "--number", "CASE-CL.2", "--client", "oak", "--email", "oak@example.org"),
        *("--subject", "x", "--policy", "none-such"),
    )
    ended.assert_words(4, "policy", "none-such")
    assert not await DefectsClient(up.client).exists("CASE-CL.2")


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
        await eventually("the import began", lambda: DefectsClient(up.client).exists("CASE-IMP.0"))
        program.send(signal.SIGINT)
        assert await program.ended() == 130, program.err
        first = json.loads(program.out)
    assert 0 < first["started"] < LINES
    assert "to continue" in program.err

    second, third = [await up.here.started("import", str(file), "--json") for _ in range(2)]
    assert (second.code, third.code) == (0, 0), second.err + third.err
    assert second.answer["started"] == LINES - first["started"]
    assert (third.answer["started"], third.answer["there_already"]) == (0, LINES)


async def test_the_command_line_explains_itself(tmp_path: Path) -> None:
    """`--help` ends well and names every command."""
    ended = await run(*STARTER, "--help", folder=tmp_path, env=environment(tmp_path))
    assert ended.code == 0, ended.err
    assert [command for command in COMMANDS if command not in ended.out] == []
