"""`starter.py mcp` as agents meet it: a real process before a real server, worker and database."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.installation import Installation, Running, an_installation
from tests.portal.agents.sessions import done, names, refused
from tests.programs import ROOT, STARTER, environment, eventually, free_port, run, running

CASE = {
    "client": "oak",
    "contact": {"email": "oak@example.org"},
    "channel": "email",
    "subject": "Nobody can log in",
    "description": "It says no.",
}


async def _token(here: Installation, name: str, *scopes: str) -> str:
    """A token by the command an operator would use."""
    options = [option for scope in scopes for option in ("--scope", scope)]
    made = await here.starter("token", "create", name, *options)
    assert made.code == 0, made.err
    return made.out.strip()


@asynccontextmanager
async def _session(
    here: Installation, errors: Path, token: str = "", mode: Any = "auto"
) -> AsyncIterator[tuple[Client, list[object]]]:
    """A session over stdio, and what came that was no answer: a spoiled line would be there."""
    heard: list[object] = []

    async def hear(message: object) -> None:
        heard.append(message)

    program = StdioServerParameters(
        command=STARTER[0],
        args=[STARTER[1], "mcp"],
        env=here.env | {"DEFECTS_TOKEN": token},
        cwd=here.folder,
    )
    with errors.open("w", encoding="utf-8") as err:
        transport = stdio_client(program, errlog=err)
        async with Client(transport, mode=mode, message_handler=hear) as client:
            yield client, heard


async def test_a_story_over_standard_input_and_output(up: Running, tmp_path: Path) -> None:
    """Opened, confirmed, followed, in the token's name; revoked, it is over at the next call."""
    case, defect = "CASE-MCP.1", "DEF-MCP.1"
    confirmation = {
        "defect": defect,
        "severity": "S2",
        "title": "Login",
        "functional_area": "login",
    }
    token = await _token(
        up.here, "triage-bot", "cases:read", "cases:write", "defects:read", "staff:read"
    )
    async with _session(up.here, tmp_path / "err", token, "legacy") as (client, heard):
        offered = await names(client)
        opened = await done(client, "case_start", **CASE, number=case, key="k")
        confirmed = await done(client, "case_confirm_defect", number=case, **confirmation)
        status = await done(client, "defect_status", number=defect)
        facts = (await done(client, "case_timeline", number=case))["facts"]
        lacking = await refused(client, "defect_hold", number=defect, reason="x")
        revoked = await up.here.starter("token", "revoke", token.split("_")[1])
        over = await refused(client, "defect_status", number=defect)

    assert {"case_confirm_defect", "owed"} <= offered
    assert "defect_hold" not in offered
    assert (opened["number"], confirmed["defect"], status["severity"]) == (case, defect, "S2")
    assert "triage-bot" in {fact.get("actor") for fact in facts}
    assert (lacking["kind"], revoked.code, over["kind"]) == ("forbidden", 0, "unauthorized")
    assert heard == []


async def test_a_lost_server_neither_ends_nor_spoils_a_session(tmp_path: Path) -> None:
    """What the core of the SDK writes to standard output itself ends on standard error."""
    errors = tmp_path / "err"
    with an_installation(tmp_path) as here:
        async with dev_server(DefectsPlugin()) as server:
            here.use(server)
            token = await _token(here, "bot", "defects:read", "defects:write")
            session = _session(here, errors, token)
            client, heard = await session.__aenter__()
            before = await refused(client, "defect_status", number="DEF-1")
        start = {"number": "DEF-1", "severity": "S2", "title": "t", "functional_area": "f"}
        starting = asyncio.create_task(client.call_tool("defect_start", start))
        await eventually("the core complains", lambda: "retried" in errors.read_text())
        asked = await refused(client, "defect_status", number="DEF-1")
        listed = await done(client, "defect_list")
        starting.cancel()
        await session.__aexit__(None, None, None)

    assert (before["kind"], asked["kind"]) == ("unknown-number", "no-answer")
    assert listed == {"items": [], "next": None}
    assert heard == []


async def test_standard_output_is_the_protocols_alone(tmp_path: Path) -> None:
    """Whatever else writes to the descriptor ends on standard error, to the end of the process."""
    program = (
        "import os\n"
        "from portal.agents.over_stdio import redirect_stdout\n"
        "with redirect_stdout() as out:\n"
        "    os.write(1, b'a line of the core. ')\n"
        "    print('said', file=out)\n"
        "os.write(1, b'its last words')\n"
    )
    env = environment(tmp_path, PYTHONPATH=str(ROOT))

    ended = await run(sys.executable, "-c", program, folder=tmp_path, env=env)

    assert (ended.code, ended.out) == (0, "said\n")
    assert ended.err == "a line of the core. its last words"


async def test_without_a_server_it_says_so_and_keeps_the_stream_clean(tmp_path: Path) -> None:
    """Exit code 3, words on standard error, and nothing for the protocol to trip over."""
    env = environment(tmp_path, TEMPORAL_ADDRESS=f"127.0.0.1:{free_port()}")

    ended = await run(*STARTER, "mcp", folder=tmp_path, env=env)

    assert (ended.code, ended.out) == (3, "")
    assert "No Temporal server answers" in ended.err
    assert "Traceback" not in ended.err


async def test_a_process_that_serves_agents_over_http(up: Running) -> None:
    """Reached with a token by the protocol's client; its address is taken for a second one."""
    address = f"127.0.0.1:{free_port()}"
    token = await _token(up.here, "reader", "defects:read")
    command = (*STARTER, "mcp", "--http", address)
    async with running(*command, folder=up.here.folder, env=up.here.env) as program:
        await program.logs("agents.listening")
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(headers=headers) as http:
            transport = streamable_http_client(f"http://{address}/mcp", http_client=http)
            async with Client(transport) as client:
                offered = await names(client)
                said = await refused(client, "defect_status", number="DEF-404")
        second = await run(*command, folder=up.here.folder, env=up.here.env)
        program.send(signal.SIGTERM)
        code = await program.ended()
        lines = [json.loads(line) for line in program.err.splitlines()]

    assert offered == {"defect_list", "defect_status", "defect_timeline", "defect_explain"}
    assert said["kind"] == "unknown-number"
    assert (second.code, address in second.err) == (2, True)
    assert code == -signal.SIGTERM
    assert [x["actor"] for x in lines if x["event"] == "agents.called"] == ["reader"]
    assert program.out == ""
