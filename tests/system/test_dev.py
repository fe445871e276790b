"""`make dev`: everything in one process on this machine, stopped and started again."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from runtime.client import DefectsClient
from runtime.connection import connect_to
from runtime.plugin import DefectsPlugin
from tests.programs import (
    STARTER,
    Program,
    environment,
    eventually,
    free_port,
    run,
    running,
)


async def test_dev_goes_on_where_it_was(tmp_path: Path) -> None:
    """It says where everything is, serves a case, stops on Ctrl-C, and the case is there again."""
    names = ("--port", "--ui-port", "--smtp-port", "--portal-port")
    ports = {name: free_port() for name in names}
    port, smtp_port = ports["--port"], ports["--smtp-port"]
    options = [word for name, number in ports.items() for word in (name, str(number))]
    command = (*STARTER, "dev", *options, "--folder", str(tmp_path / "dev"))
    env = environment(
        tmp_path,
        TEMPORAL_ADDRESS=f"127.0.0.1:{port}",
        DEFECTS_DATABASE_URL=f"sqlite:///{tmp_path / 'dev' / 'defects.db'}",
    )

    @asynccontextmanager
    async def dev() -> AsyncIterator[Program]:
        async with running(*command, folder=tmp_path, env=env) as program:

            def welcomed() -> bool:
                assert program.alive, program.err
                return "Everything is up" in program.out

            await eventually("everything is up", welcomed)
            yield program
            program.send(signal.SIGINT)
            assert await program.ended() == 0, program.err
            assert "nothing is lost" in program.out

    def mails() -> list[str]:
        return sorted(file.name for file in (tmp_path / "dev" / "mails").glob("*.eml"))

    async with dev() as program:
        addresses = [f"127.0.0.1:{number}" for number in ports.values() if number != smtp_port]
        for address in (*addresses, "mails", "defects.db"):
            assert address in program.out
        page = f"http://127.0.0.1:{ports['--portal-port']}/status"
        assert (await asyncio.to_thread(httpx.get, page)).status_code == 200
        opened = await run(
            *(*STARTER, "open-case", "--client", "river", "--email", "you@example.org"),
            *("--subject", "Nobody can log in", "--priority", "critical", "--json"),
            folder=tmp_path,
            env=env,
        )
        assert opened.code == 0, opened.err
        case = opened.answer["number"]
        await eventually("the client is written to", lambda: mails()[:1])
        first = mails()

    async with dev():
        defects = DefectsClient(await connect_to(env["TEMPORAL_ADDRESS"], DefectsPlugin()))
        status = await defects.query(case, "status")
        assert status["first_response"] == opened.answer["first_response"]
        confirm = {"severity": "S2", "title": "Login fails", "functional_area": "login"}
        confirmed = await defects.update(case, "confirm_defect", {"actor": "agent-1"} | confirm)
        told = f"defect.confirmed-{confirmed['defect']}"
        await eventually("the client is told", lambda: [n for n in mails() if told in n])

    assert mails()[: len(first)] == first
