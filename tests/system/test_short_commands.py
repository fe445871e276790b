"""Processes that end with their last answer, or that lose the server they ask."""

import asyncio
import sys
from pathlib import Path

from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.installation import Running
from tests.programs import ROOT, environment

SHORT_COMMAND = """
import asyncio, threading, time
from runtime.connection import connect
from runtime.settings import Settings

class Dawdling(asyncio.SelectorEventLoop):
    def call_soon_threadsafe(self, *args, **options):
        handle = super().call_soon_threadsafe(*args, **options)
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.02)
        return handle

async def main():
    await (await connect(Settings())).count_workflows("")

with asyncio.Runner(loop_factory=Dawdling) as runner:
    runner.run(main())
"""
"""Ends while the thread that delivered the last answer is still on its way out."""

LOSES_ITS_SERVER = """
import asyncio, sys
from runtime.connection import connect
from runtime.settings import Settings
from temporalio.service import RPCError

async def main():
    client = await connect(Settings(), **eval(sys.argv[1]))
    print("connected", file=sys.stderr, flush=True)
    sys.stdin.readline()
    try:
        await client.count_workflows("")
    except RPCError:
        print("{}")

asyncio.run(main())
"""


async def test_short_commands_end_well(up: Running) -> None:
    """A process that ends right after its last answer does not crash."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SHORT_COMMAND), cwd=ROOT, env=up.here.env
    )

    assert await process.wait() == 0


async def test_a_lost_server_leaves_answers_clean(tmp_path: Path) -> None:
    """What the core says of its tries is no part of a short command's answer, but of a log."""
    async with dev_server(DefectsPlugin()) as server:
        env = environment(tmp_path, TEMPORAL_ADDRESS=server.address)
        short = await _connected("{}", env)
        serving = await _connected("{'service': 'defects-portal'}", env)
    (short_out, _), (serving_out, _) = await asyncio.gather(
        short.communicate(b"\n"), serving.communicate(b"\n")
    )

    assert short_out == b"{}\n"
    assert b"retr" in serving_out


async def _connected(options: str, env: dict[str, str]) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", LOSES_ITS_SERVER, options),
        cwd=ROOT,
        env=env,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    assert await process.stderr.readline() == b"connected\n"
    return process
