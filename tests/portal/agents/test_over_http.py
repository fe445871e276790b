"""Agents that come over HTTP: a token for every request, and the guard of the HTTP interface."""

from typing import Any

import httpx2
import pytest
from mcp.shared.exceptions import MCPError

from activities.adapters.database.tokens import DatabaseTokens
from commands.agents import over_http
from portal.agents.over_http import PATH, Listening
from portal.api.rates import Rate
from portal.api.security import Scope
from runtime.settings import Settings, SettingsError
from tests.domain.builders import defect_start
from tests.portal.agents.sessions import (
    done,
    elsewhere,
    http,
    names,
    refused,
    serving,
)
from tests.portal.conftest import Portal

PING = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
SAYS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


async def test_a_session_over_http_reads_and_writes_as_its_token_may(portal: Portal) -> None:
    """By either version of the protocol, with the tools of its scopes and in its name."""
    reads = portal.token("reader", Scope.DEFECTS_READ)
    writes = portal.token("writer", Scope.DEFECTS_READ, Scope.DEFECTS_WRITE)
    modes: list[Any] = ["auto", "legacy"]
    start = {k: v for k, v in defect_start("S2").items() if k != "actor"}
    async with serving(portal.context) as app:
        for mode in modes:
            number = f"X-{mode}"
            async with elsewhere(app, writes, mode) as client:
                assert "defect_hold" in await names(client)
                await done(client, "defect_start", **start, number=number)
                held = await done(client, "defect_hold", number=number, reason="logs")
            async with elsewhere(app, reads, mode) as client:
                offered = await names(client)
                said = await refused(client, "defect_resume", number=number)
                facts = (await done(client, "defect_timeline", number=number))["facts"]

            assert held["state"] == "on_hold"
            assert offered == {
                *("defect_list", "defect_status", "defect_timeline", "defect_explain")
            }
            assert (said["kind"], "defects:write" in said["detail"]) == ("forbidden", True)
            assert {fact["actor"] for fact in facts if "actor" in fact} == {"writer"}


async def test_a_revoked_token_ends_a_session_at_its_next_request(portal: Portal) -> None:
    """Nothing of the session is kept that would let it go on."""
    token = portal.token()
    async with serving(portal.context) as app, elsewhere(app, token) as client:
        await done(client, "case_list")
        DatabaseTokens(portal.engine).revoke(token.split("_")[1], portal.wall.at)

        with pytest.raises(MCPError):
            await client.call_tool("case_list")


async def test_requests_that_are_none_of_ours_are_refused(portal: Portal) -> None:
    """Without a token, from a page, by another name, too large, too often, to listen."""
    token = portal.token()

    async def post(program: httpx2.AsyncClient, content: bytes = PING) -> int:
        async with program:
            return (await program.post(PATH, content=content, headers=SAYS)).status_code

    async with serving(portal.context, body_bytes=2000, rate=Rate(0.001, 6)) as app:
        found = {
            "ours": await post(http(app, token)),
            "without a token": await post(http(app, None)),
            "with another's": await post(http(app, token[:-1])),
            "from a page": await post(http(app, token, Origin="https://elsewhere.example")),
            "by another name": await post(http(app, token, Host="elsewhere.example")),
            "too large": await post(http(app, token), b"x" * 2001),
        }
        async with http(app, token) as program:
            found["to listen"] = (await program.get(PATH, headers=SAYS)).status_code
            found["to something else"] = (await program.get("/")).status_code
        found["too often"] = await post(http(app, token))

    assert found == {
        "ours": 200,
        "without a token": 401,
        "with another's": 401,
        "from a page": 403,
        "by another name": 421,
        "too large": 413,
        "to listen": 405,
        "to something else": 404,
        "too often": 429,
    }


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:99999", "a port is 0 to 65535, not 99999"),
        ("127.0.0.1:-1", "a port is 0 to 65535, not -1"),
        ("127.0.0.1:http", "invalid literal"),
        ("127.0.0.1", "does not appear to be"),
        ("agents.example:8083", "does not appear to be"),
    ],
)
async def test_an_address_that_is_none_is_named(address: str, said: str) -> None:
    """What nothing can listen at is refused in words, before anything is connected to."""
    with pytest.raises(SettingsError, match=f"--http: nothing can listen at {address}: .*{said}"):
        await over_http(Settings(), address, [])


def test_a_free_port_is_found() -> None:
    """Port 0 is any: requests call it by the one it became, and on loopback by `localhost`."""
    listening = Listening.at("localhost:0")
    with listening.socket:
        port = listening.socket.getsockname()[1]

    assert port > 0
    assert listening.hosts == [f"127.0.0.1:{port}", f"localhost:{port}"]
