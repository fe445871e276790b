"""The embedded servers as processes: started, stopped, started again."""

import asyncio
import socket
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from runtime import servers
from runtime.connection import NoServer, connect_to
from runtime.plugin import DefectsPlugin
from runtime.servers import LOOPBACK, DevServer, dev_server
from tests.runtime.conftest import KEYS, letter_worker
from tests.runtime.letters import TASK_QUEUE, Letter, LetterWorkflow, LongWorkflow, Reading

CTRL_C = """
import asyncio, os, signal
from runtime.shutdown import stop_on_signals
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server

async def main():
    async with dev_server(DefectsPlugin()) as server:
        stop = stop_on_signals(asyncio.get_running_loop())
        os.killpg(0, signal.SIGINT)
        await stop.wait()
        await server.client.count_workflows("")
    print(server.address)

asyncio.run(main())
"""

FOR_EVER = """
import asyncio
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server

async def main():
    async with dev_server(DefectsPlugin()) as server:
        print(server.address, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_goes_on_where_it_was(tmp_path: Path) -> None:
    """A server stopped and started again on its file still has the open workflow."""
    database = tmp_path / "new folder" / "temporal.db"
    plugin = DefectsPlugin(KEYS)
    async with dev_server(plugin, database=database) as server, letter_worker(server.client):
        handle = await server.client.start_workflow(
            LetterWorkflow.run, Letter(words="hello"), id="LETTER-1", task_queue=TASK_QUEUE
        )
        assert await handle.query(LetterWorkflow.letter) == Letter(words="hello")

    async with dev_server(plugin, database=database) as server, letter_worker(server.client):
        handle = server.client.get_workflow_handle_for(LetterWorkflow.run, "LETTER-1")
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
        await handle.signal(LetterWorkflow.reply, Letter(words=" again"))
        reading: Reading = await handle.result()

    assert reading.words == "hello again"


async def test_ctrl_c_leaves_the_server_to_us() -> None:
    """Ctrl-C reaches everything in the terminal but the server, which stops after the rest."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CTRL_C,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    output, _ = await process.communicate()

    assert process.returncode == 0
    address = output.decode().strip()
    with pytest.raises(NoServer, match=address):
        await connect_to(address, DefectsPlugin())


async def test_no_orphan() -> None:
    """Where a process is killed, its server ends as well."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FOR_EVER, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    address = (await process.stdout.readline()).decode().strip()
    reader, writer = await asyncio.open_connection(*address.split(":"))

    process.kill()
    await process.wait()

    async with asyncio.timeout(10):
        # What the server says on parting is cut short as well.
        with suppress(ConnectionResetError):
            while await reader.read(1_000):
                pass
    writer.close()


async def test_fixed_ports() -> None:
    """Server and UI listen where they are told to, and a taken port is named."""
    with socket.create_server((LOOPBACK, 0)) as one, socket.create_server((LOOPBACK, 0)) as two:
        port, ui_port = one.getsockname()[1], two.getsockname()[1]
    async with dev_server(DefectsPlugin(), port=port, ui_port=ui_port) as server:
        assert server.address == f"127.0.0.1:{port}"
        assert server.ui_url == f"http://127.0.0.1:{ui_port}"
        reader, writer = await asyncio.open_connection(LOOPBACK, ui_port)
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        assert b"200 OK" in await reader.readline()
        writer.close()

        with pytest.raises(NoServer, match=f"did not start.*{port}.*in use"):
            async with dev_server(DefectsPlugin(), port=port):
                pass


async def test_dynamic_config(dev: DevServer) -> None:
    """A server can be told to find histories long early, and its timers are prompt."""
    async with letter_worker(dev.client), asyncio.timeout(5):
        length = await dev.client.execute_workflow(
            LongWorkflow.run, id="LONG-1", task_queue=TASK_QUEUE
        )

    assert 60 <= length < 100


async def test_virtual_clock(skipping: WorkflowEnvironment) -> None:
    """Sleeping on the time-skipping server takes no time."""
    before = await skipping.get_current_time()
    async with asyncio.timeout(5):
        await skipping.sleep(30 * 24 * 3600)

    assert (await skipping.get_current_time() - before).days == 30


async def test_missing_binary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A binary that is not beside the interpreter is named, with what to do."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    with pytest.raises(NoServer, match=f"{tmp_path}/temporal is missing: run make"):
        async with dev_server(DefectsPlugin()):
            pass
    with pytest.raises(NoServer, match="temporal-test-server is missing"):
        async with servers.time_skipping_server(DefectsPlugin()):
            pass


async def test_temporals_variables_are_for_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment says of another Temporal does not touch the embedded one."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "production")
    monkeypatch.setenv("TEMPORAL_PROFILE", "no-such-profile")

    async with dev_server(DefectsPlugin()) as server:
        assert server.client.namespace == "default"
