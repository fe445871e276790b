"""Payloads encrypted from end to end: nowhere in clear at Temporal, one key after another."""

import base64
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToJson

from runtime.client import CommandRefused, DefectsClient
from runtime.codec import KEY_ID, KeyRing
from runtime.connection import connect_to
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import attachment, case_start, defect_start
from tests.installation import Installation, an_installation, settled
from tests.programs import (
    ROOT,
    STARTER,
    Ended,
    Program,
    environment,
    eventually,
    free_port,
    run,
    running,
)

KEY = "k1:" + base64.b64encode(bytes(range(32))).decode()
SECRETS = (
    "grace@river.example",
    "Grace Hopper",
    "Nobody can log in",
    "since the update of Monday",
    "Login broken by cookie",
    "all sites are down",
    "agent-seven",
    "We know the cause.",
)


async def test_what_people_write_is_nowhere_in_clear_at_temporal(tmp_path: Path) -> None:
    """Neither the histories nor the server's file hold a word of it, and with the key all works."""
    file = tmp_path / "temporal.db"
    keys = KeyRing.read(KEY)
    with an_installation(tmp_path, DEFECTS_ENCRYPTION_KEYS=KEY) as here:
        async with dev_server(DefectsPlugin(keys), database=file) as server:
            here.use(server)
            async with here.worker():
                await _a_life_full_of_secrets(DefectsClient(server.client))
                await settled(server.client, "CASE-1", "DEF-1")

                blind = environment(tmp_path, **here.settings | {"DEFECTS_ENCRYPTION_KEYS": ""})
                asked = await run(*STARTER, "status", "DEF-1", folder=tmp_path, env=blind)
                assert (asked.code, asked.out) == (2, ""), asked.err
                assert "Traceback" not in asked.err
                assert "'k1'" in asked.err

            histories = b"".join(
                [
                    event.SerializeToString()
                    for number in ("CASE-1", "DEF-1")
                    for event in (
                        await server.client.get_workflow_handle(number).fetch_history()
                    ).events
                ]
            )
    assert _in_clear(histories) == []
    assert b"binary/encrypted" in histories
    kept = b"".join(part.read_bytes() for part in tmp_path.glob("temporal.db*"))
    assert _in_clear(kept) == []
    assert b"DEF-1" in kept

    letters = "".join(letter.as_string() for letter in here.letters)
    assert "Grace" in letters


async def _a_life_full_of_secrets(defects: DefectsClient) -> None:
    """A case and its defect, with something that must not leak in every field there is."""
    email, name, subject, description, title, reason, actor, text = SECRETS
    by = {"actor": actor}
    contact = {"email": email, "name": name}
    about = {"subject": subject, "description": description, "who_am_i": description}
    await defects.start("CaseWorkflow", "CASE-1", case_start(contact=contact, **about))
    defect = {"defect": "DEF-1", "severity": "S2", "title": title, "functional_area": "login"}
    await defects.update("CASE-1", "confirm_defect", by | defect)
    await defects.update("DEF-1", "change_severity", by | {"severity": "S1", "reason": reason})
    await defects.update(
        "DEF-1", "post_progress", by | {"public_text": text, "internal_note": reason}
    )
    promise = {"public_text": f"{text} It will be fixed tomorrow."}
    with pytest.raises(CommandRefused, match="public_text"):
        await defects.update("DEF-1", "post_progress", by | promise)


def _in_clear(kept: bytes) -> list[str]:
    return [secret for secret in SECRETS if secret.encode() in kept]


# --- one key after another ------------------------------------------------------------------------

BY = {"actor": "lead-1"}
OLD = "old:" + base64.b64encode(bytes(range(32, 64))).decode()
NEW = "new:" + base64.b64encode(bytes(range(64, 96))).decode()


@pytest.mark.timeout(300)  # eight processes, one after the other
async def test_a_key_is_rotated_under_running_defects(tmp_path: Path) -> None:
    """Old histories stay readable and go on under the new key; a key that is gone is named."""
    with an_installation(tmp_path) as here:
        async with dev_server(DefectsPlugin()) as server:
            here.use(server)
            token = (await here.starter("token", "create", "lead-1", *READS)).out.strip()
            await _a_defect_begins_under_the_old_key(here)
            await _it_goes_on_under_the_new_one(here, token)
            await _without_the_old_one_it_stands_still(here, token)
            resumed = await _and_goes_on_once_it_is_back(here)

    assert (resumed["severity"], resumed["state"]) == ("S1", "open")


async def _a_defect_begins_under_the_old_key(here: Installation) -> None:
    async with under(here, OLD) as defects, here.worker():
        await defects.start("DefectWorkflow", "DEF-OLD", a_defect("Login fails for all"))
        await settled(defects.temporal, "DEF-OLD")
        await defects.start("CaseWorkflow", "CASE-1", case_start())
        confirmed = {"defect": "DEF-MOVED", "severity": "S2", "functional_area": "login"}
        await defects.update("CASE-1", "confirm_defect", BY | confirmed | {"title": "Slow"})
        await settled(defects.temporal, "CASE-1", "DEF-MOVED")
        assert await keys_of(defects, "DEF-OLD") == await keys_of(defects, "DEF-MOVED") == {"old"}


async def _it_goes_on_under_the_new_one(here: Installation, token: str) -> None:
    """What is new is under the new key only, and all of it is readable."""
    async with under(here, f"{NEW},{OLD}") as defects, here.worker():
        before = len(await events_of(defects, "DEF-OLD"))
        await defects.start("DefectWorkflow", "DEF-NEW", a_defect("Totals are wrong"))
        await defects.update("DEF-OLD", "hold", {"actor": "lead-1", "reason": "waiting for logs"})
        await settled(defects.temporal, "DEF-OLD", "DEF-NEW")
        assert (await defects.query("DEF-OLD", "status"))["title"] == "Login fails for all"
        assert await keys_of(defects, "DEF-NEW") == {"new"}
        assert await keys_of(defects, "DEF-OLD", first=before) == {"new"}
        await defects.temporal.get_workflow_handle("DEF-MOVED").signal("request_continue_as_new")
        await eventually("a new run", lambda: _only_new(defects, "DEF-MOVED"))
        async with codec_server(here) as (endpoint, _):
            old = await shown(here, "DEF-OLD", *endpoint, f"Bearer {token}")
            new = await shown(here, "DEF-NEW", *endpoint, f"Bearer {token}")
    assert "Login fails for all" in beginning(old)
    assert "Totals are wrong" in beginning(new)
    assert "unreadable" not in old + new


async def _only_new(defects: DefectsClient, number: str) -> bool:
    """Whether nothing of its present run, its memo included, is under the old key."""
    return await keys_of(defects, number) == {"new"}


async def _without_the_old_one_it_stands_still(here: Installation, token: str) -> None:
    """The worker and the codec server name the key and the variable, and the rest goes on."""
    async with under(here, NEW) as defects, here.worker() as worker:
        moved = await defects.update(
            "DEF-MOVED", "hold", BY | {"reason": "it has left the old key"}
        )
        assert moved["title"] == "Slow"
        await defects.update("DEF-NEW", "hold", {"actor": "lead-1", "reason": "waiting too"})
        await defects.temporal.get_workflow_handle("DEF-OLD").signal(
            "change_severity", {"actor": "lead-1", "severity": "S1", "reason": "all are down"}
        )
        await eventually("the worker names the key", lambda: LACKS_OLD in worker.err)
        async with codec_server(here) as (endpoint, program):
            old = await shown(here, "DEF-OLD", *endpoint, f"Bearer {token}")
            new = await shown(here, "DEF-NEW", *endpoint, f"Bearer {token}")
            unsigned = await show(here, "DEF-NEW", *endpoint, "Bearer dft_nobody")
    assert LACKS_OLD in beginning(old)
    assert "Login fails" not in beginning(old)
    # What came after the rotation.
    assert "waiting for logs" in old
    assert "Totals are wrong" in beginning(new)
    assert "unreadable" not in new
    assert (unsigned.code, "Totals" in unsigned.out + unsigned.err) == (1, False)
    assert {"codec.decoded", "codec.refused"} <= {*program.logged}
    assert "Totals" not in program.err


async def _and_goes_on_once_it_is_back(here: Installation) -> dict[str, Any]:
    """How the defect stands after a command; the signal that waited comes before it."""
    async with under(here, f"{NEW},{OLD}") as defects, here.worker():
        return await defects.update("DEF-OLD", "resume", {"actor": "lead-1"})


async def test_a_codec_server_without_keys_does_not_start(tmp_path: Path) -> None:
    """There is nothing it could read: it says what is missing, as every program of ours does."""
    env = environment(tmp_path, PYTHONPATH=str(ROOT))

    ended = await run(*CODEC_SERVER, folder=tmp_path, env=env)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("DEFECTS_ENCRYPTION_KEYS: must be set")


CODEC_SERVER = (sys.executable, "-m", "portal.codec_server")
READS = ("--scope", "payloads:read", "--scope", "staff:read")
LACKS_OLD = "a payload is encrypted under the key 'old': add it to DEFECTS_ENCRYPTION_KEYS"


def a_defect(title: str) -> dict[str, Any]:
    """The start of one with a title of its own."""
    return defect_start("S2", attachment("CASE-1", "river"), title=title)


@asynccontextmanager
async def under(here: Installation, keys: str) -> AsyncIterator[DefectsClient]:
    """Every process started inside has these keys, and so has whoever talks over the client."""
    here.settings["DEFECTS_ENCRYPTION_KEYS"] = keys
    plugin = DefectsPlugin(KeyRing.read(keys))
    yield DefectsClient(await connect_to(here.settings["TEMPORAL_ADDRESS"], plugin))


@asynccontextmanager
async def codec_server(here: Installation) -> AsyncIterator[tuple[list[str], Program]]:
    """One with the keys of now: what to give to Temporal's command line, up to who asks."""
    address = f"127.0.0.1:{free_port()}"
    env = here.env | {"DEFECTS_CODEC_ADDRESS": address, "PYTHONPATH": str(ROOT)}
    async with running(*CODEC_SERVER, folder=here.folder, env=env) as program:
        await program.logs(f"Uvicorn running on http://{address} (Press CTRL+C to quit)")
        yield ["--codec-endpoint", f"http://{address}", "--codec-auth"], program


async def show(here: Installation, number: str, *codec: str) -> Ended:
    """Temporal's own command line, asked for a history; who is refused it tries until the limit."""
    limit = ("--command-timeout", "3s")
    return await here.temporal("workflow", "show", "-w", number, "--detailed", *limit, *codec)


async def shown(here: Installation, number: str, *codec: str) -> str:
    """What it shows of a history."""
    answer = await show(here, number, *codec)
    assert answer.code == 0, answer.err
    return answer.out


def beginning(history: str) -> str:
    """Its first event alone."""
    assert "[1] WorkflowExecutionStarted" in history
    return history.partition("---- [2] ")[0]


async def events_of(defects: DefectsClient, number: str) -> list[Any]:
    """The history as the server keeps it."""
    handle = defects.temporal.get_workflow_handle(number)
    return list((await handle.fetch_history()).events)


async def keys_of(defects: DefectsClient, number: str, first: int = 0) -> set[str]:
    """The ids of all keys under which something is from the given event on."""
    told = "".join(MessageToJson(event) for event in (await events_of(defects, number))[first:])
    return {base64.b64decode(key).decode() for key in re.findall(f'"{KEY_ID}": "(.+?)"', told)}
